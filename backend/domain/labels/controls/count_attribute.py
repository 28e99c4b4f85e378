"""Counts in attributes of a labelling config, such as `maxSubmissions`, which a user may write as long as they like."""

from backend.domain.whole_number import whole_number

_MOST = 999_999_999
"""Nobody counts further."""


def count_in(written: str) -> int | None:
    """The whole number from 1 on that an attribute holds; None for anything else, and for one that nobody reaches."""
    return whole_number(written.strip(), _MOST) or None
