"""What an object tag's `value` is for a task: a field, a sentence with fields in it, or the same for all tasks."""

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from backend.domain.data_paths import MISSING, look_up

_VARIABLE = re.compile(r"\$[\w\[\].{}]+", re.ASCII)


def value_of(template: str, data: Mapping[str, Any]) -> Any:
    """`$path` alone is what stands there, whatever it is; within a sentence each is replaced by its text; "" for what
    is missing. What has no `$` is constant. (`parseValue` of Label Studio's front end.)"""
    if _VARIABLE.fullmatch(template):
        found = look_up(data, template[1:])
        return "" if found is MISSING or found is None else found
    return _VARIABLE.sub(lambda match: _words(look_up(data, match[0][1:])), template)


def field_of(template: str) -> str | None:
    """The path of the only thing that it shows, such as `text` of `$text`; None for a sentence or a constant."""
    return template[1:] if _VARIABLE.fullmatch(template) else None


def decoded(text: str, encoding: str | None) -> str | None:
    """A text as <Text encoding=…> shows it: `base64` is read as Latin-1, `base64unicode` as UTF-8; offsets count what
    comes out. None for what is not Base64."""
    if encoding not in ("base64", "base64unicode"):
        return text
    try:
        return b64decode(text).decode("latin-1" if encoding == "base64" else "utf-8")
    except (binascii.Error, ValueError):
        return None


def _words(value: Any) -> str:
    if value is MISSING:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
