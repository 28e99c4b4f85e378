"""How well the marks in a picture match those of the truth: how many are the same, and how well those lie.

Two marks are the same if they have the same label and are alike enough, see `domain.shapes.likeness`. The mean overlap
and the mean distance are those of the same marks alone, so they stand beside an F1.
"""

from collections.abc import Callable, Mapping, Sequence

from backend.domain.answer import AnswerValue
from backend.domain.labels.controls.base import Control
from backend.domain.metrics.cases import Case
from backend.domain.metrics.measure import Measure, graded
from backend.domain.metrics.set_match import SetMatch, f1_interval, total
from backend.domain.metrics.text_match import exact_match
from backend.domain.shapes.marked_box import boxes_of
from backend.domain.shapes.pairing import Pair, pairs_of
from backend.domain.statistics.intervals import Interval, ratio
from backend.domain.statistics.task_ratios import ratio_interval, share_interval

NO_MARK = "No picture is marked, neither in the ground truths nor in the answers."
NO_PAIR = "No answer has a mark of the ground truths."

Part = tuple[float, float]
"""Of a task: the sum over its pairs, and how many it has."""

_EXACT = graded({"exact_match": exact_match})


def of_boxes(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    """The share of outputs with all boxes right, the F1 over the boxes of all outputs, and the mean intersection over
    union of those that are the same."""
    return {
        **_matched(cases, field, "box_f1"),
        "mean_iou": _mean(cases, field, lambda pair: pair.likeness, share_interval),
    }


def of_points(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    """The same of points, with the mean distance in percent of the picture's longer side."""
    return {
        **_matched(cases, field, "point_f1"),
        "mean_distance": _mean(cases, field, lambda pair: pair.apart, ratio_interval),
    }


def same_marks(answer: AnswerValue | None, truth: AnswerValue | None) -> SetMatch:
    """Of one task."""
    return SetMatch(len(pairs_of(answer, truth)), len(boxes_of(answer)), len(boxes_of(truth)))


def _matched(cases: Sequence[Case], field: Control, name: str) -> dict[str, Measure]:
    """An answer that can't be used marks nothing."""
    matches = [match for case in cases for match in [same_marks(*_values(case, field.name))] * case.tasks]
    f1 = total(matches).f1
    return {**_EXACT(cases, field), name: Measure(f1, f1_interval(matches), NO_MARK if f1 is None else "")}


def _mean(
    cases: Sequence[Case],
    field: Control,
    number: Callable[[Pair], float],
    interval: Callable[[list[Part]], Interval | None],
) -> Measure:
    """Over all pairs of the outputs; the interval is over tasks."""
    pairings = [pairs for case in cases for pairs in [pairs_of(*_values(case, field.name))] * case.tasks]
    parts = [(sum(map(number, pairs)), float(len(pairs))) for pairs in pairings]
    mean = ratio(sum(part for part, _ in parts), sum(pairs for _, pairs in parts))
    return Measure(mean, interval(parts), NO_PAIR if mean is None else "")


def _values(case: Case, control: str) -> tuple[AnswerValue | None, AnswerValue | None]:
    """The answer's and the truth's."""
    return (case.answer or {}).get(control), case.truth.get(control)
