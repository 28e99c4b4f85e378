"""What an object tag's `value` is for a task: a field, a sentence with fields in it, or the same for all tasks."""

import json
import re
from collections.abc import Mapping
from typing import Any

from backend.domain.data_paths import MISSING, look_up

_VARIABLE = re.compile(r"\$[\w\[\].{}]+", re.ASCII)


def value_of(template: str, data: Mapping[str, Any]) -> Any:
    """`$path` alone is what stands there, whatever it is; within a sentence each is replaced by its text; "" for what
    is missing. What has no `$` is constant. (`parseValue` of Label Studio's front end.)"""
    if _VARIABLE.fullmatch(template):
        value = look_up(data, template[1:])
        return "" if value is MISSING or value is None else value
    return _VARIABLE.sub(lambda match: _words(look_up(data, match[0][1:])), template)


def field_of(template: str) -> str | None:
    """The path of the only thing that it shows, such as `text` of `$text`; None for a sentence or a constant."""
    return template[1:] if _VARIABLE.fullmatch(template) else None


def _words(value: Any) -> str:
    if value is MISSING:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def variables_in(template: str) -> tuple[str, ...]:
    """The paths of all that it shows of a task, each once; none of what a <Repeater> fills in."""
    names = () if "{{" in template else _VARIABLE.findall(template)
    return tuple(dict.fromkeys(name[1:].rstrip(".") for name in names))
