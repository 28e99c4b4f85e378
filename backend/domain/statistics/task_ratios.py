"""Intervals of numbers that are sums over tasks divided by sums over tasks: precision, recall, F1, means.

Tasks are resampled, not what is found in them: several spans of one text are right or wrong together, so an interval
over spans would be too narrow.
"""

from collections.abc import Sequence

from backend.domain.statistics.bootstrap import SEED, percentile_interval, resampled_sums
from backend.domain.statistics.intervals import Interval


def ratio_interval(parts: Sequence[tuple[float, float]], seed: int = SEED) -> Interval | None:
    """95 % interval of sum(part) / sum(whole) for (part, whole) of each task; None without a whole above 0."""
    if not any(whole for _, whole in parts):
        return None
    import numpy

    sums = resampled_sums(numpy.array(parts, dtype=float), seed)
    with numpy.errstate(invalid="ignore", divide="ignore"):
        ratios = numpy.where(sums[:, 1] > 0, sums[:, 0] / sums[:, 1], numpy.nan)
    return percentile_interval(ratios)


def share_interval(parts: Sequence[tuple[float, float]], seed: int = SEED) -> Interval | None:
    """The same of a share, which lies in 0..1."""
    interval = ratio_interval(parts, seed)
    return None if interval is None else (max(0.0, interval[0]), min(1.0, interval[1]))


def mean_interval(values: Sequence[float], seed: int = SEED) -> Interval | None:
    """95 % interval of the mean of one value for each task; None without any."""
    return ratio_interval([(value, 1.0) for value in values], seed)
