"""How far numbers and ratings are from the truth, over pairs of a truth and an answer.

Quadratic weighted kappa: Cohen 1968, Psychological Bulletin 70:213, with weights (i - j)^2.
"""

from collections.abc import Sequence
from typing import Any

from backend.domain.statistics.bootstrap import SEED, percentile_interval, resampled_sums
from backend.domain.statistics.intervals import Interval, ratio

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
    """95 % interval of the weighted kappa, from resampled tasks; None where there is no kappa."""
    if weighted_kappa(pairs) is None:
        return None
    import numpy

    rows = numpy.array([(*_moments(pair), (pair[0] - pair[1]) ** 2) for pair in pairs], dtype=float)
    sums = resampled_sums(rows, seed)
    expected = _expected(*(sums[:, column] for column in range(5)))
    with numpy.errstate(invalid="ignore", divide="ignore"):
        kappas = numpy.where(expected > 0, 1 - sums[:, 5] / expected, numpy.nan)
    return percentile_interval(kappas)


def _moments(pair: tuple[float, float]) -> tuple[float, float, float, float, float]:
    x, y = pair
    return 1.0, x, y, x * x, y * y


def _expected(n: Any, x: Any, y: Any, xx: Any, yy: Any) -> Any:
    """Of the sums of 1, x, y, x^2 and y^2, numbers or arrays: the mean disagreement of all pairs, times n."""
    return xx + yy - 2 * x * y / n
