"""Bayesian bootstrap (Rubin 1981, The Annals of Statistics 9:130): the value of a number on other tasks like these.

Each draw gives each task an exponential weight, with a seed, so that it is reproducible. The weight of equal tasks is
gamma distributed, so a hundred thousand tasks of a hundred kinds cost next to nothing. A draw knows only what was seen:
a number that must not be certain where nothing was wrong so far adds prior tasks to it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from backend.domain.statistics.intervals import Interval

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Floats = NDArray[float64]

TIMES = 1000
SEED = 20230607
MANY = 2000

_CELLS = 4_000_000
"""Numbers held at once."""


def resample(tasks: "Floats", statistic: "Callable[[Floats], Floats]", seed: int = SEED) -> "Floats":
    """`statistic` of TIMES draws, [draw, ...].

    tasks: number of tasks of each kind
    statistic: from [draw, kind] -> weight of its tasks, on average their number, to one row per draw
    """
    import numpy

    rng = numpy.random.default_rng(seed)
    rows = max(1, _CELLS // len(tasks))
    sizes = ((min(rows, TIMES - start), len(tasks)) for start in range(0, TIMES, rows))
    return numpy.concatenate([statistic(rng.standard_gamma(tasks, size)) for size in sizes])


def resampled_sums(parts: "Floats", seed: int = SEED) -> "Floats":
    """Sums of the columns in TIMES draws of the rows, [draw, column].

    From MANY different rows up, such sums are practically normally distributed and are drawn from that distribution.
    With fewer they may not be: what occurs once among thousands would be drawn below 0.
    """
    import numpy

    if len(parts) < MANY:
        return resample(numpy.ones(len(parts)), lambda drawn: drawn @ parts, seed)
    kinds, tasks = numpy.unique(parts, axis=0, return_counts=True)
    if len(kinds) < MANY:
        return resample(tasks.astype(float), lambda drawn: drawn @ kinds, seed)
    rng = numpy.random.default_rng(seed)
    return rng.multivariate_normal(parts.sum(axis=0), parts.T @ parts, size=TIMES, check_valid="ignore")


def agreement_interval(
    parts: "Floats", by_chance: "Floats", agreement: "Callable[[Floats], Floats]", seed: int = SEED
) -> Interval | None:
    """95 % interval of a number that is 1 for full agreement and 0 for what chance gives.

    Its low end is drawn with one prior task that is answered by chance (a Dirichlet process of concentration 1,
    Ferguson 1973, The Annals of Statistics 1:209): tasks that all agree do not make it certain.

    parts: a row for each task
    by_chance: the row of a task that is answered by chance
    agreement: from sums of rows, [draw, column], to the number of each draw
    """
    import numpy

    sums = resampled_sums(parts, seed)
    prior = numpy.random.default_rng([seed, 1]).standard_exponential((TIMES, 1)) * by_chance
    with numpy.errstate(invalid="ignore", divide="ignore"):
        cautious, plain = percentile_interval(agreement(sums + prior)), percentile_interval(agreement(sums))
    return cautious and plain and (min(cautious[0], plain[0]), plain[1])


def percentile_interval(values: "Floats") -> Interval | None:
    """Between the 2.5 % and the 97.5 % point of drawn values without nan; None if nothing is left."""
    import numpy

    numbers = values[~numpy.isnan(values)]
    if not len(numbers):
        return None
    low, high = numpy.percentile(numbers, (2.5, 97.5))
    return float(low), float(high)
