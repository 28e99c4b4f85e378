"""How far the numbers of a control are from the truths, as measures of it.

Shares are over all outputs. An error, and the kappa, need a number on both sides: they leave out tasks whose ground
truth or answer has none, so the coverage stands beside them.
"""

from collections.abc import Mapping, Sequence

from backend.domain.answer import number_of
from backend.domain.labels.controls.base import Control, Held
from backend.domain.metrics.cases import Case
from backend.domain.metrics.measure import Measure, graded
from backend.domain.metrics.numeric import NumberPair, absolute_errors, kappa_interval, mean_error, weighted_kappa
from backend.domain.metrics.text_match import exact_match
from backend.domain.statistics.intervals import Interval, ratio
from backend.domain.statistics.task_ratios import mean_interval

NO_NUMBER = "In no task both the ground truth and the answer have a number."
ONE_NUMBER = "Ground truths and answers have one and the same number, so that there is no disagreement to expect."


def within_1(control: Control, answer: Held, truth: Held) -> float:
    """1 where they are equal or one star apart."""
    value, expected = number_of(answer), number_of(truth)
    near = value is not None and expected is not None and abs(value - expected) <= 1
    return float(near or control.equal(answer, truth))


_shares_of_numbers = graded({"accuracy": exact_match})
_shares_of_ratings = graded({"accuracy": exact_match, "within_1": within_1})


def of_ratings(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    """Accuracy, share at most one star away, mean absolute error in stars, quadratic weighted kappa."""
    pairs = _pairs(cases, field.name)
    why = ONE_NUMBER if pairs else NO_NUMBER
    return {
        **_shares_of_ratings(cases, field),
        "mean_absolute_error": _error(pairs),
        "quadratic_weighted_kappa": _measure(weighted_kappa(pairs), kappa_interval(pairs), why),
    }


def of_numbers(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    """Accuracy, mean absolute error, and bias: the mean of what answers are too large by."""
    pairs = _pairs(cases, field.name)
    too_large = [answer - truth for truth, answer in pairs]
    return {
        **_shares_of_numbers(cases, field),
        "mean_absolute_error": _error(pairs),
        "bias": _measure(ratio(sum(too_large), len(pairs)), mean_interval(too_large), NO_NUMBER),
    }


def _error(pairs: Sequence[NumberPair]) -> Measure:
    return _measure(mean_error(pairs), mean_interval(absolute_errors(pairs)), NO_NUMBER)


def _measure(value: float | None, interval: Interval | None, why: str) -> Measure:
    return Measure(value, interval, why if value is None else "")


def _pairs(cases: Sequence[Case], control: str) -> list[NumberPair]:
    """A pair for each task whose ground truth and answer are numbers."""
    counted = ((number_of(case.truth.get(control)), _answered(case, control), case.tasks) for case in cases)
    return [
        pair
        for truth, answer, tasks in counted
        if truth is not None and answer is not None
        for pair in [(truth, answer)] * tasks
    ]


def _answered(case: Case, control: str) -> float | None:
    return None if case.answer is None else number_of(case.answer.get(control))
