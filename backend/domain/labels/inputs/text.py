"""<Text>: code points of the string, as it stands in the task.

The browser drops NUL and counts on without it, so neither the text nor the offsets here know it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.domain.labels.inputs.base import offset_of, within
from backend.domain.labels.placement.location import Location, Quote, Span, Unlocated, locate


@dataclass(frozen=True, slots=True)
class PlainText:
    text: str

    @classmethod
    def of(cls, source: str) -> "PlainText":
        """The text of a task's string."""
        return cls(source.replace("\0", ""))

    @property
    def prompt(self) -> str:
        return self.text

    def locate(self, quotes: Sequence[Quote]) -> list[Location | Unlocated]:
        return locate(self.text, quotes)

    @property
    def turn_count(self) -> int:
        return 0

    def part(self, start: int, end: int) -> str:
        """What stands there."""
        return self.text[start:end]

    def quote(self, start: int, end: int, label: str) -> Quote:
        return Quote(self.part(start, end), label, self.text[:start])

    def value(self, start: int, end: int) -> dict[str, Any]:
        return {"start": start, "end": end, "text": self.part(start, end)}

    def span(self, value: Mapping[str, Any]) -> Span | None:
        return within(offset_of(value.get("start")), offset_of(value.get("end")), len(self.text))
