"""The branches of an answer, from the tokens that its server reports.

The other tokens that the model might have given matter only at the branches, so only those are kept: 20 for each of 15
tokens take 27 kB, and those at the branches 1.5 kB.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from backend.domain.characters import as_bytes
from backend.domain.chat.alignment import start_of
from backend.domain.chat.branch import Branch, Rivals, as_text
from backend.domain.chat.response_parser import REMEMBERED
from backend.domain.chat.value_places import value_spans
from backend.domain.labels.allowed_values import AllowedValues

RivalsAt = Callable[[int], Rivals]
"""The rivals of the token with this index. Asked only where they matter: to read them takes longer than the rest."""


def branches(
    text: str, tokens: Sequence[tuple[bytes, float]], allowed: Mapping[str, AllowedValues], rivals_at: RivalsAt
) -> tuple[Branch, ...] | None:
    """The branches of the values in `text`; None if the tokens do not spell it or have no rivals.

    tokens: of the completion, each with its natural-log probability
    """
    spoken = tuple([token for token, _ in tokens])
    forks = _forks(text, spoken, tuple(allowed.items()))
    if forks is None:
        return None
    rivals = [rivals_at(index) for index, _ in forks]
    if not any(rivals) and not any(map(rivals_at, range(len(tokens)))):
        return None
    return tuple(
        [
            Branch(start, as_text(spoken[index]), tokens[index][1], _rounded(others))
            for (index, start), others in zip(forks, rivals, strict=True)
        ]
    )


def _rounded(rivals: Rivals) -> Rivals:
    """To six decimals. By whole millionths, because `round` takes three times as long for decimals."""
    return tuple([(rival, round(logprob * 1e6) / 1e6) for rival, logprob in rivals if logprob > -math.inf])


@lru_cache(maxsize=REMEMBERED)
def _forks(
    text: str, spoken: tuple[bytes, ...], allowed: tuple[tuple[str, AllowedValues], ...]
) -> tuple[tuple[int, int], ...] | None:
    """Index and first byte of the tokens that are branches; None if they do not spell the text."""
    first = start_of(spoken, text)
    if first is None:
        return None
    places = value_spans(text)
    ordered = sorted((item for item in allowed if item[0] in places), key=lambda item: places[item[0]])
    return tuple(fork for key, values in ordered for fork in _of_value(text, places[key], first, spoken, values))


def part_before(text: str, span: tuple[int, int], start: int, values: AllowedValues) -> bytes | None:
    """The part of the value at `span` (in characters) that stands before the byte `start` of `text`."""
    first = len(as_bytes(text[: span[0]]))
    return values.follow(b"", as_bytes(text)[first : max(first, start)])


def within(text: str, span: tuple[int, int], start: int, token: bytes) -> bytes:
    """The part of a token that begins at the byte `start`, without what stands before the value at `span`."""
    return token[max(0, len(as_bytes(text[: span[0]])) - start) :]


def _of_value(
    text: str, span: tuple[int, int], before: int, spoken: Sequence[bytes], values: AllowedValues
) -> Iterator[tuple[int, int]]:
    """`before`: bytes of the tokens before the text."""
    first, last = len(as_bytes(text[: span[0]])), len(as_bytes(text[: span[1]]))
    spelling = values.spelt_as(as_bytes(text[slice(*span)]))
    start, end = -before, -before
    for index, token in enumerate(spoken):
        start, end = end, end + len(token)
        if spelling is None or start >= last or end <= first:
            continue
        part = part_before(text, span, start, spelling)
        if part is not None and not spelling.is_forced(part, within(text, span, start, token)):
            yield index, start
