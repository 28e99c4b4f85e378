"""The curve of a cascade: what each threshold costs and how right it is, as far as stored answers tell.

A threshold is told only if the second model answered all tasks that go on below it: those up to the version's own
threshold, and all where it was asked about every task. Tasks on which it failed are left out, as in an accuracy.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from backend.domain.calibration.cascade_tradeoff import (
    NOTHING,
    AnswerPair,
    CascadePoint,
    first_alone,
    point_at,
    thresholds_of,
)
from backend.domain.cascade import Cascade
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome, Truth


@dataclass(frozen=True, slots=True)
class CascadeCurve:
    """first: the first model alone
    points: by threshold, the lowest first, with the version's own as `own`
    second: the second model alone, None where it was not asked about all
    """

    first: CascadePoint
    points: tuple[CascadePoint, ...]
    own: CascadePoint
    second: CascadePoint | None


@dataclass(frozen=True, slots=True)
class StepAnswers:
    """What each model of a cascade made of the tasks that it was asked about, by task."""

    first: Mapping[int, Outcome]
    second: Mapping[int, Outcome]


def cascade_curve(
    cascade: Cascade | None, steps: StepAnswers | None, truths: Sequence[Truth], schema: LabelSchema
) -> CascadeCurve | None:
    """On the tasks with a ground truth. None without a cascade that has a threshold, and if that one is not told."""
    if cascade is None or cascade.below is None or steps is None:
        return None
    below = cascade.below
    all_pairs = list(_pairs(steps, truths, schema))
    pairs, unknown = [pair for pair, _ in all_pairs], [pair for pair, is_known in all_pairs if not is_known]
    thresholds = sorted(t for t in {below, *thresholds_of(pairs)} if all(pair.keeps(t) for pair in unknown))
    if not pairs or below not in thresholds:
        return None
    points = tuple(point_at(pairs, threshold) for threshold in thresholds)
    second = None if unknown else point_at(pairs, NOTHING)
    return CascadeCurve(first_alone(pairs), points, point_at(pairs, below), second)


def _pairs(steps: StepAnswers, truths: Sequence[Truth], schema: LabelSchema) -> Iterator[tuple[AnswerPair, bool]]:
    """Each with whether the second's answer is known."""
    for truth in truths:
        first, second = steps.first.get(truth.task_id), steps.second.get(truth.task_id)
        if first is None or not (first.spoke or second) or (second is not None and not second.spoke):
            continue
        answer = None if second is None else second.answer
        right = schema.equal(first.answer, truth.answer), schema.equal(answer, truth.answer)
        costs = (first.usage.cost_usd if first.spoke else 0.0, second.usage.cost_usd if second else None)
        sure = None if first.answer is None else first.confidence
        same = second is not None and first.answer is not None and schema.equal(first.answer, answer)
        yield AnswerPair(truth.task_id, sure, same, costs, right), second is not None
