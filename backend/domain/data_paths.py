"""Paths: where the value of a variable is in a task's data, such as `review.body` or `turns[0].text`.

Paths are read as Label Studio reads them, except that a field whose whole name is the path comes first.
"""

import re
from collections.abc import Mapping
from typing import Any

MISSING = object()
"""What stands for no value at all; null is a value."""
PATH = r"(?:\.\w[\w-]*|\[\d{1,9}\])*"
"""What may follow a field's name in a variable."""
_STEP = re.compile(r"[^.\[\]]+")


def look_up(data: Mapping[str, Any], name: str) -> Any:
    """The value of the variable `name`: the field with exactly this name, else the value at the path, else MISSING."""
    if name in data:
        return data[name]
    value: Any = data
    for step in _STEP.findall(name):
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and len(step) < 10 and int(step) < len(value):
            value = value[int(step)]
        else:
            return MISSING
    return value


def root(name: str) -> str:
    """The field of the task with which a path begins."""
    first = _STEP.match(name)
    return first[0] if first else name
