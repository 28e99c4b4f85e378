"""How likely each label of a field is, from the words a text shares with the label's name, definitions and examples.

A word that n of L labels use tells them apart by log((L + n) / 2n) / log((L + 1) / 2): 1 for a word of one label only,
0 for a word of all. Said k times for a label, it speaks for it by log2(1 + k) of that, less where a label has many
words. Weights are whole millionths, so that sums do not depend on order; softmax or logistic makes them probabilities.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from demo.stand_in.fields import Field

_UNIT = 1_000_000
_SHARPNESS = 3.0 / _UNIT
_NULL_SCORE = _UNIT // 2
_MANY_THRESHOLD = 0.75 * _UNIT
_LEAST = -30.0
_SUREST = 15.0


@dataclass(frozen=True, slots=True)
class Overlap:
    """A field and, for every word of its labels, which labels (by position) it speaks for and how much."""

    field: Field
    index: dict[str, tuple[tuple[int, int], ...]]

    @classmethod
    def of(cls, field: Field, bags: Sequence[Iterable[str]]) -> "Overlap":
        """`bags` holds one bag of words per label, in the order of the field's labels."""
        said = [Counter(bag) for bag in bags]
        holders = Counter(word for bag in said for word in bag)
        telling = {word: _telling(count, len(said)) for word, count in holders.items()}
        lengths = [math.sqrt(sum(math.log2(1 + k) ** 2 for k in bag.values())) for bag in said]
        usual = sum(lengths) / max(1, len(lengths))
        index: dict[str, list[tuple[int, int]]] = {}
        for position, (bag, length) in enumerate(zip(said, lengths, strict=True)):
            for word, k in bag.items():
                weight = telling[word] * math.log2(1 + k) * math.sqrt(usual / length)
                index.setdefault(word, []).append((position, round(_UNIT * weight)))
        return cls(field, {word: tuple(weights) for word, weights in index.items() if telling[word]})

    def probabilities(self, text: Iterable[str], extra: Sequence[int] = ()) -> list[float]:
        """One probability per option of the field: adding up to 1 for a single choice, independent for several.
        `extra` is added to the labels' scores."""
        if not self.field.labels:
            return []
        scores = list(extra) or [0] * len(self.field.labels)
        index = self.index
        for word in text:
            for position, weight in index.get(word, ()):
                scores[position] += weight
        if self.field.many:
            return [_logistic((score - _MANY_THRESHOLD) * _SHARPNESS) for score in scores]
        return _softmax([*scores, _NULL_SCORE] if self.field.nullable else scores)


def _telling(holders: int, labels: int) -> float:
    return math.log((labels + holders) / (2 * holders)) / math.log((labels + 1) / 2) if labels > 1 else 1.0


def _softmax(scores: list[int]) -> list[float]:
    best = max(scores)
    odds_of = {score: math.exp(max(_LEAST, (score - best) * _SHARPNESS)) for score in set(scores)}
    odds = [odds_of[score] for score in scores]
    total = sum(odds)
    return [each / total for each in odds]


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-max(-_SUREST, min(_SUREST, x))))
