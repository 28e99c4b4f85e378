"""NormalText: a text as it is compared, each of its characters with where it came from.

Two tiers. SPACE: Unicode NFC, any run of white space as one blank, nothing of what cannot be seen. FOLD: beside that,
all forms of quotation marks, dashes, ellipses and capitals are the same. No edit distance: that would invent places.
"""

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass

from backend.domain.labels.placement.graphemes import composes

EXACT, SPACE, FOLD = "exact", "space", "fold"
TIERS = (EXACT, SPACE, FOLD)

_UNSEEN = frozenset(
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_SAME = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\u0060\u02bc\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"),
        "\u2026": "...",
    }
)
PLAIN = (
    "!-~\u00a1-\u00ac\u00ae-\u00de\u00e0-\u012f\u0131-\u0148\u014a-\u01ef\u01f1-\u024f"  # Latin
    "\u0391-\u03a1\u03a3-\u03af\u03b1-\u03ce\u0400-\u052f\u05d0-\u05ea\u0620-\u064a"  # Greek, Cyrillic, Hebrew, Arabic
    "\u2010-\u2015\u2018-\u201f\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3"
)
"""Characters that each become exactly one, unless something that joins them follows: whole runs are taken at once."""
_RUN = re.compile(f"[{PLAIN}]+(?: [{PLAIN}]+)*(?=[{PLAIN}\\s]|\\Z)")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class NormalText:
    """text: as it is compared
    starts, ends: of each of its characters, the place of its source, in code points. Characters that come from one
        source share it.
    """

    text: str
    starts: list[int]
    ends: list[int]

    def places(self, needle: str) -> list[tuple[int, int]]:
        """Where `needle` stands, [start, end) in the source, whole sources only, overlapping ones too."""
        spans = (self._source(i, i + len(needle)) for i in occurrences(self.text, needle))
        return [span for span in spans if span is not None]

    def precedes(self, words: str, start: int) -> bool:
        """Whether `words` stand right before the source's place `start`, blanks between them or not."""
        end = bisect_left(self.starts, start)
        while end and self.text[end - 1] == " ":
            end -= 1
        return self.text.endswith(words, 0, end)

    def _source(self, first: int, end: int) -> tuple[int, int] | None:
        """None when one end lies within what one source became, such as one s of a sharp s."""
        if first and self.starts[first - 1] == self.starts[first]:
            return None
        if end < len(self.starts) and self.starts[end] == self.starts[end - 1]:
            return None
        return self.starts[first], self.ends[end - 1]


def normal(text: str, tier: str) -> NormalText:
    """`text` as the tier SPACE or FOLD compares it."""
    return _Normaliser(text, tier == FOLD).run()


class _Normaliser:
    """Goes through `original` once; the state is what has been written so far."""

    def __init__(self, original: str, folds: bool) -> None:
        self.original, self.folds = original, folds
        self.out, self.starts, self.ends = list[str](), list[int](), list[int]()

    def run(self) -> NormalText:
        index = 0
        while index < len(self.original):
            if run := _RUN.match(self.original, index):
                index = self._plain(run.start(), run.end())
            elif blanks := _BLANKS.match(self.original, index):
                index = self._blank(index, blanks.end())
            else:
                index = self._cluster(index, _cluster_end(self.original, index))
        return NormalText("".join(self.out), self.starts, self.ends)

    def _plain(self, start: int, end: int) -> int:
        piece = self.original[start:end]
        self.out.append(piece.translate(_SAME).casefold() if self.folds else piece)
        self.starts += range(start, end)
        self.ends += range(start + 1, end + 1)
        return end

    def _blank(self, start: int, end: int) -> int:
        if self.out and self.out[-1] == " ":
            self.ends[-1] = end
            return end
        return self._write(" ", start, end)

    def _cluster(self, start: int, end: int) -> int:
        """A character with the marks on it: what NFC may compose stays together."""
        composed = "".join(c for c in unicodedata.normalize("NFC", self.original[start:end]) if c not in _UNSEEN)
        if self.folds:
            composed = unicodedata.normalize("NFC", composed.translate(_SAME).casefold())
        return self._write(composed, start, end)

    def _write(self, text: str, start: int, end: int) -> int:
        if text:
            self.out.append(text)
            self.starts += [start] * len(text)
            self.ends += [end] * len(text)
        return end


def _cluster_end(text: str, start: int) -> int:
    end = start + 1
    while end < len(text) and composes(text[end]):
        end += 1
    return end


def needle_of(quote: str, tier: str) -> str:
    """What a quote is searched as; "" for what cannot be seen."""
    return normal(quote, tier).text.strip(" ")


def occurrences(hay: str, needle: str) -> list[int]:
    """All places of `needle`, overlapping ones too."""
    places, index = list[int](), hay.find(needle)
    while index >= 0:
        places.append(index)
        index = hay.find(needle, index + 1)
    return places
