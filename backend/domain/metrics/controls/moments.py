"""Moments: how far apart two dates or times are. Times of day go round the clock: 23:59 and 00:01 are two minutes
apart."""

from datetime import date, datetime, time, timedelta

Moment = datetime | date | time
"""Without a time zone."""
_DAY = timedelta(days=1)


def apart(moment: Moment, other: Moment) -> timedelta:
    """How far apart two moments of a kind are. Raises TypeError for two kinds."""
    if isinstance(moment, time) and isinstance(other, time):
        gap = abs(_since_midnight(moment) - _since_midnight(other))
        return min(gap, _DAY - gap)
    if (
        isinstance(moment, datetime) != isinstance(other, datetime)
        or isinstance(moment, time)
        or isinstance(other, time)
    ):
        raise TypeError(f"{type(moment).__name__} and {type(other).__name__} cannot be compared.")
    return abs(moment - other)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
