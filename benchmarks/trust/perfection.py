"""Do intervals hold on small sets where nearly everything is right? What was never wrong so far may be wrong."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy

from backend.domain.answer import labels_or_none
from backend.domain.metrics.cases import count_cases
from backend.domain.metrics.controls.number_distance import kappa_interval, weighted_kappa
from backend.domain.metrics.score_intervals import score_intervals
from backend.domain.outcome import Outcome, Truth
from backend.domain.statistics.intervals import Interval
from backend.domain.statistics.krippendorff import krippendorff
from backend.domain.statistics.task_ratios import share_interval
from benchmarks.statistics import LABELS, schema
from benchmarks.trust.label_confidence import Row

PROJECTS = 300
SIZES = (20, 50, 100)
RIGHT = (0.95, 0.99)
SHARES = numpy.array([0.4, 0.3, 0.2, 0.1])
Drawn = Callable[[Any, int, float], Interval | None]
"""Generator, tasks and how often an answer is right -> the interval of a project."""


def perfection(rng: Any) -> Iterator[Row]:
    """How often the intervals contain the true number, where answers are right on 95 and 99 %."""
    for name, true, interval in (
        ("share of items right, 1 to 8 in a task, alike", lambda right: right, _items),
        ("F1 macro of several labels", lambda right: float((right + (1 - right) * SHARES).mean()), _labels),
        ("weighted kappa of stars", _true_kappa, _kappa),
        ("Krippendorff's alpha of two people", _true_alpha, _alpha),
    ):
        for tasks in SIZES:
            held = [_held(rng, tasks, right, true(right), interval) for right in RIGHT]
            yield f"{name} covered, {tasks} tasks", ", ".join(f"{one:.1%}" for one in held), "93 % at least"


def _held(rng: Any, tasks: int, right: float, true: float, interval: Drawn) -> float:
    drawn = [one for one in (interval(rng, tasks, right) for _ in range(PROJECTS)) if one is not None]
    return float(numpy.mean([low <= true <= high for low, high in drawn]))


def _items(rng: Any, tasks: int, right: float) -> Interval | None:
    """Items of a task are alike: how often they are right differs among tasks."""
    items = rng.integers(1, 9, tasks)
    hits = rng.binomial(items, rng.beta(5 * right, 5 * (1 - right), tasks))
    return share_interval(list(zip(hits.tolist(), items.tolist(), strict=True)))


def _labels(rng: Any, tasks: int, right: float) -> Interval | None:
    """An answer has each label of the truth, and no other, or else any at random."""
    wanted = rng.random((tasks, len(SHARES))) < SHARES
    given = numpy.where(rng.random(wanted.shape) < right, wanted, rng.random(wanted.shape) < SHARES)
    truths, answers = (
        [labels_or_none([label for label, there in zip(LABELS, row, strict=True) if there]) for row in rows]
        for rows in (wanted, given)
    )
    outcomes = [Outcome(task, {"c": labels}) for task, labels in enumerate(answers)]
    cases = count_cases(outcomes, [Truth(task, {"c": one}) for task, one in enumerate(truths)], schema(multiple=True))
    return score_intervals(cases, schema(multiple=True)).f1_macro


def _stars(rng: Any, tasks: int, right: float) -> list[tuple[float, float]]:
    """A wrong answer is one star away, in 1..5."""
    truth = rng.choice(5, tasks, p=(0.05, 0.1, 0.15, 0.3, 0.4))
    wrong = (rng.random(tasks) >= right) * rng.choice([-1, 1], tasks)
    return list(zip(truth.tolist(), numpy.clip(truth + wrong, 0, 4).tolist(), strict=True))


def _kappa(rng: Any, tasks: int, right: float) -> Interval | None:
    return kappa_interval(_stars(rng, tasks, right))


def _true_kappa(right: float) -> float:
    return weighted_kappa(_stars(numpy.random.default_rng(2), 500_000, right)) or 0.0


def _alpha(rng: Any, tasks: int, right: float) -> Interval | None:
    """Each person gives the label of the task, or else any."""
    own = rng.choice(len(SHARES), tasks, p=SHARES)
    given = numpy.where(rng.random((2, tasks)) < right, own, rng.choice(len(SHARES), (2, tasks), p=SHARES))
    return krippendorff(given.T.astype(str).tolist()).interval


def _true_alpha(right: float) -> float:
    """Two people agree by more than chance where both give the label of the task."""
    return right**2
