"""Bootstrap: what a number would have been on other tasks like these (Efron 1979), with a seed, so always the same.

Tasks that are alike need not be drawn one by one: how often each kind of them is drawn is multinomial, so a hundred
thousand tasks of a hundred kinds cost next to nothing.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from backend.domain.statistics.intervals import Interval

if TYPE_CHECKING:
    from numpy import float64
    from numpy.random import Generator
    from numpy.typing import NDArray

    Floats = NDArray[float64]

TIMES = 1000
SEED = 20230607
MANY = 2000

_CELLS = 4_000_000
"""Numbers held at once."""

_DRAWS_PER_KIND = 20
"""So many tasks are drawn in the time that one binomial number takes."""


def resample(tasks: "Floats", statistic: "Callable[[Floats], Floats]", seed: int = SEED) -> "Floats":
    """`statistic` of TIMES resamples, [resample, ...].

    `tasks`: how many there are of each kind. `statistic` gets [resample, kind] -> how many were drawn, and gives a
    row for each resample.
    """
    import numpy

    rng = numpy.random.default_rng(seed)
    rows = max(1, _CELLS // len(tasks))
    draws = (_draw(rng, tasks, min(rows, TIMES - start)) for start in range(0, TIMES, rows))
    return numpy.concatenate([statistic(drawn) for drawn in draws])


def resampled_sums(parts: "Floats", seed: int = SEED) -> "Floats":
    """Sums of the columns in TIMES resamples of the rows, [resample, column]. Of MANY rows on, such sums are as good as
    normally distributed, and are drawn as that."""
    import numpy

    if len(parts) < MANY:
        return resample(numpy.ones(len(parts)), lambda drawn: drawn @ parts, seed)
    total = parts.sum(axis=0)
    spread = parts.T @ parts - numpy.outer(total, total) / len(parts)
    return numpy.random.default_rng(seed).multivariate_normal(total, spread, size=TIMES, check_valid="ignore")


def percentile_interval(values: "Floats") -> Interval | None:
    """Between the 2.5 % and the 97.5 % point of resampled values; nan is left out; None when nothing is left."""
    import numpy

    there = values[~numpy.isnan(values)]
    if not len(there):
        return None
    low, high = numpy.percentile(there, (2.5, 97.5))
    return float(low), float(high)


def _draw(rng: "Generator", tasks: "Floats", rows: int) -> "Floats":
    """[row, kind]; with few tasks of each kind it is faster to draw the tasks than the kinds."""
    import numpy

    total = int(tasks.sum())
    if total > _DRAWS_PER_KIND * len(tasks):
        return rng.multinomial(total, tasks / total, size=rows).astype(float)
    kinds = numpy.repeat(numpy.arange(len(tasks)), tasks.astype(int))
    drawn = (kinds[rng.integers(total, size=total)] for _ in range(rows))
    return numpy.stack([numpy.bincount(one, minlength=len(tasks)).astype(float) for one in drawn])
