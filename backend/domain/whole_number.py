"""Whole numbers that people and programs write: ids, sizes, pages."""

DIGITS = 10
"""Those of the largest id of a database, 2,147,483,647."""


def whole_number(text: str, digits: int = DIGITS) -> int | None:
    """The number that ASCII digits say; None for any other text, and for more than `digits` of them."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None
