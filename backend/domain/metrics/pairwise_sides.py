"""How often the better one of two inputs is found, and how often it is the left one, as measures of a control.

A model that prefers a side whatever stands there says left more, or less, often than the ground truths do.
"""

from collections.abc import Mapping, Sequence

from backend.domain.answer import Answer, names_of
from backend.domain.labels.controls.base import Control
from backend.domain.metrics.cases import Case
from backend.domain.metrics.measure import Measure
from backend.domain.metrics.pairwise import PairwiseAnswer, pairwise_score
from backend.domain.statistics.intervals import Interval

NO_TRUTH = "No ground truth has a side."
NO_ANSWER = "No usable answer has a side."


def of_sides(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    """Accuracy over the outputs whose ground truth has a side, and the share of left among the answers and among the
    ground truths."""
    score = pairwise_score([one for case in cases for one in _answers(case, field.name)])
    return {
        "accuracy": _measure(score.accuracy, score.accuracy_ci, NO_TRUTH),
        "left_answers": _measure(score.left_rate, score.left_rate_ci, NO_ANSWER),
        "left_truths": _measure(score.left_truths, score.left_truths_ci, NO_TRUTH),
    }


def _answers(case: Case, control: str) -> list[PairwiseAnswer]:
    """One for each task of the case."""
    truth = _side(case.truth, control)
    return [] if truth is None else [PairwiseAnswer(truth, _side(case.answer or {}, control))] * case.tasks


def _side(answer: Answer, control: str) -> str | None:
    return next(iter(names_of(answer.get(control))), None)


def _measure(value: float | None, interval: Interval | None, why: str) -> Measure:
    return Measure(value, interval, why if value is None else "")
