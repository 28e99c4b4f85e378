"""How far apart dates and times are. Times of day go round: from 23:59 to 00:01 is two minutes."""

from datetime import date, datetime, time, timedelta

Moment = datetime | date | time
"""Without a time zone."""
_DAY = timedelta(days=1)


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
