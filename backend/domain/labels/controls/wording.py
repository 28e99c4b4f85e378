"""Wording: how controls are described to a model, and how a model's answer is quoted to people."""

import json
import re
from collections.abc import Mapping
from typing import Any

from backend.domain.characters import escaped, invisible, quoted
from backend.domain.labels.choice_names import LONGEST, Choice

_LONGEST_ID = 60
_WORD = re.compile(rf"[^\s\"'>|,]{{1,{_LONGEST_ID}}}")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def key(name: str) -> str:
    """A control's name as the key that the model writes."""
    return escaped(json.dumps(name, ensure_ascii=False))


def under(heading: str) -> str:
    """The beginning of a control's line, where something stands above it."""
    return f"under the heading {quoted(heading, LONGEST)}, " if heading else ""


def label_line(choice: Choice, definitions: Mapping[str, str]) -> str:
    """One line. A name with characters that cannot be seen is shown as JSON, the form in which the model answers."""
    label = quoted(choice.name, LONGEST) if invisible(choice.name) else choice.name
    return _meaning(label, definitions.get(choice.name) or choice.hint)


def brought_line(choice: Choice, definitions: Mapping[str, str]) -> str:
    """Whoever made the task wrote the name and the hint: quotes keep them apart from what we say."""
    hint = quoted(choice.hint, LONGEST) if choice.hint else ""
    return _meaning(quoted(choice.name, LONGEST), definitions.get(choice.name) or hint)


def _meaning(label: str, meaning: str) -> str:
    if _BREAKS.search(meaning):
        meaning = " ".join(meaning.split())
    return f"- {label}: {meaning}" if meaning else f"- {label}"


def excerpt(item: Any) -> str:
    """For people: short, and printable whatever the model said."""
    try:
        text = json.dumps(item, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    except RecursionError:
        text = "A value that is nested too deeply"
    return escaped(text if len(text) <= 60 else text[:57] + "...")


def item_name(item: str) -> str:
    """An item of a list by its id, for people: in quotes unless it is a short word."""
    return item if _WORD.fullmatch(item) and not invisible(item) else quoted(item, _LONGEST_ID)
