"""Values: what the `value` of an object tag means for a task: a field, a sentence with fields in it, or a constant."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from backend.domain.data_paths import MISSING, look_up

_VARIABLE = re.compile(r"\$[\w\[\].{}]+", re.ASCII)
_WORDS = {True: "true", False: "false"}
_DIGITS, _ZEROS = 21, -6
"""Numbers of more digits before the point, or of more zeros behind it, have an exponent."""


def javascript_text(value: Any) -> str:
    """What the browser writes where a value stands within a sentence (ECMAScript's ToString): spans count in that text.

    value: of a JSON document, or MISSING, which is `undefined`

    Raises RecursionError for a list that is nested too deeply.
    """
    if value is MISSING or value is None:
        return "null" if value is None else "undefined"
    if isinstance(value, str | bool):
        return value if isinstance(value, str) else _WORDS[value]
    if isinstance(value, list):
        return ",".join(["" if item is None else javascript_text(item) for item in value])
    return "[object Object]" if isinstance(value, Mapping) else _number_text(value)


def _number_text(value: int | float) -> str:
    """The shortest digits that mean the number, as ECMAScript's Number::toString writes them."""
    try:
        number = float(value)
    except OverflowError:
        number = float("inf") if value > 0 else float("-inf")
    if number in (float("inf"), float("-inf")):
        return "Infinity" if number > 0 else "-Infinity"
    if number != number or number == 0:
        return "0" if number == 0 else "NaN"
    _, digits, exponent = Decimal(repr(abs(number))).normalize().as_tuple()
    written = _placed("".join(map(str, digits)), len(digits) + int(exponent))
    return f"-{written}" if number < 0 else written


def _placed(digits: str, point: int) -> str:
    """`digits` with the decimal point behind the first `point` of them."""
    if not _ZEROS < point <= _DIGITS:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{digits[0]}{fraction}e{point - 1:+d}"
    if point <= 0:
        return f"0.{'0' * -point}{digits}"
    return digits[:point].ljust(point, "0") + (f".{digits[point:]}" if len(digits) > point else "")


def value_of(template: str, data: Mapping[str, Any], words: Callable[[Any], str] = javascript_text) -> Any:
    """`$path` alone is what stands there, whatever it is, and "" for what is missing or null; within a sentence each is
    replaced by its text. What has no `$` is constant. (`parseValue` of Label Studio's front end.)

    words: the text of a value within a sentence, or of MISSING; by default what the screen shows, such as `undefined`
    """
    if _VARIABLE.fullmatch(template):
        value = look_up(data, template[1:])
        return "" if value is MISSING or value is None else value
    return _VARIABLE.sub(lambda match: words(look_up(data, match[0][1:])), template)


def field_of(template: str) -> str | None:
    """The path of the only thing that it shows, such as `text` of `$text`; None for a sentence or a constant."""
    return template[1:] if _VARIABLE.fullmatch(template) else None


def variables_in(template: str) -> tuple[str, ...]:
    """The paths of all that it shows of a task, each once; none of what a <Repeater> fills in."""
    names = () if "{{" in template else _VARIABLE.findall(template)
    return tuple(dict.fromkeys(name[1:].rstrip(".") for name in names))
