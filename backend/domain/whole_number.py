"""Whole numbers that people and programs write: ids, sizes, pages."""

MOST = 2**31 - 1
"""The largest id that a database has."""
_MOST_DIGITS = 20


def whole_number(text: str, most: int = MOST) -> int | None:
    """The number that ASCII digits say; None for any other text, and for one above `most`."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None
    return None if number is None or number > most else number
