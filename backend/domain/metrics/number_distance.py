"""How far the numbers of a control are from the truths, as measures of it.

Shares are over all outputs. An error, and the kappa, need a number on both sides: they leave out tasks whose ground
truth or answer has none, so the coverage stands beside them.

How far numbers and ratings are from the truth, over pairs of a truth and an answer.

Quadratic weighted kappa: Cohen 1968, Psychological Bulletin 70:213, with weights (i - j)^2.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backend.domain.answer import number_of
from backend.domain.labels.controls.base import Control, Held
from backend.domain.metrics.cases import Case
from backend.domain.metrics.measure import Measure, graded
from backend.domain.metrics.text_match import exact_match
from backend.domain.statistics.bootstrap import SEED, agreement_interval
from backend.domain.statistics.intervals import Interval, ratio
from backend.domain.statistics.task_ratios import mean_interval

if TYPE_CHECKING:
    from backend.domain.statistics.bootstrap import Floats

NumberPair = tuple[float, float]
"""The truth, and the answer."""


def mean_error(pairs: Sequence[NumberPair]) -> float | None:
    """Mean absolute error; None without pairs."""
    return ratio(sum(absolute_errors(pairs)), len(pairs))


def absolute_errors(pairs: Sequence[NumberPair]) -> list[float]:
    """Of each pair."""
    return [abs(answer - truth) for truth, answer in pairs]


def weighted_kappa(pairs: Sequence[NumberPair]) -> float | None:
    """1 - sum (x - y)^2 / sum of the same over all pairs of any x with any y, over the number of pairs; None when all
    are one and the same value, so that there is no disagreement to expect."""
    expected = _expected(*map(sum, zip(*map(_moments, pairs), strict=True))) if pairs else 0
    return 1 - sum((x - y) ** 2 for x, y in pairs) / expected if expected else None


def kappa_interval(pairs: Sequence[NumberPair], seed: int = SEED) -> Interval | None:
    """95 % interval of the weighted kappa; see `agreement_interval`. None where all truths or all answers are one and
    the same number: kappa is then 0 whatever the others are, which says nothing about other tasks."""
    if not pairs or any(len(set(numbers)) == 1 for numbers in zip(*pairs, strict=True)):
        return None
    import numpy

    rows = numpy.array([(*_moments(pair), (pair[0] - pair[1]) ** 2) for pair in pairs], dtype=float)
    *moments, _ = rows.sum(axis=0)
    return agreement_interval(rows, numpy.array([*moments, _expected(*moments)]) / len(rows), _kappas, seed)


def _kappas(sums: "Floats") -> "Floats":
    """Of rows of: the sums of the moments, and of the squared differences."""
    import numpy

    expected = _expected(*sums.T[:5])
    return numpy.where(expected > 0, 1 - sums[:, 5] / expected, numpy.nan)


def _moments(pair: tuple[float, float]) -> tuple[float, float, float, float, float]:
    x, y = pair
    return 1.0, x, y, x * x, y * y


def _expected(n: Any, x: Any, y: Any, xx: Any, yy: Any) -> Any:
    """Of the sums of 1, x, y, x^2 and y^2, numbers or arrays: the mean disagreement of all pairs, times n."""
    return xx + yy - 2 * x * y / n


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
