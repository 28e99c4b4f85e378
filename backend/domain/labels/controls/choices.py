"""<Choices>: single or multiple, with aliases, hints, nested choices and choices taken from the task.

Refuses paths (`allowNested`) and choices per region or item; `config` names those as unsupported.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Any, Self
from xml.etree.ElementTree import Element

from backend.domain.characters import escaped, invisible, quoted
from backend.domain.data_paths import look_up
from backend.domain.labels.choice_names import LONGEST, MOST, Choice, brought, choices_of, listed
from backend.domain.labels.conditions import Condition
from backend.domain.labels.controls.base import Region
from backend.domain.outcome import Failure, Rejection, Value

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class ChoicesField:
    """`source` is the task variable that brings the choices, when the config does not list them; `brought`: they have
    been brought. `optional`: may stay empty, because it is not always shown; `conditions`: all hold where it is shown;
    `required`: must not stay empty where it is; `heading`: constant texts above it."""

    name: str
    to_name: str
    multiple: bool
    optional: bool
    choices: tuple[Choice, ...]
    source: str | None = None
    brought: bool = False
    required: bool = False
    conditions: tuple[Condition, ...] = ()
    heading: tuple[str, ...] = ()

    @property
    def single(self) -> bool:
        return not self.multiple

    def for_task(self, data: Mapping[str, Any]) -> Self | Failure:
        if self.source is None:
            return self
        choices = brought(look_up(data, self.source))
        if not choices:
            what = f"at most {MOST:,} choices of {LONGEST:,} characters" if choices is None else "choices"
            return Failure("bad_task", f"'{self.source}' is not the list of {what} that control '{self.name}' takes.")
        return replace(self, choices=choices, source=None, brought=True)

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        lines = [] if self.brought else [_line(choice, definitions) for choice in self.choices]
        under = f"under the heading {quoted(heading, LONGEST)}, " if heading else ""
        return "\n".join([f"{_key(self.name)}: {under}{self._rule(when)}", *lines])

    def _rule(self, when: str) -> str:
        of = "the choices for it in the user's message" if self.brought else "these"
        if self.multiple:
            how = (
                f"a list with at least one of {of}" if self.required else f"a list with any of {of}, empty if none fits"
            )
            return f"[] unless {when}, else {how}" if when else how
        how = f"exactly one of {of}" if self.brought else "exactly one of"
        if when:
            return f"null unless {when}, else {how}"
        return f"null if it does not apply, else {how}" if self.optional else how

    def listing(self, definitions: Mapping[str, str]) -> str:
        """The choices that the task brings, for the user's message: they are data, one line each."""
        lines = [_brought_line(choice, definitions) for choice in self.choices]
        return "\n".join([f"The choices for {_key(self.name)}:", *lines])

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

    def called(self, value: Value) -> set[str]:
        """The names by which conditions mean what is chosen: as it is stored, and the config's own."""
        return {*value, *(name for label in value if (name := self._own.get(label)) is not None)}

    @cached_property
    def names(self) -> set[str]:
        """All that `called` can give."""
        return self.called(tuple(choice.stored for choice in self.choices))

    def shown(self, name: str) -> str:
        """A label as the model knows it, by a name that `called` gives."""
        return self._shown.get(name, name)

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
    def _own(self) -> dict[str, str]:
        """Stored -> the config's own name; of equal names the first choice has it, as in Label Studio."""
        first: dict[str, str] = {}
        for choice in self.choices:
            first.setdefault(choice.own, choice.stored)
        return {stored: own for own, stored in first.items()}

    @cached_property
    def _shown(self) -> dict[str, str]:
        names = [(name, choice.shown) for choice in self.choices for name in (choice.stored, choice.own)]
        return dict(reversed(names))

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
    choices = choices_of(listed(element))
    if any(len(choice.shown) > LONGEST for choice in choices):
        return f"a choice of more than {LONGEST:,} characters"
    if not choices and source is None:
        small = any(child.tag != "Choice" and child.tag.lower() == "choice" for child in element.iter())
        return "it lists no choices" + (": tags are case-sensitive, write <Choice>" if small else "")
    return ChoicesField(
        name=element.get("name", ""),
        to_name=element.get("toName", "").split(",")[0].strip(),
        multiple=element.get("choice", "single") == "multiple",
        optional=element.get("visibleWhen") is not None,
        choices=choices,
        source=source,
        required=element.get("required", "").lower() == "true",
    )


def _key(name: str) -> str:
    return escaped(json.dumps(name, ensure_ascii=False))


def _line(choice: Choice, definitions: Mapping[str, str]) -> str:
    """One line. A name with characters that cannot be seen is shown as JSON, the form in which the model answers."""
    label = quoted(choice.shown, LONGEST) if invisible(choice.shown) else choice.shown
    return _meaning(label, definitions.get(choice.shown) or choice.hint)


def _brought_line(choice: Choice, definitions: Mapping[str, str]) -> str:
    """Whoever made the task wrote the name and the hint: quotes keep them apart from what we say."""
    hint = quoted(choice.hint, LONGEST) if choice.hint else ""
    return _meaning(quoted(choice.shown, LONGEST), definitions.get(choice.shown) or hint)


def _meaning(label: str, meaning: str) -> str:
    if _BREAKS.search(meaning):
        meaning = " ".join(meaning.split())
    return f"- {label}: {meaning}" if meaning else f"- {label}"


def _quote(item: Any) -> str:
    """For people: short, and printable whatever the model said."""
    try:
        text = json.dumps(item, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    except RecursionError:
        text = "A value that is nested too deeply"
    return escaped(text if len(text) <= 60 else text[:57] + "...")
