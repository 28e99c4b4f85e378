"""Representativeness: whether tasks with a ground truth look like the other tasks that a version answered.

What is compared is known of all of them without anybody's work: the version's label and confidence, the length of the
request and the age of the task. So it finds drift and one-sided choices that show in these traits. It does not find
that people chose tasks which are easy in another way.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

Trait = Literal["label", "confidence", "length", "age"]
LEVEL = 0.05
"""How often ground truths that are a random sample are said to differ, in one trait or more."""
FEWEST = 20
"""With fewer of either, next to nothing would be found."""
PERMUTATIONS = 2000
RARE = 5
"""Answers that occur less often are compared together."""


@dataclass(frozen=True, slots=True)
class TaskTraits:
    """label: the version's answer as a text
    length: tokens of the request; None for what is not known
    age: the number of the task, which is lower for older ones
    """

    label: str | None
    confidence: float | None
    length: int | None
    age: int


@dataclass(frozen=True, slots=True)
class TraitDifference:
    """In which trait they differ.

    truths, others: medians; of a label the shares of `label`, the one that differs most
    p_value: two-sided
    """

    trait: Trait
    truths: float
    others: float
    p_value: float
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Representativeness:
    """truths, others: how many tasks were compared
    differences: none where they look alike or are too few
    """

    truths: int
    others: int
    differences: tuple[TraitDifference, ...] = ()


def representativeness(truths: Sequence[TaskTraits], others: Sequence[TaskTraits]) -> Representativeness:
    """By rank tests (Mann and Whitney) and, of labels, a permutation test of chi square; corrected by Holm."""
    candidates = [
        _of_labels(truths, others),
        *(_of_numbers(name, truths, others) for name in ("confidence", "length", "age")),
    ]
    tested = sorted(
        (difference for difference in candidates if difference is not None),
        key=lambda difference: difference.p_value,
    )
    differences = []
    for index, difference in enumerate(tested):
        if difference.p_value * (len(tested) - index) > LEVEL:
            break
        differences.append(difference)
    return Representativeness(len(truths), len(others), tuple(differences))


def _of_numbers(trait: Trait, truths: Sequence[TaskTraits], others: Sequence[TaskTraits]) -> TraitDifference | None:
    from scipy.stats import mannwhitneyu

    own, rest = (_values(tasks, lambda task: getattr(task, trait)) for tasks in (truths, others))
    if min(len(own), len(rest)) < FEWEST or len({*own, *rest}) == 1:
        return None
    p_value = mannwhitneyu(own, rest, method="asymptotic").pvalue
    return TraitDifference(trait, float(median(own)), float(median(rest)), float(p_value))


def _of_labels(truths: Sequence[TaskTraits], others: Sequence[TaskTraits]) -> TraitDifference | None:
    own, rest = (_values(tasks, lambda task: task.label) for tasks in (truths, others))
    number = Counter([*own, *rest])
    pooled = [[label if number[label] >= RARE else None for label in labels] for labels in (own, rest)]
    names = sorted({label for labels in pooled for label in labels}, key=str)
    if min(len(own), len(rest)) < FEWEST or len(names) < 2:
        return None
    shares = [[labels.count(name) / len(labels) for name in names] for labels in pooled]
    most = max(range(len(names)), key=lambda n: (names[n] is not None, abs(shares[0][n] - shares[1][n])))
    counts = ([labels.count(name) for name in names] for labels in pooled)
    p_value = _p_value(*counts)
    return TraitDifference("label", shares[0][most], shares[1][most], p_value, names[most])


def _p_value(own: Sequence[int], rest: Sequence[int]) -> float:
    """Of chi square, by permutation: how often each label occurs among some that are drawn from all."""
    import numpy

    totals = numpy.array(own) + numpy.array(rest)
    expected = totals * sum(own) / totals.sum()
    rng = numpy.random.default_rng(0)
    drawn = rng.multivariate_hypergeometric(totals, sum(own), PERMUTATIONS, method="marginals")
    actual, by_chance = (((counts - expected) ** 2 / expected).sum(-1) for counts in (numpy.array(own), drawn))
    return float(((by_chance >= actual - 1e-9).sum() + 1) / (PERMUTATIONS + 1))


def _values(tasks: Sequence[TaskTraits], value: Callable[[TaskTraits], Any]) -> list[Any]:
    return [number for task in tasks if (number := value(task)) is not None]
