"""Offsets of a region, as the screen reads them.

Everywhere inside, a place is [start, end) in code points of the text. Label Studio's own units exist only in a region's
`value`.
"""

from typing import Any

from backend.domain.labels.placement.place import Span


def whole_number(value: Any) -> int | None:
    """An offset, as the screen reads it: 9, 9.0 and "9" are the same; None for what it cannot count with."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return int(number) if number.is_integer() else None


def within(start: int | None, end: int | None, length: int) -> Span | None:
    """[start, end) as far as it lies within 0..length; None if nothing of it does."""
    if start is None or end is None:
        return None
    start, end = max(0, start), min(end, length)
    return (start, end) if start < end else None
