"""Paired tests: versions that were asked about the same tasks, by whether they were right.

Sources: McNemar 1947, exact by the binomial distribution; Cochran 1950 for several versions at once; Holm 1979 for
    several pairs; Newcombe 1998, Statistics in Medicine 17:2635, method 10 for the interval of the difference. Tests
    for independent samples are not used: they would waste most of what few tasks can show.
"""

from collections.abc import Sequence
from math import sqrt

from backend.domain.statistics.intervals import Interval, wilson


def mcnemar(fixed: int, broken: int) -> float:
    """Two-sided exact p-value of the hypothesis that fixing and breaking a task are equally likely; 1 if nothing
    differs. In whole numbers: importing scipy.stats takes longer."""
    if not fixed + broken:
        return 1.0
    tasks, ways, outcomes = fixed + broken, 0, 1
    for count in range(min(fixed, broken) + 1):
        ways += outcomes
        outcomes = outcomes * (tasks - count) // (count + 1)
    return min(1.0, 2 * ways / (1 << tasks))


def cochran(rights: Sequence[Sequence[bool]]) -> float | None:
    """p-value of Cochran's Q (chi-squared, versions - 1 degrees of freedom).

    It is 1 if the versions agree on every task, None without tasks.
    rights: [version][task] whether the answer is right
    """
    if not rights or not rights[0]:
        return None
    import numpy
    from scipy.special import chdtrc

    right = numpy.array(rights, dtype=float)
    versions, of_version, of_task = len(right), right.sum(axis=1), right.sum(axis=0)
    apart = float((of_task * (versions - of_task)).sum())
    if not apart:
        return 1.0
    q = versions * (versions - 1) * float(((of_version - of_version.mean()) ** 2).sum()) / apart
    return float(chdtrc(versions - 1, q))


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected so that the chance of any false rejection among all of them is 5 %, in the order given."""
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = highest
    return corrected


def difference_interval(both: int, fixed: int, broken: int, neither: int) -> Interval | None:
    """95 % interval of (fixed - broken) / tasks from the paired table; None without tasks."""
    tasks = both + fixed + broken + neither
    first, second = wilson(both + broken, tasks), wilson(both + fixed, tasks)
    if first is None or second is None:
        return None
    p, q = (both + broken) / tasks, (both + fixed) / tasks
    phi = _correlation(both, fixed, broken, neither)
    down = _spread(q - second[0], first[1] - p, phi)
    up = _spread(second[1] - q, p - first[0], phi)
    return max(-1.0, q - p - down), min(1.0, q - p + up)


def _correlation(both: int, fixed: int, broken: int, neither: int) -> float:
    """Newcombe's phi: continuity-corrected if positive, 0 if a margin is empty."""
    margins = (both + broken) * (fixed + neither) * (both + fixed) * (broken + neither)
    apart = both * neither - fixed * broken
    correction = min((both + fixed + broken + neither) / 2, apart) if apart > 0 else 0
    return (apart - correction) / sqrt(margins) if margins else 0.0


def _spread(first: float, second: float, phi: float) -> float:
    return sqrt(max(first**2 - 2 * phi * first * second + second**2, 0.0))
