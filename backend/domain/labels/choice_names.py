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
    """`name` is what the model is told and what people read; `stored` is what Label Studio keeps (the alias). `value`:
    the config's name for it, where `name` is longer."""

    name: str
    stored: str
    hint: str = ""
    value: str = field(default="", compare=False)

    @property
    def own(self) -> str:
        return self.value or self.name


@dataclass(frozen=True, slots=True)
class NestedChoice:
    """A choice where it stands, below `parent`."""

    value: str
    stored: str
    hint: str = ""
    parent: "NestedChoice | None" = None


Names = list[tuple[NestedChoice, str]]
"""Choices and what they are called."""


def choices_of(nested: Iterable[NestedChoice]) -> tuple[Choice, ...]:
    """Each once, the first wins. What is stored under one name is one choice: Label Studio merges those too."""
    nested = list(nested)
    names = _apart([(choice, choice.value) for choice in nested], _path)
    first: dict[str, Choice] = {}
    for choice, name in _apart(names, lambda choice: f"{_path(choice)} ({choice.stored})"):
        first.setdefault(name, Choice(name, choice.stored, choice.hint, "" if name == choice.value else choice.value))
    return tuple(first.values())


def _apart(names: Names, longer: Callable[[NestedChoice], str]) -> Names:
    """The same with a longer name for those whose name means several things."""
    meant: dict[str, set[str]] = defaultdict(set)
    for choice, name in names:
        meant[name].add(choice.stored)
    return [(choice, longer(choice) if len(meant[name]) > 1 else name) for choice, name in names]


def _path(choice: NestedChoice) -> str:
    names: list[str] = []
    level: NestedChoice | None = choice
    while level is not None and len(names) < LEVELS:
        names.append(level.value)
        level = level.parent
    return " / ".join(reversed(names))


def listed(element: Element, tag: str = "Choice") -> Iterator[NestedChoice]:
    """Every <Choice> (or another `tag`) below, in document order; those of a <Choices> inside are its own."""
    pending: list[tuple[Element, NestedChoice | None]] = [(child, None) for child in reversed(element)]
    while pending:
        child, parent = pending.pop()
        if child.tag == tag:
            value = child.get("value") or ""
            choice = NestedChoice(value, child.get("alias") or value, child.get("hint", ""), parent)
            if value:
                yield choice
            parent = choice if value else parent
        if child.tag != "Choices":
            pending += [(below, parent) for below in reversed(child)]


def brought(value: Any) -> tuple[Choice, ...] | None:
    """Choices from a task, see `brought_below`; () for anything else, None for more, or longer ones, than a prompt can
    hold."""
    nested = brought_below(value)
    choices = None if nested is None else choices_of(nested)
    return None if choices is None or any(len(choice.name) > LONGEST for choice in choices) else choices


def not_taken(own: Iterable[Choice], choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """Those of `choices` beside `own`: of equal names, or of what is stored under one name, the config's counts."""
    taken = {name for choice in own for name in (choice.name, choice.stored)}
    return tuple(choice for choice in choices if taken.isdisjoint((choice.name, choice.stored)))


def brought_below(value: Any) -> list[NestedChoice] | None:
    """A list of names, or of {"value", "alias", "hint", "children"}, in document order; [] for anything else, None for
    more than a prompt can hold."""
    nested: list[NestedChoice] = []
    pending = _below(value, None)
    while pending and len(nested) <= MOST:
        item, parent = pending.pop()
        more = item if isinstance(item, dict) else {"value": item}
        name = _name(more.get("value"))
        if not name:
            return []
        choice = NestedChoice(name, _name(more.get("alias")) or name, str(more.get("hint") or ""), parent)
        nested.append(choice)
        pending += _below(more.get("children"), choice)
    return None if len(nested) > MOST else nested


def _below(children: Any, parent: NestedChoice | None) -> list[tuple[Any, NestedChoice | None]]:
    return [(child, parent) for child in reversed(children)] if isinstance(children, list) else []


def _name(value: Any) -> str:
    """A name, also where it is a number; "" for anything else."""
    if (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and isfinite(value)):
        return json.dumps(value)
    return value if isinstance(value, str) else ""
