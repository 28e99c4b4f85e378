"""<HyperText>: code points of the DOM's text, every <br> one of them; with an XPath, UTF-16 units within its node.

A model reads the same text with a line break where a block begins or ends, and quotes are placed in that: in the DOM
the cells of a table stand side by side without a blank.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any

from backend.domain.labels.inputs.base import offset_of, within
from backend.domain.labels.inputs.dom import Gap, Piece, TextNode, pieces
from backend.domain.labels.inputs.utf16 import from_utf16
from backend.domain.labels.placement.location import Location, Quote, Span, Unlocated, locate


@dataclass(frozen=True, slots=True)
class _Part:
    """A text node in the prompt: what parts it from the one before, its text, and where that begins in the DOM."""

    gap: str
    text: str
    origin: int


@dataclass(frozen=True)
class _Prompt:
    parts: list[_Part]

    @cached_property
    def origins(self) -> list[int]:
        return [part.origin for part in self.parts]

    def of_dom(self, index: int) -> int:
        """The inverse of `in_dom` for one character; the next one of the prompt where it is not on the screen."""
        number = bisect_right(self.origins, index) - 1
        if number < 0:
            return 0
        return self.starts[number] + min(index - self.origins[number], len(self.parts[number].text))

    @cached_property
    def text(self) -> str:
        return "".join(part.gap + part.text for part in self.parts)

    @cached_property
    def starts(self) -> list[int]:
        """Of each part, behind its gap."""
        ends = accumulate((len(part.gap) + len(part.text) for part in self.parts), initial=0)
        return [start + len(part.gap) for start, part in zip(ends, self.parts, strict=False)]

    def in_dom(self, location: Location) -> Location:
        """A place in the prompt as the one in the DOM: a gap at either end belongs to nothing there."""
        first = max(0, bisect_right(self.starts, location.start) - 1)
        if location.start >= self.starts[first] + len(self.parts[first].text):
            first += 1
        last = max(0, bisect_right(self.starts, location.end - 1) - 1)
        start = max(0, location.start - self.starts[first])
        end = min(location.end - self.starts[last], len(self.parts[last].text))
        return Location(self.parts[first].origin + start, self.parts[last].origin + end, location.tier)


@dataclass(frozen=True)
class HyperTextDom:
    """`pieces`: text nodes and what the eye sees between them."""

    pieces: tuple[Piece, ...]

    @classmethod
    @lru_cache(maxsize=16)
    def of(cls, html: str, inline: bool = False) -> "HyperTextDom":
        """The DOM of a task's HTML. `inline` as in the config. Cached, because several controls ask for the same one,
        and then the prompt does."""
        return cls(tuple(pieces(html, inline)))

    @cached_property
    def text(self) -> str:
        return "".join(node.text for node in self._texts)

    @property
    def prompt(self) -> str:
        return self._prompt.text

    def locate(self, quotes: Sequence[Quote]) -> list[Location | Unlocated]:
        places = locate(self.prompt, quotes)
        return [self._prompt.in_dom(location) if isinstance(location, Location) else location for location in places]

    @property
    def turn_count(self) -> int:
        return 0

    def part(self, start: int, end: int) -> str:
        return self.text[start:end]

    def quote(self, start: int, end: int, label: str) -> Quote:
        first, last = self._prompt.of_dom(start), self._prompt.of_dom(end - 1) + 1
        return Quote(self.prompt[first:last], label, self.prompt[:first])

    def value(self, start: int, end: int) -> dict[str, Any]:
        """Without XPaths: Label Studio shows it right and writes them itself."""
        return {
            "start": "",
            "end": "",
            "startOffset": 0,
            "endOffset": 0,
            "globalOffsets": {"start": start, "end": end},
            "text": self.part(start, end),
        }

    def span(self, value: Mapping[str, Any]) -> Span | None:
        """XPaths that lead somewhere win over `globalOffsets`; bare numbers count as these. Without offsets beside the
        XPaths, even empty ones, the screen shows nothing of `globalOffsets`."""
        ends = [self._index(value.get(name), value.get(f"{name}Offset")) for name in ("start", "end")]
        if None in ends:
            offsets = value.get("globalOffsets", value)
            if offsets is not value and None in (value.get("startOffset"), value.get("endOffset")):
                return None
            where = offsets if isinstance(offsets, Mapping) else {}
            ends = [offset_of(where.get(name)) for name in ("start", "end")]
        return within(ends[0], ends[1], len(self.text))

    @cached_property
    def _texts(self) -> list[TextNode]:
        return [node for node in self.pieces if isinstance(node, TextNode)]

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate((len(node.text) for node in self._texts), initial=0))[:-1]

    @cached_property
    def _by_path(self) -> dict[str, int]:
        """XPath -> the number of its text node."""
        return {node.path: number for number, node in enumerate(self._texts) if node.path}

    def _index(self, path: Any, units: Any) -> int | None:
        """Of a place that an XPath and UTF-16 units within its node name; None if the XPath leads nowhere."""
        number, offset = self._by_path.get(_indexed(path)) if isinstance(path, str) else None, offset_of(units)
        if number is None or offset is None:
            return None
        return self._starts[number] + from_utf16(self._texts[number].text, offset)

    @cached_property
    def _prompt(self) -> _Prompt:
        parts, index, gap = list[_Part](), 0, ""
        for node in self.pieces:
            if isinstance(node, Gap):
                gap = max(gap, node.text)  # a line break over a tab
                continue
            if node.visible and node.text:
                parts.append(_Part(gap if parts and not _parted(parts[-1].text, node.text) else "", node.text, index))
                gap = ""
            index += len(node.text)
        return _Prompt(parts)


def _parted(before: str, after: str) -> bool:
    """Whether a line break stands between two texts already."""
    return "\n" in before[len(before.rstrip()) :] or "\n" in after[: len(after) - len(after.lstrip())]


def _indexed(path: str) -> str:
    """An XPath with the number of each step, which is 1 where it is left out."""
    return "/".join(f"{step}[1]" if step and not step.endswith("]") else step for step in path.split("/"))
