"""The probability of a label among the allowed ones, from what the model might have said at each branch.

At a branch the probability of the tokens that lead to the answer is divided by that of all tokens that lead to an
allowed value. So it is the same whether a server reports before it masks what the schema forbids (llama.cpp, Ollama) or
after (vLLM, SGLang). It is local: the distribution that a model samples from under the schema, as grammars mask it, not
the probability of the label among all texts (Park et al. 2024, Grammar-Aligned Decoding, arXiv 2405.21047).

A server tells the 20 most probable tokens. What the others can change is the interval: labels of which none of the
tokens was told have at most the probability of the least told token each, and together at most what is missing to 1.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.domain.characters import as_bytes
from backend.domain.chat.branch import Branch, bytes_of
from backend.domain.chat.branches import part_before, within
from backend.domain.chat.value_places import TextSpan
from backend.domain.labels.allowed_values import AllowedValues

_ROUNDING = 1e-9
"""What is missing to 1 when all tokens are told: logarithms are rounded."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """A probability, and the interval in which it is whatever the server did not tell."""

    point: float = 1.0
    low: float = 1.0
    high: float = 1.0

    def times(self, other: "Bounded") -> "Bounded":
        return Bounded(self.point * other.point, self.low * other.low, self.high * other.high)


def weighed(text: str, span: TextSpan, branches: Sequence[Branch], values: AllowedValues) -> Bounded | None:
    """Of the value at `span`; None if a token of it is not among those that the server told.

    text: of the completion
    branches: of all its values
    values: those that are allowed, in the letters of this one
    """
    first, last = len(as_bytes(text[: span[0]])), len(as_bytes(text[: span[1]]))
    answer = values.follow(b"", as_bytes(text[slice(*span)])) or b""
    bounded: Bounded | None = Bounded()
    for branch in reversed(branches):
        token = bytes_of(branch.token)
        if bounded is None or branch.start >= last or branch.start + len(token) <= first:
            continue
        part = part_before(text, span, branch.start, values)
        inside = within(text, span, branch.start, token)
        parts = None if part is None else _parts(branch, part, token[: len(token) - len(inside)], values)
        bounded = None if part is None or parts is None else _at(part, inside, parts, answer, values, bounded)
    return bounded


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the tokens told at a branch make of the value so far: part -> probability. `missing`: of tokens not told,
    `least`: of the least told one."""

    probabilities: Mapping[bytes, float]
    missing: float
    least: float


def _parts(branch: Branch, before: bytes, outside: bytes, values: AllowedValues) -> _Parts | None:
    probabilities: dict[bytes, float] = {}
    total, least, is_told, skipped = 0.0, 1.0, False, len(outside)
    for rival, logprob in branch.rivals:  # one loop: this is most of what reading a stored answer costs
        chance = math.exp(logprob) if logprob < 0 else 1.0
        total += chance
        least = chance if chance < least else least
        is_told = is_told or rival == branch.token
        token = bytes_of(rival)
        part = values.follow(before, token[skipped:]) if token.startswith(outside) else None
        if part is not None and part != before:
            probabilities[part] = probabilities.get(part, 0.0) + chance
    return _Parts(probabilities, max(0.0, 1.0 - total), least) if is_told else None


def _at(
    before: bytes, token: bytes, parts: _Parts, answer: bytes, values: AllowedValues, behind: Bounded
) -> Bounded | None:
    """Of the rest of the answer. `behind`: of what is behind `token`."""
    after = values.follow(before, token) or b""
    total, leading = (
        sum(parts.probabilities.values()),
        [part for part in parts.probabilities if answer.startswith(part)],
    )
    # A told token may end inside of a label whose rest is forced: then it leads to the same place as `token`. A list,
    # because sums in the order of a set would differ in the last digit from process to process.
    same = [part for part in leading if after.startswith(part) and values.is_forced(part, after[len(part) :])]
    chosen = sum(parts.probabilities[part] for part in same)
    sure = sum(
        parts.probabilities[part]
        for part in leading
        if part not in same and values.is_forced(part, answer[len(part) :])
    )
    open_ = sum(parts.probabilities[part] for part in leading) - chosen - sure
    unseen = min(_untold(before, parts, values) * parts.least, parts.missing)
    hidden = min(parts.least, parts.missing)
    if total <= 0 or parts.probabilities.get(after, 0.0) <= 0:
        return None
    return Bounded(
        point=((chosen + open_) * behind.point + sure) / (total + unseen / 2),
        low=(chosen * behind.low + sure) / (total + unseen),
        high=min(1.0, (chosen * behind.high + sure + open_ + hidden) / (total + hidden)),
    )


def _untold(before: bytes, parts: _Parts, values: AllowedValues) -> int:
    """How many labels may follow to which no token that was told leads; 0 where all tokens were told."""
    if parts.missing < _ROUNDING:
        return 0
    return len(values.options(before)) - len(
        frozenset().union(*(values.reached(before, part) for part in parts.probabilities))
    )
