"""How far the numbers of a control are from the truths, as measures of it.

Shares are over all outputs. An error, and the kappa, need a number on both sides: they leave out tasks whose ground
truth or answer has none, so the coverage stands beside them.

Quadratic weighted kappa: Cohen 1968, Psychological Bulletin 70:213, with weights (i - j)^2.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backend.domain.answer import number_of
from backend.domain.labels.controls.base import Control, Held
from backend.domain.metrics.cases import Case
from backend.domain.metrics.controls.measure import ControlMetrics, Mean, Measure, Strictness, always, graded, values_of
from backend.domain.metrics.controls.text_match import EXACT
from backend.domain.statistics.bootstrap import SEED, agreement_interval
from backend.domain.statistics.intervals import Interval
from backend.domain.statistics.task_ratios import Sums, ratio_interval

if TYPE_CHECKING:
    from backend.domain.statistics.bootstrap import Floats

NumberPair = tuple[float, float]
"""The truth, and the answer."""


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


def _too_large(case: Case, field: Control) -> float | None:
    """What the number of an answer is too large by; None unless both sides have a number."""
    answer, truth = map(number_of, values_of(case, field))
    return None if answer is None or truth is None else answer - truth


def _error(case: Case, field: Control) -> Sums:
    bias = _too_large(case, field)
    return (0.0, 0.0) if bias is None else (abs(bias), 1.0)


def _bias(case: Case, field: Control) -> Sums:
    bias = _too_large(case, field)
    return (0.0, 0.0) if bias is None else (bias, 1.0)


def _kappa(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    pairs = [pair for case in cases for pair in _pairs(case, field) * case.tasks]
    value, why = weighted_kappa(pairs), ONE_NUMBER if pairs else NO_NUMBER
    return {"quadratic_weighted_kappa": Measure(value, kappa_interval(pairs), why if value is None else "")}


def _pairs(case: Case, field: Control) -> list[NumberPair]:
    """One, if the truth and the answer are numbers."""
    answer, truth = map(number_of, values_of(case, field))
    return [] if answer is None or truth is None else [(truth, answer)]


_MEAN_ERROR = Mean(_error, NO_NUMBER, ratio_interval)
_EXACTLY = (Strictness("mean_absolute_error", "numbers", "exactly"),)
RATINGS = ControlMetrics(
    always({"accuracy": EXACT, "within_1": graded(within_1), "mean_absolute_error": _MEAN_ERROR}),
    _EXACTLY,
    _kappa,
)
"""Accuracy, share at most one star away, mean absolute error in stars, quadratic weighted kappa."""
NUMBERS = ControlMetrics(
    always({"accuracy": EXACT, "mean_absolute_error": _MEAN_ERROR, "bias": Mean(_bias, NO_NUMBER, ratio_interval)}),
    _EXACTLY,
)
"""Accuracy, mean absolute error, and bias: the mean of what answers are too large by."""
