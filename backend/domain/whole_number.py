"""Whole numbers that people and programs write: ids, sizes, pages."""

DIGITS = 9
"""Those of the largest number of which all fit into 32 bits, as the ids of databases do."""


def whole_number(text: str, digits: int = DIGITS) -> int | None:
    """The number that ASCII digits say; None for any other text, and for more than `digits` of them."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None
