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
NO_CONSISTENT = "No answer is the same in both orders."
SIDES = (_LEFT, _RIGHT) = ("left", "right")


def of_sides(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    """Accuracy over the outputs whose ground truth has a side, and the share of left among the answers and among the
    ground truths. Where both orders were asked, `left_answers` is of the first order, whether the other one agrees or
    not, `position_consistency` the share of outputs where it does, and `consistent_accuracy` that of those alone."""
    pairs = [pair for case in cases for pair in _pairs(case, field.name)]
    truths = [truth for truth, _ in pairs]
    sides = [side for case in cases for side in _sides(case, field.name)]
    both = _consistency(cases, field.name) if any(case.orders for case in cases) else {}
    return {
        "accuracy": _share(sum(truth == answer for truth, answer in pairs), len(pairs), NO_TRUTH),
        "left_answers": _share(sides.count(_LEFT), len(sides), NO_ANSWER),
        "left_truths": _share(truths.count(_LEFT), len(truths), NO_TRUTH),
        **both,
    }


def _consistency(cases: Sequence[Case], control: str) -> Mapping[str, Measure]:
    tried = [case for case in cases if case.orders and _side(case.truth, control) and _side(case.orders[0], control)]
    firm = [case for case in tried if _turns(case, control)]
    right = [case for case in firm if _side(case.orders[0], control) == _side(case.truth, control)]
    total, agreed, correct = (sum(case.tasks for case in some) for some in (tried, firm, right))
    return {
        "position_consistency": _share(agreed, total, NO_ANSWER),
        "consistent_accuracy": _share(correct, agreed, NO_CONSISTENT),
    }


def _turns(case: Case, control: str) -> bool:
    first, second = (_side(answer, control) for answer in case.orders)
    return {first, second} == {*SIDES}


def _sides(case: Case, control: str) -> list[str]:
    """What was said of each task of the case, if its truth has a side; in the first order."""
    side = _side(case.orders[0] if case.orders else case.answer or {}, control)
    return [] if side is None or _side(case.truth, control) is None else [side] * case.tasks


def _pairs(case: Case, control: str) -> list[tuple[str, str | None]]:
    """The truth and the answer of each task of the case, if its truth has a side."""
    truth = _side(case.truth, control)
    return [] if truth is None else [(truth, _side(case.answer or {}, control))] * case.tasks


def _side(answer: Answer, control: str) -> str | None:
    return next(iter(names_of(answer.get(control))), None)


def _share(part: int, whole: int, why: str) -> Measure:
    """Each task is one trial, so the interval is Wilson's."""
    return Measure(ratio(part, whole), wilson(part, whole), "" if whole else why)
