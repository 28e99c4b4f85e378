"""Location: finds the places of quotes in a text. A model is asked to quote a text and not for its position, because
models cannot count.

A quote is looked for exactly, then with other white space, then with other quotation marks, dashes and capitals; the
first tier that has it counts. Of several places, those on word boundaries and those after the words that the model says
stand before it are kept. What is still open is never guessed: it is listed as ambiguous.

Word boundaries: "Bob" is not found within "Bobby" if it also stands alone.
"""

import unicodedata
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from backend.domain.labels.placement.graphemes import MARKS, whole_characters
from backend.domain.labels.placement.normal_text import (
    EXACT,
    FOLD,
    SPACE,
    NormalText,
    needle_of,
    normal,
    occurrences,
)

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x9FFF),  # radicals, kana, ideographs
    (0xAC00, 0xD7AF),  # Hangul: particles are written onto nouns
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
"""Scripts that write words without blanks between them."""


def whole_words(text: str, start: int, end: int) -> bool:
    """Whether neither end of text[start:end] lies within a word."""
    return not (_joined(text, start) or _joined(text, end))


def _joined(text: str, index: int) -> bool:
    """Whether the characters on both sides of `index` belong to one word."""
    if not 0 < index < len(text):
        return False
    before, after = text[index - 1], text[index]
    return _in_word(before) and _in_word(after) and not (_is_unspaced(before) or _is_unspaced(after))


def _in_word(character: str) -> bool:
    return character.isalnum() or (character > "\u02ff" and unicodedata.category(character) in MARKS)


def _is_unspaced(character: str) -> bool:
    return character > "\u0dff" and any(first <= ord(character) <= last for first, last in _UNSPACED)


EMPTY, ABSENT, AMBIGUOUS = "empty", "absent", "ambiguous"
REASONS = (AMBIGUOUS, ABSENT, EMPTY)

Span = tuple[int, int]
"""[start, end) in code points."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a model quotes. Quotes of the same `label` share no place, unless there is no other one.

    before: the words that are said to stand right before it
    turn: the number of the turn of a dialogue that it is from
    """

    text: str
    label: Hashable
    before: str = ""
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """Where a quote stands: [start, end) in code points of the text, and the tier by which it was found."""

    start: int
    end: int
    tier: str


@dataclass(frozen=True, slots=True)
class Unlocated:
    """A quote without a place, and why: one of REASONS."""

    reason: str


def locate(text: str, quotes: Sequence[Quote]) -> list[Location | Unlocated]:
    """Where each of an answer's quotes stands in `text`, in their order.

    Equal quotes with as many free places as there are of them take these in order; with any other number, all of them
    are ambiguous. Two quotes may have the same place, and places may overlap.
    """
    return _Placing(text).locate(quotes)


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """All places that a quote may mean. There is one object of equal ones, for one text."""

    spans: tuple[Span, ...]
    tier: str


class _Placing:
    """One text; what is computed about it, and about a quote in it, is computed once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._normal = dict[str, NormalText]()
        self._by_quote = dict[str, _Candidates]()
        self._nearest = dict[tuple[str, str], _Candidates]()
        self._interned = dict[tuple[tuple[Span, ...], str], _Candidates]()

    def locate(self, quotes: Sequence[Quote]) -> list[Location | Unlocated]:
        located: list[Location | Unlocated] = [Unlocated(EMPTY)] * len(quotes)
        open_ones: dict[tuple[Hashable, _Candidates], list[int]] = {}
        for number, quote in enumerate(quotes):
            if not needle_of(quote.text, SPACE):
                continue
            near = self._near(quote.text, quote.before)
            if len(near.spans) > 1:
                open_ones.setdefault((quote.label, near), []).append(number)
            else:
                located[number] = Location(*near.spans[0], near.tier) if near.spans else Unlocated(ABSENT)
        self._share_out(open_ones, quotes, located)
        return located

    def _share_out(
        self,
        open_ones: dict[tuple[Hashable, _Candidates], list[int]],
        quotes: Sequence[Quote],
        located: list[Location | Unlocated],
    ) -> None:
        """Gives equal quotes the places that are left, if there is one for each; changes `located`."""
        taken = {(quotes[n].label, p.start, p.end) for n, p in enumerate(located) if isinstance(p, Location)}
        for (label, near), numbers in open_ones.items():
            free = [span for span in near.spans if (label, *span) not in taken]
            fits = len(free) == len(numbers)
            for place_of, number in enumerate(numbers):
                located[number] = Location(*free[place_of], near.tier) if fits else Unlocated(AMBIGUOUS)
            taken |= {(label, *span) for span in free} if fits else set()

    def _near(self, quote: str, before: str) -> _Candidates:
        """The places of `quote` after the words `before`; all of them where none is."""
        if (quote, before) not in self._nearest:
            self._nearest[quote, before] = self._after(self._candidates(quote), needle_of(before, FOLD))
        return self._nearest[quote, before]

    def _after(self, candidates: _Candidates, words: str) -> _Candidates:
        if len(candidates.spans) < 2 or not words:
            return candidates
        text = self._tier(FOLD)
        near = tuple(span for span in candidates.spans if text.precedes(words, span[0]))
        return self._shared(near, candidates.tier) if near else candidates

    def _candidates(self, quote: str) -> _Candidates:
        if quote not in self._by_quote:
            self._by_quote[quote] = self._search(quote)
        return self._by_quote[quote]

    def _search(self, quote: str) -> _Candidates:
        exact = self._whole((i, i + len(quote)) for i in occurrences(self.text, quote))
        if exact:
            return self._shared(exact, EXACT)
        for tier in (SPACE, FOLD):
            if candidates := self._whole(self._tier(tier).places(needle_of(quote, tier))):
                return self._shared(candidates, tier)
        return self._shared((), EXACT)

    def _shared(self, spans: tuple[Span, ...], tier: str) -> _Candidates:
        return self._interned.setdefault((spans, tier), _Candidates(spans, tier))

    def _whole(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Those that take no character apart, and no word if there are any such."""
        whole = tuple(span for span in dict.fromkeys(spans) if whole_characters(self.text, *span))
        return tuple(span for span in whole if whole_words(self.text, *span)) or whole

    def _tier(self, tier: str) -> NormalText:
        if tier not in self._normal:
            self._normal[tier] = normal(self.text, tier)
        return self._normal[tier]
