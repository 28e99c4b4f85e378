"""Thresholds with a guarantee: answers at least this confident have at least this accuracy, with 95 % confidence.

The guarantee holds although the threshold is chosen on the same ground truths: hypotheses "the accuracy from here up is
below the target" are tested from the most confident answers down, in an order fixed before any ground truth is seen,
until one cannot be rejected (fixed-sequence testing: Angelopoulos, Bates, Candès, Jordan and Lei 2021, "Learn then
Test"). Where the most confident answers are not the best, such a sequence stops at once; so a fifth of the error goes
to ten more hypotheses, one for each tenth of the answers, which need not wait for each other (Bonferroni). Each test is
the exact binomial one, which asks whether the lower Clopper-Pearson bound reaches the target. The thresholds are raw
confidences; a calibrator fitted on the same ground truths would break the guarantee.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, log

from backend.domain.calibration.scored_answers import ScoredAnswer, confident
from backend.domain.statistics.intervals import ratio

ERROR = 0.05
METHOD = "Clopper-Pearson, fixed-sequence testing and a grid of ten, 95 %"
_SEQUENCE_ERROR, _GRID_ERROR = 0.04, 0.01
_GRID = 10
_LEAST_COVERAGE = 0.1


@dataclass(frozen=True, slots=True)
class Threshold:
    """The lowest confidence that guarantees an accuracy.

    threshold: None if no confidence does, with the `reason`
    tasks: number of scored answers from the threshold up
    coverage: their share of all scored answers
    accuracy: the share of them that is right
    accuracy_low: one-sided 95 % lower bound of the accuracy, not below `target`
    """

    target: float
    threshold: float | None
    coverage: float
    accuracy: float | None
    accuracy_low: float | None
    tasks: int
    method: str = METHOD
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """The scored answers from `confidence` up.

    tasks: their number
    coverage: their share of all
    wrong: how many of them are wrong
    risk: wrong / tasks
    """

    confidence: float
    tasks: int
    wrong: int
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class AccuracyFrom:
    """The scored answers from a confidence up that somebody chose.

    tasks: their number
    coverage: their share of all scored answers; None without any
    accuracy: the share of them that is right; None without any
    accuracy_low: one-sided 95 % lower bound of the accuracy. It holds for one confidence that was chosen beforehand:
        where several are tried on the same ground truths, `threshold` gives the guarantee
    """

    least: float
    tasks: int
    coverage: float | None
    accuracy: float | None
    accuracy_low: float | None


def accuracy_from(scored: Sequence[ScoredAnswer], least: float) -> AccuracyFrom:
    """What the ground truths say about the answers with a confidence of `least` (0 to 1) or more."""
    rights = [right for confidence, right in confident(scored) if confidence >= least]
    tasks, right = len(rights), sum(rights)
    low = lower_bound(right, tasks) if tasks else None
    return AccuracyFrom(least, tasks, ratio(tasks, len(scored)), ratio(right, tasks), low)


def risk_coverage(scored: Sequence[ScoredAnswer]) -> list[RiskPoint]:
    """One point for each confidence that occurs, the highest first. Answers without a confidence are never covered."""
    points, tasks, wrong = [], 0, 0
    for confidence, equal in groupby(reversed(confident(scored)), key=lambda pair: pair[0]):
        rights = [right for _, right in equal]
        tasks, wrong = tasks + len(rights), wrong + rights.count(False)
        points.append(RiskPoint(confidence, tasks, wrong, tasks / len(scored), wrong / tasks))
    return points


def tasks_needed(target: float) -> int:
    """Scored answers, all right, that are needed to guarantee `target`: the smallest n with target^n <= 4 %."""
    return ceil(log(_SEQUENCE_ERROR) / log(target))


def threshold(scored: Sequence[ScoredAnswer], target: float) -> Threshold:
    """The lowest confidence that guarantees an accuracy of `target` (between 0 and 1, both excluded)."""
    points = risk_coverage(scored)
    candidates = [*_in_sequence(points, target), *_on_grid(points, target)] if points and 0 < target < 1 else []
    lowest = max(candidates, key=lambda point: point.tasks, default=None)
    if lowest is None:
        return Threshold(target, None, 0.0, None, None, 0, reason=_why_none(points, target))
    right = lowest.tasks - lowest.wrong
    return Threshold(
        target=target,
        threshold=lowest.confidence,
        coverage=lowest.coverage,
        accuracy=ratio(right, lowest.tasks),
        accuracy_low=lower_bound(right, lowest.tasks),
        tasks=lowest.tasks,
    )


def lower_bound(right: int, tasks: int) -> float:
    """One-sided 95 % lower bound of an accuracy (Clopper and Pearson 1934)."""
    from scipy.special import bdtri

    return float(bdtri(right - 1, tasks, 1 - ERROR)) if right else 0.0


def _in_sequence(points: Sequence[RiskPoint], target: float) -> Iterator[RiskPoint]:
    """Those that pass before the first one fails."""
    for point, allowed in _steps(points, target):
        if point.wrong > allowed:
            return
        yield point


def _on_grid(points: Sequence[RiskPoint], target: float) -> Iterator[RiskPoint]:
    """Those that pass of the ten that cover a tenth of the confident answers each, fixed by their number alone."""
    from scipy.stats import binom

    for tenth in range(1, _GRID + 1):
        point = next(point for point in points if point.tasks * _GRID >= points[-1].tasks * tenth)
        if point.wrong <= binom.ppf(_GRID_ERROR / _GRID, point.tasks, 1 - target) - 1:
            yield point


def _steps(points: Sequence[RiskPoint], target: float) -> list[tuple[RiskPoint, int]]:
    """The points to test, in this order, each with the number of errors that are allowed there.

    Only the first point at which one more error is allowed is worth a test, and the last of all: the points between
    allow no more errors and cover more answers. Testing starts where a tenth of the answers is covered, or later if
    more are needed to pass at all; otherwise a single early error would end it.
    """
    import numpy
    from scipy.stats import binom

    tasks = numpy.array([point.tasks for point in points])
    allowed = binom.ppf(_SEQUENCE_ERROR, tasks, 1 - target) - 1
    more = numpy.diff(allowed, prepend=-1) > 0
    more[-1] = allowed[-1] >= 0
    enough = tasks >= _LEAST_COVERAGE * tasks[-1]
    return [(points[n], int(allowed[n])) for n in numpy.flatnonzero(more & enough)]


def _why_none(points: Sequence[RiskPoint], target: float) -> str:
    if not 0 < target < 1:
        return "Only an accuracy between 0 and 1, both excluded, can be guaranteed."
    if not points:
        return "No answer to a task with a ground truth has a confidence."
    needed = tasks_needed(target)
    if points[-1].tasks < needed:
        return (
            f"It takes at least {needed} ground truths with a confident answer to guarantee an accuracy of {target:g}; "
            f"there are {points[-1].tasks}."
        )
    return (
        f"Even the most confident answers are wrong too often, or are too few, to guarantee an accuracy of {target:g}."
    )
