"""How much earlier answered messages speak for each label of a field: the more an item is like one, the more.

Likeness is the cosine of the words of both, weighted by how few of the messages have a word (1 + log((1 + N)/(1 + n))),
squared so that one that is much alike counts more than several that share a word. An equal message is worth as much as
two words of one label only. In whole millionths, as in `overlap`.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from demo.stand_in.fields import Field

_EQUAL = 2_000_000


@dataclass(frozen=True, slots=True)
class Answered:
    """One earlier message: the field it was about, the labels it got, and its words."""

    field: str
    labels: tuple[str, ...]
    words: frozenset[str]


class Likeness:
    def __init__(self, answered: Iterable[Answered]) -> None:
        self._by_field: dict[str, list[Answered]] = {}
        for one in answered:
            self._by_field.setdefault(one.field, []).append(one)

    def scores(self, field: Field, text: Iterable[str]) -> list[int]:
        """For each label of `field`, what the messages answered with it add to its score."""
        mine, said = self._by_field.get(field.name, []), set(text)
        found = [0.0] * len(field.labels)
        weights = _weights(mine, said)
        for one in mine:
            alike = _cosine(one.words, said, weights) ** 2
            for place, label in enumerate(field.labels):
                found[place] += alike if label in one.labels else 0.0
        return [round(_EQUAL * score) for score in found]


def _weights(answered: Sequence[Answered], said: set[str]) -> dict[str, float]:
    holders = Counter(word for one in answered for word in one.words)
    return {w: 1 + math.log((1 + len(answered)) / (1 + holders[w])) for w in {*holders, *said}}


def _cosine(one: frozenset[str], other: set[str], weights: dict[str, float]) -> float:
    lengths = math.fsum(weights[w] ** 2 for w in one) * math.fsum(weights[w] ** 2 for w in other)
    return math.fsum(weights[w] ** 2 for w in one & other) / math.sqrt(lengths) if lengths else 0.0
