"""Branch: a token of an answer at which the model had a choice between allowed values, and what else it might have said
there."""

from typing import NamedTuple

Rivals = tuple[tuple[str, float], ...]
"""The most probable tokens at one place with their natural-log probabilities. Where a letter is cut, as `as_text`."""


class Branch(NamedTuple):
    """start: the byte of the completion's text at which the token begins, negative for one that begins before it
    token: as `as_text`
    logprob: natural logarithm of its probability
    rivals: those that the server told; the token may be among them
    """

    start: int
    token: str
    logprob: float
    rivals: Rivals


def as_text(token: bytes) -> str:
    """A token as a text that can be stored; bytes of a letter that is cut become lone surrogates."""
    return token.decode("utf-8", "surrogateescape")


def bytes_of(token: str) -> bytes:
    """The inverse; also of a text with surrogates of its own."""
    try:
        return token.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return token.encode("utf-8", "surrogatepass")
