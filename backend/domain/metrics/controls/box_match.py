"""How well the marks in a picture match those of the truth: how many are the same, and how well those lie.

Two marks are the same if they have the same label and are alike enough, see `domain.shapes.likeness`. The mean overlap
and the mean distance are those of the same marks alone, so they stand beside an F1.
"""

from collections.abc import Callable

from backend.domain.labels.controls.base import Control, Held
from backend.domain.metrics.cases import Case
from backend.domain.metrics.controls.measure import ControlMetrics, Mean, Strictness, always, micro_f1, values_of
from backend.domain.metrics.controls.set_match import SetMatch
from backend.domain.metrics.controls.text_match import EXACT
from backend.domain.shapes.marked_box import boxes_of
from backend.domain.shapes.pairing import Pair, pairs_of
from backend.domain.statistics.task_ratios import Sums, ratio_interval

NO_MARK = "No picture is marked, neither in the ground truths nor in the answers."
NO_PAIR = "No answer has a mark of the ground truths."


def same_marks(answer: Held, truth: Held) -> SetMatch:
    """Of one task."""
    return SetMatch(len(pairs_of(answer, truth)), len(boxes_of(answer)), len(boxes_of(truth)))


def _over_pairs(number: Callable[[Pair], float]) -> Callable[[Case, Control], Sums]:
    """The sum over the pairs of a task, and how many it has."""

    def sums(case: Case, field: Control) -> Sums:
        pairs = pairs_of(*values_of(case, field))
        return sum(map(number, pairs)), float(len(pairs))

    return sums


_MATCHED = micro_f1(same_marks, NO_MARK)
BOXES = ControlMetrics(
    always(
        {
            "exact_match": EXACT,
            "box_f1": _MATCHED,
            "mean_iou": Mean(_over_pairs(lambda pair: pair.likeness), NO_PAIR),
        }
    ),
    (Strictness("box_f1", "boxes", "all of them, with no other"),),
)
"""The share of outputs with all boxes right, the F1 over the boxes of all outputs, and the mean intersection over union
of those that are the same."""
POINTS = ControlMetrics(
    always(
        {
            "exact_match": EXACT,
            "point_f1": _MATCHED,
            "mean_distance": Mean(_over_pairs(lambda pair: pair.apart), NO_PAIR, ratio_interval),
        }
    ),
    (Strictness("point_f1", "points", "all of them, with no other"),),
)
"""The same of points, with the mean distance in percent of the picture's longer side."""
