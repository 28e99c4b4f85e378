"""Weighted accuracy: of all answers of a project, from ground truths that were drawn with known, different chances.

Each ground truth counts 1 / chance (Hajek's ratio). Where all tasks were answered, the mean confidence of all answers
is corrected by how far the confidences are from the ground truths, as far as that makes the estimate more precise
(Angelopoulos, Duchi and Zrnic 2023, "PPI++", arXiv 2311.01453). The estimate is right on average, even if the
confidences are wrong. The interval is Wilson's, for as many ground truths as the estimate is worth
(`task_ratios.effective_tasks`): the usual mean ± 1.96 standard errors covers too rarely where nearly all answers are
right. What the confidences add counts as far as errors that were seen show it: while none was, the interval is that of
the ground truths alone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.statistics.intervals import Interval, wilson_of
from backend.domain.statistics.task_ratios import effective_tasks

if TYPE_CHECKING:
    from backend.domain.statistics.bootstrap import Floats

FEWEST = 20
"""With fewer ground truths their spread says nothing."""


@dataclass(frozen=True, slots=True)
class WeightedAccuracy:
    """`accuracy` with a 95 % interval, of all answered tasks; `truths`: how many ground truths it is from."""

    truths: int
    accuracy: float
    interval: Interval


def weighted_accuracy(
    answers: Sequence[ScoredAnswer],
    chances: Mapping[int, float],
    beliefs: Mapping[int, float] | None,
    gaps: Collection[int] = (),
) -> WeightedAccuracy | None:
    """None with fewer than FEWEST ground truths.

    answers: the answers to tasks with a ground truth
    chances: task -> chance with which it was drawn, above 0; what has none does not count
    beliefs: task -> probability that the answer is right, as far as the version says, of all answered tasks of the
        project; None if only some of its tasks were answered
    gaps: drawn tasks without a ground truth: the interval goes from what it would be if all of these were wrong to what
        it would be if all were right (Manski's bounds)
    """
    drawn = [answer for answer in answers if answer.task_id in chances]
    if len(drawn) < FEWEST:
        return None
    estimate = _estimate(drawn, chances, beliefs)
    if not gaps:
        return estimate
    low, high = (
        _estimate([*drawn, *(ScoredAnswer(task, None, right) for task in gaps)], chances, beliefs).interval
        for right in (False, True)
    )
    return WeightedAccuracy(len(drawn), estimate.accuracy, (low[0], high[1]))


def _estimate(
    answers: Sequence[ScoredAnswer], chances: Mapping[int, float], beliefs: Mapping[int, float] | None
) -> WeightedAccuracy:
    import numpy

    weights = numpy.array([1 / chances[answer.task_id] for answer in answers])
    weights /= weights.sum()
    right = numpy.array([float(answer.correct) for answer in answers])
    everywhere = numpy.array(list((beliefs or {0: 0.0}).values()))
    sure = numpy.array([(beliefs or {}).get(answer.task_id, everywhere.mean()) for answer in answers])
    factor = _factor(weights, sure, right)
    accuracy = float((weights * right).sum() + factor * (everywhere.mean() - (weights * sure).sum()))
    accuracy = min(1.0, max(0.0, accuracy))
    errors = _errors(weights, right - factor * sure)
    squares = weights**2

    def spread(center: float) -> float:
        return float((squares * (errors + accuracy - center) ** 2).sum())

    worth = effective_tasks(accuracy, 1.0, float(squares.sum()), spread)
    return WeightedAccuracy(len(answers), accuracy, wilson_of(accuracy, worth))


def _factor(weights: "Floats", sure: "Floats", right: "Floats") -> float:
    """What share of the confidences makes the estimate most precise: from 0, not at all, to 1, as they are."""
    squares = weights**2 * _errors(weights, sure)
    spread = float((squares * _errors(weights, sure)).sum())
    return min(1.0, max(0.0, float((squares * _errors(weights, right)).sum()) / spread)) if spread else 0.0


def _errors(weights: "Floats", values: "Floats") -> "Floats":
    """How far each value is from the weighted mean."""
    return values - float((weights * values).sum())
