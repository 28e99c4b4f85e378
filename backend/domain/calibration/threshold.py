"""Thresholds with a promise: answers at least this confident are right at least so often, with 95 % confidence.

The promise holds although the threshold was chosen with the same truths: hypotheses "the accuracy from here up is below
the target" are tested from the most confident answers down, in an order fixed before any truth is seen, and the first
that can't be rejected ends it (fixed-sequence testing: Angelopoulos, Bates, Candès, Jordan and Lei 2021, "Learn then
Test"). Each test is the exact binomial one, the same as asking whether the lower Clopper-Pearson bound reaches the
target. It works on raw confidences; a calibrator fitted on the same truths would break the promise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, log

from backend.domain.calibration.scored_answers import ScoredAnswer, confident
from backend.domain.statistics.intervals import ratio

ERROR = 0.05
METHOD = "Clopper-Pearson, fixed-sequence testing, 95 %"
_LEAST_COVERAGE = 0.1


@dataclass(frozen=True, slots=True)
class Threshold:
    """`threshold`: the lowest confidence that keeps the promise, None when none does, with the `reason`; `tasks`: the
    claims from there up, `coverage`: their share of all, `accuracy`: of them that were right, `accuracy_low`: its
    one-sided 95 % lower bound, not below `target`."""

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
    """From `confidence` up: `tasks` claims, `coverage` of all, `wrong` of them wrong, a share `risk`."""

    confidence: float
    tasks: int
    wrong: int
    coverage: float
    risk: float


def risk_coverage(claims: Sequence[ScoredAnswer]) -> list[RiskPoint]:
    """One point for each confidence that occurs, the highest first; claims without one are never covered."""
    points, tasks, wrong = [], 0, 0
    for confidence, equal in groupby(reversed(confident(claims)), key=lambda one: one[0]):
        rights = [right for _, right in equal]
        tasks, wrong = tasks + len(rights), wrong + rights.count(False)
        points.append(RiskPoint(confidence, tasks, wrong, tasks / len(claims), wrong / tasks))
    return points


def tasks_to_promise(target: float) -> int:
    """How many claims it takes at least, all of them right: the smallest n with target^n <= 5 %."""
    return ceil(log(ERROR) / log(target))


def threshold(claims: Sequence[ScoredAnswer], target: float) -> Threshold:
    """The smallest confidence that keeps the promise of an accuracy of `target` (between 0 and 1, both excluded)."""
    points = risk_coverage(claims)
    kept = None
    for point, allowed in _steps(points, target) if points and 0 < target < 1 else []:
        if point.wrong > allowed:
            break
        kept = point
    if kept is None:
        return Threshold(target, None, 0.0, None, None, 0, reason=_why_none(points, target))
    right = kept.tasks - kept.wrong
    return Threshold(
        target=target,
        threshold=kept.confidence,
        coverage=kept.coverage,
        accuracy=ratio(right, kept.tasks),
        accuracy_low=lower_bound(right, kept.tasks),
        tasks=kept.tasks,
    )


def lower_bound(right: int, tasks: int) -> float:
    """One-sided 95 % lower bound of an accuracy (Clopper and Pearson 1934)."""
    from scipy.stats import binomtest

    return float(binomtest(right, tasks, alternative="greater").proportion_ci(1 - ERROR, method="exact").low)


def _steps(points: Sequence[RiskPoint], target: float) -> list[tuple[RiskPoint, int]]:
    """What is tested, in this order: points, each with the number of errors that may be forgiven there.

    Only the first point at which one more error may be forgiven is worth a test, and the last of all: those between
    forgive no more and hold more answers. It starts where a tenth of the claims is covered, or later if it takes more
    to pass at all: with many truths a single early error would otherwise end it, and less is not worth having.
    """
    import numpy
    from scipy.stats import binom

    tasks = numpy.array([point.tasks for point in points])
    allowed = binom.ppf(ERROR, tasks, 1 - target) - 1
    more = numpy.diff(allowed, prepend=-1) > 0
    more[-1] = allowed[-1] >= 0
    enough = tasks >= _LEAST_COVERAGE * tasks[-1]
    return [(points[n], int(allowed[n])) for n in numpy.flatnonzero(more & enough)]


def _why_none(points: Sequence[RiskPoint], target: float) -> str:
    if not 0 < target < 1:
        return "Only an accuracy between 0 and 1, both excluded, can be guaranteed."
    if not points:
        return "No answer to a task with a ground truth has a confidence."
    needed = tasks_to_promise(target)
    if points[-1].tasks < needed:
        return (
            f"It takes at least {needed} ground truths with a confident answer to guarantee an accuracy of {target:g}; "
            f"there are {points[-1].tasks}."
        )
    return (
        f"Even the most confident answers are wrong too often, or are too few, to guarantee an accuracy of {target:g}."
    )
