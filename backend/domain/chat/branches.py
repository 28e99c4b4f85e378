"""The branches of an answer, from the tokens that its server reports.

Only there do the other tokens that it might have said matter, so only there are they kept: 20 for each of 15 tokens are
27 kB, at the branches 1.5 kB.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

from backend.domain.chat.alignment import as_bytes, start_of
from backend.domain.chat.branch import Branch, Reported, as_text
from backend.domain.chat.value_places import value_spans
from backend.domain.labels.allowed_values import AllowedValues


def branches(text: str, tokens: Sequence[Reported], allowed: Mapping[str, AllowedValues]) -> tuple[Branch, ...] | None:
    """The branches of the values in `text`; None if the tokens do not spell it or have no rivals."""
    first = start_of([(token.token, token.logprob) for token in tokens], text)
    if first is None or not any(token.rivals for token in tokens):
        return None
    found: list[Branch] = []
    for key, place in value_spans(text).items():
        if key in allowed:
            found += _of_value(text, place, list(_placed(tokens, first)), allowed[key])
    return tuple(found)


def said_before(text: str, place: tuple[int, int], start: int, values: AllowedValues) -> bytes | None:
    """The part of the value at `place` (in characters) that stands before the byte `start` of `text`."""
    first = len(as_bytes(text[: place[0]]))
    return values.follow(b"", as_bytes(text)[first : max(first, start)])


def within(text: str, place: tuple[int, int], start: int, token: bytes) -> bytes:
    """The part of a token that begins at the byte `start`, without what stands before the value at `place`."""
    return token[max(0, len(as_bytes(text[: place[0]])) - start) :]


def _placed(tokens: Sequence[Reported], first: int) -> Iterator[tuple[int, Reported]]:
    start = -first
    for token in tokens:
        yield start, token
        start += len(token.token)


def _of_value(
    text: str, place: tuple[int, int], tokens: Sequence[tuple[int, Reported]], values: AllowedValues
) -> Iterator[Branch]:
    first, last = len(as_bytes(text[: place[0]])), len(as_bytes(text[: place[1]]))
    spelling = values.spelt_as(as_bytes(text[slice(*place)]))
    for start, token in tokens:
        if spelling is None or start >= last or start + len(token.token) <= first:
            continue
        said = said_before(text, place, start, spelling)
        if said is not None and not spelling.is_forced(said, within(text, place, start, token.token)):
            rivals = tuple((rival, round(logprob, 6)) for rival, logprob in token.rivals if logprob > -math.inf)
            yield Branch(start, as_text(token.token), token.logprob, rivals)
