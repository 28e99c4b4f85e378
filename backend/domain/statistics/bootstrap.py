"""Bootstrap: the value of a number on other tasks like these (Efron 1979), with a seed, so that it is reproducible.

Equal tasks need not be drawn one by one: how often each kind of task is drawn is multinomial, so a hundred thousand
tasks of a hundred kinds cost next to nothing.
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

    tasks: number of tasks of each kind
    statistic: from [resample, kind] -> number drawn, to one row per resample
    """
    import numpy

    rng = numpy.random.default_rng(seed)
    rows = max(1, _CELLS // len(tasks))
    draws = (_draw(rng, tasks, min(rows, TIMES - start)) for start in range(0, TIMES, rows))
    return numpy.concatenate([statistic(drawn) for drawn in draws])


def resampled_sums(parts: "Floats", seed: int = SEED) -> "Floats":
    """Sums of the columns in TIMES resamples of the rows, [resample, column].

    From MANY rows up, such sums are practically normally distributed and are drawn from that distribution.
    """
    import numpy

    if len(parts) < MANY:
        return resample(numpy.ones(len(parts)), lambda drawn: drawn @ parts, seed)
    total = parts.sum(axis=0)
    spread = parts.T @ parts - numpy.outer(total, total) / len(parts)
    return numpy.random.default_rng(seed).multivariate_normal(total, spread, size=TIMES, check_valid="ignore")


def percentile_interval(values: "Floats") -> Interval | None:
    """Between the 2.5 % and the 97.5 % point of resampled values without nan; None if nothing is left."""
    import numpy

    numbers = values[~numpy.isnan(values)]
    if not len(numbers):
        return None
    low, high = numpy.percentile(numbers, (2.5, 97.5))
    return float(low), float(high)


def _draw(rng: "Generator", tasks: "Floats", rows: int) -> "Floats":
    """Array [resample, kind]; with few tasks of each kind it is faster to draw tasks than kinds."""
    import numpy

    total = int(tasks.sum())
    if total > _DRAWS_PER_KIND * len(tasks):
        return rng.multinomial(total, tasks / total, size=rows).astype(float)
    kinds = numpy.repeat(numpy.arange(len(tasks)), tasks.astype(int))
    drawn = (kinds[rng.integers(total, size=total)] for _ in range(rows))
    return numpy.stack([numpy.bincount(sample, minlength=len(tasks)).astype(float) for sample in drawn])
