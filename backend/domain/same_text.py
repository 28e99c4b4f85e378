"""When two texts count as equal: among examples, in splits, in an audit and for a prompt.

They are equal except for case, white space and Unicode's compatible forms (NFKC). Labels and answers have rules of
their own: those of their controls.
"""

import unicodedata
from collections.abc import Iterable

from backend.domain.hashing import digest


def folded(text: str) -> str:
    """The form in which copies of a text are equal."""
    return " ".join(_compatible(_compatible(text).casefold()).split())


def text_key(texts: Iterable[str]) -> str:
    """A digest of several texts together, equal for copies: 64 characters."""
    return digest([folded(text) for text in texts])


def _compatible(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)
