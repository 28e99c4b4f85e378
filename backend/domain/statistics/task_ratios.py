"""Intervals of numbers that are sums over tasks divided by sums over tasks: precision, recall, F1, means.

Tasks count, not what is found in them: several spans of one text are right or wrong together, so an interval over spans
would be too narrow.
"""

from collections.abc import Callable, Sequence
from math import fsum

from backend.domain.statistics.bootstrap import SEED, percentile_interval, resampled_sums
from backend.domain.statistics.intervals import Interval, Z, wilson_of

Sums = tuple[float, float]
"""What a task adds to the sum that is divided, and to the one that it is divided by."""
PSEUDO = Z**2
"""Tasks that the spread of a share is measured with beside its own, half of them right and half wrong."""


def share_interval(parts: Sequence[Sums], tasks: Sequence[float] | None = None) -> Interval | None:
    """95 % interval of sum(part) / sum(whole), which lies in 0..1; None without a whole above 0.

    Wilson's with the effective number of tasks, as for shares in clusters (Korn and Graubard 1998, Survey Methodology
    24:193; Dean and Pagano 2015, Journal of Survey Statistics and Methodology 3:484). It comes from the spread of the
    tasks around the share. Few tasks, all of them right, have no spread, so it is measured together with z^2 tasks of
    typical size, half right and half wrong (Agresti and Coull 1998, The American Statistician 52:119). Of tasks that
    are right or wrong as a whole it is their number: the interval is Wilson's. Of right ones alone it is Kish's
    (1965), sum(whole)^2 / sum(whole^2).

    parts: (part, whole) of a task, 0 <= part <= whole
    tasks: how many tasks have each of them; by default one
    """
    weights = tasks or [1] * len(parts)
    counted = [(part, whole, n) for (part, whole), n in zip(parts, weights, strict=True) if whole and n]
    if not counted:
        return None
    right, total, squares = (fsum(row) for row in zip(*((n * a, n * w, n * w * w) for a, w, n in counted), strict=True))
    share = min(1.0, right / total)

    def spread(center: float) -> float:
        return fsum(n * (part - center * whole) ** 2 for part, whole, n in counted)

    return wilson_of(share, effective_tasks(share, total, squares, spread))


def effective_tasks(share: float, total: float, squares: float, spread: Callable[[float], float]) -> float:
    """How many tasks of equal size a share is worth, each right or wrong: at least 1.

    total, squares: sums of the sizes of the tasks, and of their squares
    spread: sum of squares of what the tasks are away from such a share
    """
    size = squares / total
    center = (share * total + PSEUDO / 2 * size) / (total + PSEUDO * size)
    around = spread(center) + PSEUDO / 2 * size**2 * (center**2 + (1 - center) ** 2)
    return center * (1 - center) * (total + PSEUDO * size) ** 2 / around - PSEUDO


def signed_interval(parts: Sequence[Sums], tasks: Sequence[int] | None = None) -> Interval | None:
    """The same of sum(part) / sum(whole) in -1..1, where -whole <= part <= whole."""
    interval = share_interval([((whole + part) / 2, whole) for part, whole in parts], tasks)
    return None if interval is None else (2 * interval[0] - 1, 2 * interval[1] - 1)


def ratio_interval(parts: Sequence[Sums], tasks: Sequence[int] | None = None, seed: int = SEED) -> Interval | None:
    """95 % interval of sum(part) / sum(whole), which may be any number, by the bootstrap over the tasks with a whole
    above 0. None without such a task, and where each has the same ratio: nothing then says how far others would be
    away.

    parts: (part, whole) of a task
    tasks: how many tasks have each of them; by default one
    """
    weights = tasks or [1] * len(parts)
    rows = [part for part, n in zip(parts, weights, strict=True) if part[1] for _ in range(n)]
    if len({part / whole for part, whole in rows}) < 2:
        return None
    import numpy

    sums = resampled_sums(numpy.array(rows, dtype=float), seed)
    return percentile_interval(sums[:, 0] / sums[:, 1])
