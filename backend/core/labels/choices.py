"""<Choices>: single or multiple, with aliases, hints, nested choices and choices taken from the task.

Refuses paths (`allowNested`) and choices per region or item; `config` names those as unsupported.
"""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Any, Self
from xml.etree.ElementTree import Element

from backend.core.labels.field import Region
from backend.core.outcomes import Failure, Rejection, Value


@dataclass(frozen=True, slots=True)
class Choice:
    """`shown` is what an annotator sees and the model is told; `stored` is what Label Studio keeps (the alias)."""

    shown: str
    stored: str
    hint: str = ""


@dataclass(frozen=True)
class ChoicesField:
    """`source` is the task variable that brings the choices, when the config does not list them."""

    name: str
    to_name: str
    multiple: bool
    optional: bool
    choices: tuple[Choice, ...]
    source: str | None = None

    @property
    def single(self) -> bool:
        return not self.multiple

    def for_task(self, data: Mapping[str, Any]) -> Self | Failure:
        if self.source is None:
            return self
        choices = _dynamic(data.get(self.source))
        if not choices:
            return Failure("bad_task", f"'{self.source}' is not the list of choices that control '{self.name}' takes.")
        return replace(self, choices=choices, source=None)

    def describe(self, definitions: Mapping[str, str]) -> str:
        how = "a list with any of these, empty if none fits" if self.multiple else "exactly one of"
        if self.optional and self.single:
            how = "null if it does not apply, else exactly one of"
        lines = [_line(choice.shown, definitions.get(choice.shown) or choice.hint) for choice in self.choices]
        return "\n".join([f"{json.dumps(self.name, ensure_ascii=False)}: {how}", *lines])

    def json_schema(self) -> dict[str, Any]:
        shown: list[str | None] = [choice.shown for choice in self.choices]
        if self.multiple:
            return {"type": "array", "items": {"type": "string", "enum": shown}}
        if self.optional:
            return {"type": ["string", "null"], "enum": [*shown, None]}
        return {"type": "string", "enum": shown}

    def accept(self, value: Any) -> Value | Rejection:
        if value is None and self.optional and self.single:
            return ()
        given = value if isinstance(value, list) else [value]
        if self.single and len(given) != 1:
            many = "too_many" if given else "missing_field"
            return Rejection(many, f"'{self.name}' takes one label, the answer has {len(given)}.")
        stored = [self._stored(item) for item in given]
        for item, label in zip(given, stored, strict=True):
            if label is None:
                return Rejection("unknown_choice", f"{_quote(item)} is not a label of '{self.name}'.")
        return self._ordered([label for label in stored if label is not None])

    def say(self, value: Value) -> Any:
        shown = {choice.stored: choice.shown for choice in reversed(self.choices)}
        said = [shown.get(label, label) for label in value]
        return said if self.multiple else said[0] if said else None

    def find(self, name: str) -> str | None:
        return name if name in self._exact else self._folded.get(fold(name))

    def regions(self, value: Value) -> list[dict[str, Any]]:
        if not value:
            return []
        body = {"choices": list(value)}
        return [{"from_name": self.name, "to_name": self.to_name, "type": "choices", "value": body}]

    def read(self, regions: Sequence[Region]) -> Value:
        found: list[str] = []
        for region in regions:
            value = region.get("value")
            labels = value.get("choices") if isinstance(value, Mapping) else None
            found += map(str, labels) if isinstance(labels, list) else [labels] if isinstance(labels, str) else []
        return self._ordered(found)

    def renamed(self, value: Value, renames: Mapping[str, str]) -> Value:
        return self._ordered([label if label in self._order else renames.get(label, label) for label in value])

    def show(self, value: Value) -> str:
        return ", ".join(value) or "(none)"

    def _stored(self, item: Any) -> str | None:
        if item is None or isinstance(item, list | dict) or item in (inf, -inf):
            return None
        shown = self.find(item if isinstance(item, str) else json.dumps(item))
        return None if shown is None else self._exact[shown]

    def _ordered(self, labels: Sequence[str]) -> Value:
        """Each label once, in the order of the config; labels the config does not know come last, by name."""
        if len(labels) < 2:
            return tuple(labels)
        last = len(self._order)
        return tuple(sorted(set(labels), key=lambda label: (self._order.get(label, last), label)))

    @cached_property
    def _order(self) -> dict[str, int]:
        return {choice.stored: place for place, choice in enumerate(self.choices)}

    @cached_property
    def _exact(self) -> dict[str, str]:
        return {choice.shown: choice.stored for choice in self.choices}

    @cached_property
    def _folded(self) -> dict[str, str | None]:
        """Folded name -> label, as shown; None where two labels fold to the same name, which would be a guess."""
        names: dict[str, str | None] = {}
        for choice in self.choices:
            key = fold(choice.shown)
            names[key] = None if key in names else choice.shown
        return names


def fold(text: str) -> str:
    """Labels are the same when these are equal: Unicode NFC, trimmed, case folded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).strip().casefold())


def read_choices(element: Element) -> ChoicesField | str:
    """The field of a <Choices> element, or why it isn't supported."""
    for attribute, what in (("allowNested", "paths"), ("perRegion", "a choice per region"), ("perItem", "per item")):
        if element.get(attribute, "").lower() == "true":
            return f'{attribute}="true" ({what})'
    value = element.get("value", "")
    source = value[1:] if value.startswith("$") else None
    choices = unique(
        Choice(shown, child.get("alias") or shown, child.get("hint", ""))
        for child in _inside(element)
        if (shown := child.get("value") or "")
    )
    if not choices and source is None:
        return "it lists no choices"
    return ChoicesField(
        name=element.get("name", ""),
        to_name=element.get("toName", "").split(",")[0].strip(),
        multiple=element.get("choice", "single") == "multiple",
        optional=element.get("visibleWhen") is not None,
        choices=choices,
        source=source,
    )


def _inside(element: Element) -> Iterator[Element]:
    """Every <Choice> below, in document order; those of a <Choices> inside are its own."""
    pending = list(reversed(element))
    while pending:
        child = pending.pop()
        if child.tag == "Choice":
            yield child
        if child.tag != "Choices":
            pending += reversed(child)


def unique(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """Each shown name once, the first wins: Label Studio merges nested choices of one name too."""
    first: dict[str, Choice] = {}
    for choice in choices:
        first.setdefault(choice.shown, choice)
    return tuple(first.values())


def _dynamic(value: Any) -> tuple[Choice, ...]:
    """Choices from a task: a list of names, or of {"value", "alias", "hint", "children"}; () for anything else."""
    found: list[Choice] = []
    pending = list(reversed(value)) if isinstance(value, list) else []
    while pending:
        item = pending.pop()
        if isinstance(item, str) and item:
            found.append(Choice(item, item))
        elif isinstance(item, dict) and isinstance(item.get("value"), str) and item["value"]:
            shown = item["value"]
            found.append(Choice(shown, str(item.get("alias") or shown), str(item.get("hint") or "")))
            children = item.get("children")
            pending += reversed(children) if isinstance(children, list) else []
        else:
            return ()
    return unique(found)


def _line(label: str, meaning: str) -> str:
    return f"- {label}: {meaning}" if meaning else f"- {label}"


def _quote(item: Any) -> str:
    """For people: short, and printable whatever the model said."""
    text = json.dumps(item, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 60 else text[:57] + "..."
