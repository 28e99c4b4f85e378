"""Scores of numbers and ratings: how far an answer is from the truth.

Means are over tasks that were answered with a number; `exact` and `within` are shares of all outputs, an unusable
answer or none where the truth has one being wrong. Quadratic weighted kappa: Cohen 1968, Psychological Bulletin 70:213,
with weights (i - j)^2; Spearman's correlation: of ranks, equal values sharing the mean of theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median
from typing import Any

from backend.domain.statistics.bootstrap import SEED, percentile_interval, resampled_sums
from backend.domain.statistics.intervals import Interval, ratio
from backend.domain.statistics.task_ratios import mean_interval, share_interval

NumberPair = tuple[float, float | None]
"""The truth, and the answer; None for none or an unusable one."""
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class NumberScore:
    """`within`: share of outputs at most the tolerance away; `bias`: mean of answer - truth; `kappa` is meant for
    ratings. All are None where they do not exist."""

    outputs: int
    answered: int
    exact: float | None
    within: float | None
    mean_error: float | None
    mean_error_ci: Interval | None
    median_error: float | None
    bias: float | None
    spearman: float | None
    kappa: float | None
    kappa_ci: Interval | None
    exact_ci: Interval | None


def number_score(pairs: Sequence[NumberPair], tolerance: float = 0.0, relative: bool = False) -> NumberScore:
    """Of one control. `tolerance`: how far off still counts as `within`; `relative`: as a share of the truth. For
    ratings it is 1."""
    known = [(truth, answer) for truth, answer in pairs if answer is not None]
    errors = absolute_errors(known)
    exact = [float(error <= _SAME) for error in errors] + [0.0] * (len(pairs) - len(known))
    near = sum(abs(a - t) <= (tolerance * abs(t) if relative else tolerance) + _SAME for t, a in known)
    return NumberScore(
        outputs=len(pairs),
        answered=len(known),
        exact=ratio(sum(exact), len(pairs)),
        within=ratio(near, len(pairs)),
        mean_error=mean_error(known),
        mean_error_ci=mean_interval(errors),
        median_error=median_error(known),
        bias=ratio(sum(answer - truth for truth, answer in known), len(known)),
        spearman=spearman(known),
        kappa=weighted_kappa(known),
        kappa_ci=kappa_interval(known),
        exact_ci=share_interval([(value, 1.0) for value in exact]),
    )


def mean_error(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Mean absolute error; None without pairs."""
    return ratio(sum(absolute_errors(pairs)), len(pairs))


def median_error(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Median absolute error; None without pairs."""
    return median(absolute_errors(pairs)) if pairs else None


def absolute_errors(pairs: Sequence[tuple[float, float]]) -> list[float]:
    """Of each pair."""
    return [abs(answer - truth) for truth, answer in pairs]


def weighted_kappa(pairs: Sequence[tuple[float, float]]) -> float | None:
    """1 - sum (x - y)^2 / sum of the same over all pairs of any x with any y, over the number of pairs; None when all
    are one and the same value, so that there is no disagreement to expect."""
    expected = _expected(*map(sum, zip(*map(_moments, pairs), strict=True))) if pairs else 0
    return 1 - sum((x - y) ** 2 for x, y in pairs) / expected if expected else None


def kappa_interval(pairs: Sequence[tuple[float, float]], seed: int = SEED) -> Interval | None:
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


def spearman(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's correlation of the ranks; None for fewer than two pairs, or one value alone on a side."""
    if len(pairs) < 2:
        return None
    first, second = (ranks([pair[side] for pair in pairs]) for side in (0, 1))
    mean = (len(pairs) + 1) / 2
    both = sum((x - mean) * (y - mean) for x, y in zip(first, second, strict=True))
    spread = sqrt(sum((x - mean) ** 2 for x in first) * sum((y - mean) ** 2 for y in second))
    return ratio(both, spread)


def ranks(values: Sequence[float]) -> list[float]:
    """From 1 on; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found, start = [0.0] * len(values), 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            found[place] = (start + 1 + end) / 2
        start = end
    return found


def _moments(pair: tuple[float, float]) -> tuple[float, float, float, float, float]:
    x, y = pair
    return 1.0, x, y, x * x, y * y


def _expected(n: Any, x: Any, y: Any, xx: Any, yy: Any) -> Any:
    """Of the sums of 1, x, y, x^2 and y^2, numbers or arrays: the mean disagreement of all pairs, times n."""
    return xx + yy - 2 * x * y / n
