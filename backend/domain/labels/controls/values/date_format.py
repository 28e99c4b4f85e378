"""DateFormat: how Label Studio writes a date into an annotation, and reads it back.

Label Studio formats with d3-time-format. Its directives for names of weekdays, time zones and parts of a second are
refused: what they stand for cannot be asked for.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST = 100
"""Characters of a format."""
_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
_SHORT = [month[:3] for month in _MONTHS]
_HALVES = ["AM", "PM"]
_NAMED = {"b": _SHORT, "B": _MONTHS, "p": _HALVES}
_WIDTHS = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "I": 2, "M": 2, "S": 2}
_KEPT = {"Y": "Y", "y": "Y", "m": "m", "b": "m", "B": "m", "d": "d", "H": "H", "M": "M"}
_PIECE = re.compile(r"%(-?)(.)|([^%]+)|%", re.DOTALL)
_CENTURY = 68
"""Two digits above it are of the 20th century."""


@dataclass(frozen=True, slots=True)
class DateFormat:
    """`pieces`: (directive or "", whether without leading zeros, literal text)."""

    pieces: tuple[tuple[str, bool, str], ...]

    @property
    def parts(self) -> frozenset[str]:
        """Which of year, month, day, hour and minute it keeps: some of Y, m, d, H and M."""
        used = {directive for directive, _, _ in self.pieces}
        return frozenset({_KEPT[code] for code in used if code in _KEPT} | ({"H"} if {"I", "p"} <= used else set()))

    def write(self, moment: datetime) -> str:
        """As it is stored; without seconds, which the screen does not keep."""
        return "".join(_written(directive, bare, moment) or text for directive, bare, text in self.pieces)

    def read(self, text: str) -> datetime | None:
        """As the screen shows it, where the 31st of February is the 2nd or 3rd of March; None where it is blank."""
        match = re.fullmatch("".join(_pattern(code, literal) for code, _, literal in self.pieces), text, re.ASCII)
        return None if match is None else _moment(match.groupdict())


def date_format(text: str) -> DateFormat | str:
    """The format, or why it isn't supported."""
    if len(text) > LONGEST:
        return f"a format of more than {LONGEST} characters"
    pieces = list(_PIECE.finditer(text))
    used = [piece[2] or "" for piece in pieces if piece[0].startswith("%") and piece[2] != "%"]
    wrong = next((code for code in used if code not in _WIDTHS and code not in _NAMED), None)
    if wrong is not None:
        return f"the directive %{wrong} in its format"
    if len(set(used)) != len(used):
        return "a directive twice in its format"
    return DateFormat(tuple(("", False, "%") if piece[2] == "%" else _piece(piece) for piece in pieces))


def _piece(piece: re.Match[str]) -> tuple[str, bool, str]:
    return piece[2] or "", piece[1] == "-", piece[3] or ""


def _written(directive: str, bare: bool, at: datetime) -> str:
    """What stands for a directive; "" for none."""
    names = {"b": _SHORT[at.month - 1], "B": _MONTHS[at.month - 1], "p": _HALVES[at.hour // 12]}
    numbers = {"Y": at.year, "y": at.year % 100, "m": at.month, "d": at.day, "H": at.hour, "M": at.minute, "S": 0}
    numbers["I"] = at.hour % 12 or 12
    if directive not in numbers:
        return names.get(directive, "")
    return str(numbers[directive]) if bare else f"{numbers[directive]:0{_WIDTHS[directive]}}"


def _pattern(directive: str, literal: str) -> str:
    if directive in _NAMED:
        return f"(?P<{directive}>(?i:{'|'.join(_NAMED[directive])}))"
    return rf"(?P<{directive}>\d{{1,{_WIDTHS[directive]}}})" if directive else re.escape(literal)


def _moment(parts: Mapping[str, str]) -> datetime | None:
    """Of what stands for each directive; None beyond the years that there are."""
    numbers = {code: int(text) for code, text in parts.items() if code in _WIDTHS}
    month = numbers.get("m", _ordinal(parts, "b") or _ordinal(parts, "B") or 1) - 1
    hour = numbers.get("H", numbers.get("I", 0))
    if "p" in parts:
        hour = hour % 12 + 12 * (_ordinal(parts, "p") - 1)
    try:
        first = datetime(_year(numbers) + month // 12, month % 12 + 1, 1)
        return first + timedelta(days=numbers.get("d", 1) - 1, hours=hour, minutes=numbers.get("M", 0))
    except (ValueError, OverflowError):
        return None


def _year(numbers: Mapping[str, int]) -> int:
    if "y" not in numbers:
        return numbers.get("Y", 1900)
    return numbers["y"] + (1900 if numbers["y"] > _CENTURY else 2000)


def _ordinal(parts: Mapping[str, str], directive: str) -> int:
    """Of a name among its kind, from 1 on; 0 for none."""
    names = [name.lower() for name in _NAMED[directive]]
    return names.index(parts[directive].lower()) + 1 if directive in parts else 0
