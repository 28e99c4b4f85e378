"""Scores of dates and times: equal ones, and how far apart the others are.

Times of day go round: from 23:59 to 00:01 is two minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from backend.domain.statistics.intervals import Interval, ratio
from backend.domain.statistics.task_ratios import mean_interval, share_interval

Moment = datetime | date | time
"""Without a time zone."""
MomentPair = tuple[Moment, Moment | None]
"""The truth, and the answer of the same kind; None for none or an unusable one."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MomentScore:
    """`exact` and `within` (at most the tolerance away): shares of outputs; the errors are in seconds, over the tasks
    that were answered."""

    outputs: int
    answered: int
    exact: float | None
    exact_ci: Interval | None
    within: float | None
    mean_error_s: float | None
    mean_error_ci: Interval | None
    median_error_s: float | None


def moment_score(pairs: Sequence[MomentPair], tolerance: timedelta = timedelta(0)) -> MomentScore:
    """Of one control."""
    errors = [apart(truth, answer) for truth, answer in pairs if answer is not None]
    seconds = [error.total_seconds() for error in errors]
    exact = [float(not error) for error in errors] + [0.0] * (len(pairs) - len(errors))
    return MomentScore(
        outputs=len(pairs),
        answered=len(errors),
        exact=ratio(sum(exact), len(pairs)),
        exact_ci=share_interval([(value, 1.0) for value in exact]),
        within=ratio(sum(error <= tolerance for error in errors), len(pairs)),
        mean_error_s=ratio(sum(seconds), len(seconds)),
        mean_error_ci=mean_interval(seconds),
        median_error_s=median(seconds) if seconds else None,
    )


def apart(one: Moment, other: Moment) -> timedelta:
    """How far apart two moments of a kind are. Raises TypeError for two kinds."""
    if isinstance(one, time) and isinstance(other, time):
        gap = abs(_since_midnight(one) - _since_midnight(other))
        return min(gap, _DAY - gap)
    if isinstance(one, datetime) != isinstance(other, datetime) or isinstance(one, time) or isinstance(other, time):
        raise TypeError(f"{type(one).__name__} and {type(other).__name__} cannot be compared.")
    return abs(one - other)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
