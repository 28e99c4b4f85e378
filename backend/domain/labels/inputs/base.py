"""SpanText: the text that an object tag shows of one task, and how Label Studio names places in it.

Everywhere inside, a place is [start, end) in code points of `text`. Label Studio's own units (code points, UTF-16
within a node of the DOM, UTF-16 within a turn) exist only in a region's `value`, which `value` writes and `span` reads.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from backend.domain.labels.placement.location import Location, Quote, Span, Unlocated


class SpanText(Protocol):
    @property
    def text(self) -> str:
        """What spans are places in; a slice of it is what a span says."""

    @property
    def prompt(self) -> str:
        """What a model reads, and quotes from."""

    @property
    def turn_count(self) -> int:
        """Of a dialogue; 0 for any other text."""

    def part(self, start: int, end: int) -> str:
        """What stands there: a slice of `text`."""

    def locate(self, quotes: Sequence[Quote]) -> list[Location | Unlocated]:
        """Where quotes from `prompt` stand in `text`."""

    def quote(self, start: int, end: int, label: str) -> Quote:
        """The quote from `prompt` that means the place, with all that stands before it."""

    def value(self, start: int, end: int) -> dict[str, Any]:
        """The place as a region's `value` names it, with the `text` there."""

    def span(self, value: Mapping[str, Any]) -> Span | None:
        """The place that a region's `value` names, as the screen shows it: within the text, whatever `value.text` says.
        None where the screen shows none."""


def offset_of(value: Any) -> int | None:
    """An offset, as the screen reads it: 9, 9.0 and "9" are the same; None for what it cannot count with."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() else None


def within(start: int | None, end: int | None, length: int) -> Span | None:
    """[start, end) as far as it lies within 0..length; None if nothing of it does."""
    if start is None or end is None:
        return None
    start, end = max(0, start), min(end, length)
    return (start, end) if start < end else None
