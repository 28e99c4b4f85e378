"""How often the better one of two inputs is found, and how often it is the left one, as measures of a control.

Models prefer a side whatever stands there (Zheng et al. 2023, "Judging LLM-as-a-Judge"): one that does says left more,
or less, often than the ground truths do.
"""

from collections.abc import Mapping, Sequence

from backend.domain.answer import Answer, names_of
from backend.domain.labels.controls.base import Control
from backend.domain.metrics.cases import Case
from backend.domain.metrics.measure import Measure
from backend.domain.statistics.intervals import ratio, wilson

NO_TRUTH = "No ground truth has a side."
NO_ANSWER = "No usable answer has a side."
_LEFT = "left"


def of_sides(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    """Accuracy over the outputs whose ground truth has a side, and the share of left among the answers and among the
    ground truths."""
    pairs = [pair for case in cases for pair in _pairs(case, field.name)]
    said = [answer for _, answer in pairs if answer is not None]
    truths = [truth for truth, _ in pairs]
    return {
        "accuracy": _share(sum(truth == answer for truth, answer in pairs), len(pairs), NO_TRUTH),
        "left_answers": _share(said.count(_LEFT), len(said), NO_ANSWER),
        "left_truths": _share(truths.count(_LEFT), len(truths), NO_TRUTH),
    }


def _pairs(case: Case, control: str) -> list[tuple[str, str | None]]:
    """The truth and the answer of each task of the case, if its truth has a side."""
    truth = _side(case.truth, control)
    return [] if truth is None else [(truth, _side(case.answer or {}, control))] * case.tasks


def _side(answer: Answer, control: str) -> str | None:
    return next(iter(names_of(answer.get(control))), None)


def _share(part: int, whole: int, why: str) -> Measure:
    """Each task is one trial, so the interval is Wilson's."""
    return Measure(ratio(part, whole), wilson(part, whole), "" if whole else why)
