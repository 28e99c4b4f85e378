"""Counts in attributes of a labelling config, such as `maxSubmissions`, which a user may write as long as they like."""

_MOST_DIGITS = 9
"""Nobody counts further; Python reads no number of more than 4,300 digits."""


def count_in(written: str) -> int | None:
    """The whole number from 1 on that an attribute holds; None for anything else, and for one that nobody reaches."""
    digits = written.strip()
    return int(digits) or None if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS else None
