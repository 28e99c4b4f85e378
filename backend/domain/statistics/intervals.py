"""Proportions, their 95 % intervals, and how many tasks are needed to tell two apart.

The usual mean ± 1.96 standard errors is not used: for 20 right answers of 20 it is 1.0 to 1.0.
"""

from math import ceil, sqrt

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""

_Z_POWER = 0.8416212335729143
"""Its 80 % point: the difference is seen in four of five trials."""

Interval = tuple[float, float]
"""Lower and upper end."""


def ratio(part: float, whole: float) -> float | None:
    """part / whole; None if the whole is 0."""
    return part / whole if whole else None


def wilson(successes: int, trials: int) -> Interval | None:
    """The score interval of successes / trials (Wilson 1927), within 0..1; None without trials."""
    return wilson_of(successes / trials, trials) if trials else None


def wilson_of(share: float, trials: float) -> Interval:
    """The same of a share (0..1) that is worth this number of trials, above 0; it need not be whole."""
    width = 2 * (trials + Z**2)
    center = (2 * trials * share + Z**2) / width
    reach = Z / width * sqrt(4 * trials * share * (1 - share) + Z**2)
    return max(0.0, center - reach) if share > 0 else 0.0, min(1.0, center + reach) if share < 1 else 1.0


def tasks_needed(accuracy: float, difference: float = 0.05) -> int:
    """How many tasks a comparison needs to detect, in four of five trials at the 5 % level, that another version is
    `difference` (0..1) away from `accuracy`.

    Sample size of McNemar's test (Connor 1987, Biometrics 43:207): (z * sqrt(d) + z_power * sqrt(d - delta^2))^2 /
    delta^2, where d is the share of tasks on which one version is right and the other wrong. d is unknown beforehand;
    here it is that of versions that fail independently. Versions that fail on the same tasks, as most do, need fewer.
    Of the accuracies above and below, the one nearer to a half counts: it needs more.
    """
    other = accuracy - difference if accuracy >= 0.5 else accuracy + difference
    delta = abs(other - accuracy)
    apart = accuracy * (1 - other) + other * (1 - accuracy)
    return ceil((Z * sqrt(apart) + _Z_POWER * sqrt(apart - delta**2)) ** 2 / delta**2)
