"""Numbers for people. One that does not exist is `n/a`, never 0."""

from math import copysign, floor, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.domain.calibration.reliability import Reliability

NOT_THERE = "n/a"
SMALLEST = 1e-12
"""Below it, a number is the error of a sum that should be 0."""


def proportion(value: float | None) -> str:
    """0..1 with three digits: `0.999` for 0.9996 and `0.001` for 0.0004, which are not all and not nothing."""
    return NOT_THERE if value is None else f"{_inside(value):.3f}"


def interval(ends: tuple[float, float] | None) -> str:
    """`0.481 to 0.855`, its ends as `proportion` shows them."""
    return NOT_THERE if ends is None else f"{proportion(ends[0])} to {proportion(ends[1])}"


def _inside(value: float) -> float:
    """A value that three digits would show as 0 or 1 and that is neither, on its side of that number."""
    nearest = round(value)
    away = value - nearest
    return nearest + copysign(0.001, away) if SMALLEST < abs(away) <= 0.0005 else nearest + away


def measured(value: float | None) -> str:
    """Any number with three digits behind the point, or two that count where those would all be 0; 0 where there is no
    more than the error of a sum that should be 0."""
    if value is None:
        return NOT_THERE
    return f"{value:.2g}" if SMALLEST < abs(value) < 0.0005 else f"{value if abs(value) > SMALLEST else 0:,.3f}"


def measured_interval(ends: tuple[float, float] | None) -> str:
    """`-1,250.500 to 3.250`."""
    return NOT_THERE if ends is None else f"{measured(ends[0])} to {measured(ends[1])}"


def percent(value: float | None) -> str:
    """`87.5 %`, and `99.98 %` where one digit would say that it is all, or nothing."""
    return NOT_THERE if value is None else f"{100 * value:.{_digits(value, 1)}f} %"


def percent_interval(ends: tuple[float, float] | None) -> str:
    """`70 to 95 %`, and `99.6 to 99.8 %` where whole numbers would say that an end is 0 or 100."""
    if ends is None:
        return NOT_THERE
    low, high = (0.0 if abs(end) < SMALLEST else end for end in ends)
    digits = max(_digits(low, 0), _digits(high, 0))
    return f"{100 * low:.{digits}f} to {100 * high:.{digits}f} %"


def _digits(share: float, least: int) -> int:
    """Behind the point of a share (0..1) in percent, so that one that is neither 0 nor 1 does not look so."""
    rest = min(abs(share), abs(1 - share))
    return next((digits for digits in range(least, 9) if rest < SMALLEST or 100 * rest > 0.5 / 10**digits), least)


def ece_by_chance(reliability: "Reliability") -> str:
    """What an ECE has to be compared with."""
    mean, high = proportion(reliability.ece_by_chance), proportion(reliability.ece_chance_high)
    return f"chance {mean} to {high}"


def signed(value: float | None) -> str:
    """A difference of proportions, with its sign."""
    return NOT_THERE if value is None else f"{value:+.3f}"


def signed_interval(ends: tuple[float, float] | None) -> str:
    """`-0.050 to +0.250`."""
    return NOT_THERE if ends is None else f"{ends[0]:+.3f} to {ends[1]:+.3f}"


def points(value: float | None) -> str:
    """A difference of proportions, `+12.5 points`."""
    return NOT_THERE if value is None else f"{100 * value:+.1f} points"


def points_interval(ends: tuple[float, float] | None) -> str:
    """`-5.0 to +25.0 points`."""
    return NOT_THERE if ends is None else f"{100 * ends[0]:+.1f} to {100 * ends[1]:+.1f} points"


def p_value(value: float | None) -> str:
    """`p = 0.013`, with two digits that count."""
    if value is None:
        return f"p = {NOT_THERE}"
    return "p < 0.0001" if value < 0.0001 else f"p = {value:.2g}"


def count(value: int | None) -> str:
    return NOT_THERE if value is None else f"{value:,}"


def things(number: int | None, noun: str) -> str:
    """`1 task`, `2,000 tasks`, `n/a tasks`; the last word of `noun` takes the s."""
    return f"{count(number)} {noun}" if number == 1 else f"{count(number)} {noun}s"


def usd(value: float | None) -> str:
    """Two digits from a cent on, else as many as show two that count."""
    if value is None:
        return NOT_THERE
    if value < 0:
        return f"-{usd(-value)}"
    if value == 0 or value >= 0.01:
        return f"${abs(value):,.2f}"
    return f"${value:.{1 - floor(log10(value))}f}"


def seconds(value: float | None) -> str:
    """A latency or a duration."""
    if value is None:
        return NOT_THERE
    if value < 59.5:
        return f"{value:.2f} s" if value < 9.995 else f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"
