"""Dates and times of an item, in the shape that a control asks for, such as YYYY-MM-DD."""

import json
import re

_SHAPE = re.compile(r" as (YYYY-MM(?:-DD(?:THH:MM)?)?|HH:MM)\b")
_LETTER = re.compile("[YMDH]")


def shape_of(rule: str) -> str:
    """The shape that a line about a control tells; "" for none."""
    found = _SHAPE.search(rule)
    return found[1] if found else ""


def date_in(item: str, shape: str, nullable: bool) -> str:
    """The first date of that shape in the item, as JSON; without one null, or the beginning of 2000."""
    digits = _LETTER.sub(r"\\d", shape)
    found = re.search(rf"(?<!\d){digits}(?!\d)", item)
    if found is None and nullable:
        return "null"
    return json.dumps(found[0] if found else _first(shape))


def _first(shape: str) -> str:
    return shape.replace("YYYY", "2000").replace("HH:MM", "00:00").replace("MM", "01").replace("DD", "01")
