"""Values of a task's data as text for a prompt: texts as they are, numbers as JSON, lists line by line.

A list of turns becomes lines such as `author: text`; further lines of a turn are indented, so that nobody's words can
look like another turn. An object as a whole is not a text.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

AUTHORS = ("author", "speaker", "role", "name", "from", "user")
TEXTS = ("text", "content", "utterance", "message", "body", "value")
"""Keys of a turn, the likeliest first; Label Studio's own are `author` and `text`."""

_DATA = re.compile(r"(data:[^\s,]*,)(\S{100,})", re.IGNORECASE)


def as_text(value: Any) -> str | None:
    """None for an object. Raises RecursionError for data that is nested too deeply."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(_line(item) for item in value if item is not None)
    return None if isinstance(value, Mapping) else "" if value is None else json.dumps(value)


def shown_text(value: Any) -> str:
    """For people: "" for nothing, and an object as JSON."""
    try:
        text = as_text(value)
        return json.dumps(value, ensure_ascii=False) if text is None else text
    except RecursionError:
        return "(nested too deeply)"


def told_text(value: Any) -> str:
    """The same, without what a long data: address holds."""
    text = shown_text(value)
    held = _DATA.fullmatch(text)
    return f"{held[1]}… ({len(held[2]):,} characters)" if held else text


def _line(item: Any) -> str:
    line = _turn(item) if isinstance(item, Mapping) else item
    if not isinstance(line, str):
        return json.dumps(item, ensure_ascii=False)
    return "\n  ".join(line.splitlines())


def _turn(item: Mapping[str, Any]) -> str | None:
    """`author: text`, or the text alone without an author; None if it is not a turn."""
    text = next((item[key] for key in TEXTS if isinstance(item.get(key), str)), None)
    author = next((item[key] for key in AUTHORS if isinstance(item.get(key), str) and item[key]), None)
    return text if text is None or author is None else f"{' '.join(author.split())}: {text}"
