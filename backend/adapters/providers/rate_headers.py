"""Rate headers: the limits that a model's server states in its answers, `x-ratelimit-*`, and how long it asks to wait.

Few servers say whether a limit is for a minute or for another time. It counts as a limit for a minute if the server
said that the whole limit is free again in between SHORT_S and LONG_S seconds. A limit that is free again within a
second needs no waiting, and Groq's limit of requests is for a day.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import inf, isfinite

NAMES = {
    "requests": (
        ("x-ratelimit-limit-requests", "x-ratelimit-reset-requests"),
        ("anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-reset"),
    ),
    "tokens": (
        ("x-ratelimit-limit-tokens", "x-ratelimit-reset-tokens"),
        ("anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-reset"),
    ),
}
"""What is limited -> names of the headers that hold the limit, and when it is whole again."""
SHORT_S, LONG_S = 2.0, 61.0
LONGEST_S = 3600.0
"""To wait."""
_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)")
_LONGEST = 100
"""Characters of a duration."""
_EPOCH_S, _EPOCH_MS = 1e9, 1e12


class RateHeaders:
    """Of one connection. `limits`: model -> the limits a minute that are known by now, of requests and of tokens."""

    def __init__(self) -> None:
        self._limits: dict[tuple[str, str], float] = {}
        self._minutes: dict[tuple[str, str], bool] = {}

    def note(self, model: str, headers: Mapping[str, str]) -> None:
        """Takes note of the headers of an answer about `model`."""
        for what, names in NAMES.items():
            for limit_name, reset_name in names:
                if (stated := headers.get(limit_name)) is not None:
                    self._note((model, what), stated, headers.get(reset_name))

    def limits(self, model: str) -> tuple[float | None, float | None]:
        """Most requests and tokens a minute; None where nothing is known."""
        requests, tokens = (self._limit((model, what)) for what in NAMES)
        return requests, tokens

    def _limit(self, key: tuple[str, str]) -> float | None:
        return self._limits.get(key) if self._minutes.get(key) else None

    def _note(self, key: tuple[str, str], stated: str, reset: str | None) -> None:
        limit = _number(stated)
        if limit is None or limit < 1:
            return
        self._limits[key] = limit
        seconds = MINUTE if reset is None else seconds_of(reset)
        if seconds is not None and seconds > LONG_S:
            self._minutes[key] = False
        elif seconds is not None and seconds > SHORT_S:
            self._minutes.setdefault(key, True)


MINUTE = 60.0
"""What a limit without a time is taken to be of."""


def seconds_of(text: str, now: float | None = None) -> float | None:
    """Seconds from `now` (seconds since 1970; the present by default) of a duration ("6m0s", "20ms", "12.5"), a time
    since 1970 in seconds or milliseconds, or a date of RFC 3339; None for anything else."""
    now = datetime.now(UTC).timestamp() if now is None else now
    number = _number(text)
    if number is not None:
        moment = number / 1000 if number >= _EPOCH_MS else number
        return moment - now if moment >= _EPOCH_S else number
    parts = _PART.findall(text) if len(text) <= _LONGEST else []
    if parts and "".join(map("".join, parts)) == text.strip():
        return sum(float(amount) * _UNITS[unit] for amount, unit in parts)
    try:
        return datetime.fromisoformat(text.strip()).timestamp() - now
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait, at most an hour, from `retry-after-ms` or `Retry-After` (seconds or a date: RFC 9110, 10.2.3).

    None if neither can be used.
    now: seconds since 1970
    """
    for header, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        text = headers.get(header, "")
        try:
            seconds = float(text) * scale
        except ValueError:
            seconds = _until(text, now)
        if seconds >= 0 and isfinite(seconds):
            return min(seconds, LONGEST_S)
    return None


def _until(date: str, now: float) -> float:
    """Seconds until `date`; 0 if it is past; infinite if it is not a date."""
    try:
        moment = parsedate_to_datetime(date)
        return max(0.0, moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now)
    except (ValueError, OverflowError, TypeError, IndexError):
        return inf
