"""Choices as configs and tasks list them, and what they are called: their value, or the path to it where values repeat
and different things are stored.

Refuses to merge two choices that Label Studio stores under different names: one of them could never be answered.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from math import isfinite
from typing import Any
from xml.etree.ElementTree import Element

LEVELS = 10
"""Most levels of a path that are shown, the innermost."""
MOST = 10_000
"""Choices that one task may bring."""
LONGEST = 1000
"""Characters of a choice's name. Longer ones would fill the prompt, and a shortened one could not be answered."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`shown` is what the model is told and what people read; `stored` is what Label Studio keeps (the alias). `value`:
    the config's name for it, where `shown` is longer."""

    shown: str
    stored: str
    hint: str = ""
    value: str = field(default="", compare=False)

    @property
    def own(self) -> str:
        return self.value or self.shown


@dataclass(frozen=True, slots=True)
class Found:
    """A choice where it stands, below `parent`."""

    value: str
    stored: str
    hint: str = ""
    parent: "Found | None" = None


Names = list[tuple[Found, str]]
"""Choices and what they are called."""


def choices_of(found: Iterable[Found]) -> tuple[Choice, ...]:
    """Each once, the first wins. What is stored under one name is one choice: Label Studio merges those too."""
    found = list(found)
    names = _apart([(one, one.value) for one in found], _path)
    first: dict[str, Choice] = {}
    for one, shown in _apart(names, lambda one: f"{_path(one)} ({one.stored})"):
        first.setdefault(shown, Choice(shown, one.stored, one.hint, "" if shown == one.value else one.value))
    return tuple(first.values())


def _apart(names: Names, longer: Callable[[Found], str]) -> Names:
    """The same with a longer name for those whose name means several things."""
    meant: dict[str, set[str]] = defaultdict(set)
    for one, shown in names:
        meant[shown].add(one.stored)
    return [(one, longer(one) if len(meant[shown]) > 1 else shown) for one, shown in names]


def _path(found: Found) -> str:
    names: list[str] = []
    level: Found | None = found
    while level is not None and len(names) < LEVELS:
        names.append(level.value)
        level = level.parent
    return " / ".join(reversed(names))


def listed(element: Element, tag: str = "Choice") -> Iterator[Found]:
    """Every <Choice> (or another `tag`) below, in document order; those of a <Choices> inside are its own."""
    pending: list[tuple[Element, Found | None]] = [(child, None) for child in reversed(element)]
    while pending:
        child, parent = pending.pop()
        if child.tag == tag:
            value = child.get("value") or ""
            found = Found(value, child.get("alias") or value, child.get("hint", ""), parent)
            if value:
                yield found
            parent = found if value else parent
        if child.tag != "Choices":
            pending += [(below, parent) for below in reversed(child)]


def brought(value: Any) -> tuple[Choice, ...] | None:
    """Choices from a task, see `brought_below`; () for anything else, None for more, or longer ones, than a prompt can
    hold."""
    found = brought_below(value)
    choices = None if found is None else choices_of(found)
    return None if choices is None or any(len(choice.shown) > LONGEST for choice in choices) else choices


def brought_below(value: Any) -> list[Found] | None:
    """A list of names, or of {"value", "alias", "hint", "children"}, in document order; [] for anything else, None for
    more than a prompt can hold."""
    found: list[Found] = []
    pending = _below(value, None)
    while pending and len(found) <= MOST:
        item, parent = pending.pop()
        more = item if isinstance(item, dict) else {"value": item}
        name = _name(more.get("value"))
        if not name:
            return []
        one = Found(name, _name(more.get("alias")) or name, str(more.get("hint") or ""), parent)
        found.append(one)
        pending += _below(more.get("children"), one)
    return None if len(found) > MOST else found


def _below(children: Any, parent: Found | None) -> list[tuple[Any, Found | None]]:
    return [(child, parent) for child in reversed(children)] if isinstance(children, list) else []


def _name(value: Any) -> str:
    """A name, also where it is a number; "" for anything else."""
    if (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and isfinite(value)):
        return json.dumps(value)
    return value if isinstance(value, str) else ""
