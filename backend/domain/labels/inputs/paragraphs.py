"""<Paragraphs>: turns of a dialogue. Places are UTF-16 units within one turn, whose number is a string.

`text` here is all turns, a line break between them, so that a span is one pair of numbers as in any other text.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cmp_to_key
from itertools import accumulate
from typing import Any

from backend.domain.labels.inputs.base import offset_of, within
from backend.domain.labels.inputs.utf16 import from_utf16, to_utf16
from backend.domain.labels.placement.location import ABSENT, Location, Quote, Span, Unlocated, locate


@dataclass(frozen=True)
class Turn:
    author: str
    text: str


@dataclass(frozen=True)
class Dialogue:
    """The turns in the order in which they are shown."""

    turns: tuple[Turn, ...]
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = accumulate((len(turn.text) + 1 for turn in self.turns), initial=0)
        object.__setattr__(self, "_starts", tuple(starts)[: len(self.turns)])

    @property
    def text(self) -> str:
        return "\n".join(turn.text for turn in self.turns)

    @property
    def prompt(self) -> str:
        """Lines `[0] author: text`; one that goes on is indented, so that nobody's words pass for another turn."""
        return "\n".join(_line(number, turn) for number, turn in enumerate(self.turns))

    @property
    def turn_count(self) -> int:
        return len(self.turns)

    def part(self, start: int, end: int) -> str:
        return self.text[start:end]

    def locate(self, quotes: Sequence[Quote]) -> list[Location | Unlocated]:
        """Each within its turn alone; one without a turn of the dialogue is absent."""
        located: list[Location | Unlocated] = [Unlocated(ABSENT)] * len(quotes)
        by_turn: dict[int, list[int]] = {}
        for index, quote in enumerate(quotes):
            if quote.turn is not None and 0 <= quote.turn < len(self.turns):
                by_turn.setdefault(quote.turn, []).append(index)
        for number, indexes in by_turn.items():
            places = self._place_in(number, [quotes[index] for index in indexes])
            for index, found_place in zip(indexes, places, strict=True):
                located[index] = found_place
        return located

    def quote(self, start: int, end: int, label: str) -> Quote:
        number = self._turn_at(start)
        return Quote(self.part(start, end), label, self.part(self._starts[number], start), number)

    def _place_in(self, number: int, quotes: Sequence[Quote]) -> list[Location | Unlocated]:
        """Within the turn of that number."""
        first = self._starts[number]
        return [
            Location(first + location.start, first + location.end, location.tier)
            if isinstance(location, Location)
            else location
            for location in locate(self.turns[number].text, quotes)
        ]

    def value(self, start: int, end: int) -> dict[str, Any]:
        first, last = self._turn_at(start), self._turn_at(end - 1)
        return {
            "start": str(first),
            "end": str(last),
            "startOffset": to_utf16(self.turns[first].text, start - self._starts[first]),
            "endOffset": to_utf16(self.turns[last].text, end - self._starts[last]),
            "text": self.part(start, end),
        }

    def span(self, value: Mapping[str, Any]) -> Span | None:
        ends = [self._index(value.get(turn), value.get(f"{turn}Offset")) for turn in ("start", "end")]
        return within(ends[0], ends[1], len(self.text))

    def _index(self, turn: Any, units: Any) -> int | None:
        """The screen knows turns by strings alone."""
        number, offset = offset_of(turn) if isinstance(turn, str) else None, offset_of(units)
        if number is None or offset is None or not 0 <= number < len(self.turns):
            return None
        return self._starts[number] + from_utf16(self.turns[number].text, offset)

    def _turn_at(self, index: int) -> int:
        return max(0, bisect_right(self._starts, index) - 1)


def dialogue(value: Any, name_key: str = "author", text_key: str = "text", sorts: bool = False) -> Dialogue | None:
    """The dialogue of a task's list of turns; None for what is not such a list, which Label Studio refuses too.

    `sorts`: with `contextScroll`, turns are shown by their `start`.
    """
    if not isinstance(value, list) or not value or not all(isinstance(turn, Mapping) for turn in value):
        return None
    if name_key not in value[0] or text_key not in value[0]:
        return None
    turns = sorted(value, key=cmp_to_key(_by_time)) if sorts else value
    return Dialogue(tuple(Turn(_as_text(turn.get(name_key)), _as_text(turn.get(text_key))) for turn in turns))


def _line(number: int, turn: Turn) -> str:
    lines = "\n    ".join(turn.text.splitlines())
    return f"[{number}] {' '.join(turn.author.split())}: {lines}"


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None or isinstance(value, bool) else str(value)


def _by_time(turn: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    """Label Studio's own order: what has no start, or starts at 0, comes last."""
    if not turn.get("start"):
        return 1
    if not other.get("start"):
        return -1
    try:
        apart = float(turn["start"]) - float(other["start"]) or _end(turn) - _end(other)
        return (apart > 0) - (apart < 0)
    except (TypeError, ValueError):
        return 0


def _end(turn: Mapping[str, Any]) -> float:
    return float(turn.get("end") or float(turn["start"]) + float(turn.get("duration") or 0))
