"""<Choices>: single or multiple, with aliases, hints, nested choices and choices taken from the task.

Paths are in `nested_choices`, and choices for each of several pictures in `item_choices`.
"""

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any, ClassVar, Literal, Self

from backend.domain.answer import AnswerValue, Labels, names_of
from backend.domain.data_paths import look_up
from backend.domain.labels.choice_names import LONGEST, MOST, Choice, brought, choices_of, listed, not_taken
from backend.domain.labels.conditions import Condition
from backend.domain.labels.controls.base import Control, Held, Region, rules_of
from backend.domain.labels.controls.labeled import Labeled, WithOwnLabels, kept_by_all
from backend.domain.labels.controls.region_value import region_of, values_in
from backend.domain.labels.controls.task_choices import TaskChoices
from backend.domain.labels.controls.wording import excerpt
from backend.domain.labels.layout import DeclaredControl
from backend.domain.outcome import Failure, Rejection


@dataclass(frozen=True)
class ChoicesControl(TaskChoices, Labeled, WithOwnLabels):
    """See `TaskChoices`.

    optional: may stay empty, because it is not always shown
    beside: whether the config's choices stand beside those that a task brings
    required: must not stay empty where it is shown
    conditions: all hold where it is shown
    heading: constant texts above it
    """

    name: str
    to_name: str
    multiple: bool
    optional: bool
    choices: tuple[Choice, ...]
    source: str | None = None
    brought: bool = False
    listed: int = 0
    beside: bool = True
    required: bool = False
    conditions: tuple[Condition, ...] = ()
    heading: tuple[str, ...] = ()

    tag: ClassVar[str] = "Choices"
    noun: ClassVar[str] = "label"
    task: ClassVar[str] = "Choose the labels ({names}) that fit this item best."
    holds: ClassVar[type[AnswerValue]] = Labels
    things: ClassVar[str] = "choices"
    probable: ClassVar[bool] = True

    @property
    def many(self) -> bool:
        return self.multiple

    @property
    def exclusive(self) -> bool:
        return not self.multiple

    @property
    def nullable(self) -> bool:
        return self.optional

    @property
    def must_answer(self) -> bool:
        return self.required or not (self.multiple or self.optional)

    @property
    def column(self) -> Literal["text", "texts"]:
        return "texts" if self.multiple else "text"

    @property
    def identity(self) -> list[Any]:
        both = ["beside"] if self.beside and self.source and self.choices else []
        return [self.name, self.to_name, self.multiple, self.optional, self.source, self._labels_identity, *both]

    @property
    def rules(self) -> list[Any] | None:
        """One label must be chosen anyway."""
        return rules_of(self, self.required and self.multiple)

    @property
    def answers(self) -> Hashable:
        return (self.name, self.multiple, self.source, frozenset(self.known_classes))

    def for_task(self, data: Mapping[str, Any]) -> Self | Failure:
        if self.source is None:
            return self
        choices = brought(look_up(data, self.source))
        own = self.choices if self.beside else ()
        if choices is None or not (choices or own):
            limit = f"at most {MOST:,} choices of {LONGEST:,} characters" if choices is None else "choices"
            return Failure("bad_task", f"'{self.source}' is not the list of {limit} that control '{self.name}' takes.")
        more = not_taken(own, choices)
        bring = bool(more)
        return replace(self, choices=(*own, *more), source=None, brought=bring, listed=len(own) if bring else 0)

    def apart(self) -> Self:
        return replace(self, beside=False)

    def _rule(self, when: str) -> str:
        of = self._where_listed if self.brought else "these"
        if self.multiple:
            how = (
                f"a list with at least one of {of}" if self.required else f"a list with any of {of}, empty if none fits"
            )
            return f"[] unless {when}, else {how}" if when else how
        how = f"exactly one of {of}" if self.brought else "exactly one of"
        if when:
            return f"null unless {when}, else {how}"
        return f"null if it does not apply, else {how}" if self.optional else how

    def json_schema(self) -> dict[str, Any]:
        names: list[str | None] = [choice.name for choice in self.choices]
        if self.multiple:
            return {"type": "array", "items": {"type": "string", "enum": names}}
        if self.optional:
            return {"type": ["string", "null"], "enum": [*names, None]}
        return {"type": "string", "enum": names}

    def parse(self, value: Any) -> Held | Rejection:
        if value is None and self.optional and not self.multiple:
            return None
        items = value if isinstance(value, list) else [value]
        if not self.multiple and len(items) != 1:
            many = "too_many" if items else "missing_field"
            return Rejection(many, f"'{self.name}' takes one label, the answer has {len(items)}.")
        stored = [self._stored(item) for item in items]
        for item, label in zip(items, stored, strict=True):
            if label is None:
                return Rejection("unknown_choice", f"{excerpt(item)} is not a label of '{self.name}'.")
        return self._lookup.ordered([label for label in stored if label is not None])

    def _stored(self, item: Any) -> str | None:
        if item is None or isinstance(item, list | dict) or item in (inf, -inf):
            return None
        name = self.find(item if isinstance(item, str) else json.dumps(item))
        return None if name is None else self._lookup.exact[name]

    def items(self, value: Held) -> tuple[tuple[str, Hashable], ...]:
        return tuple((label, None) for label in names_of(value))

    def to_json(self, value: Held) -> Any:
        names = {choice.stored: choice.name for choice in reversed(self.choices)}
        labels = [names.get(label, label) for label in names_of(value)]
        return labels if self.multiple else labels[0] if labels else None

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        if value is None:
            return []
        return [region_of(self, "choices", choices=list(names_of(value)))]

    def from_regions(self, regions: Sequence[Region]) -> Held:
        chosen: list[str] = []
        for labels in values_in(regions, "choices"):
            chosen += map(str, labels) if isinstance(labels, list) else [labels] if isinstance(labels, str) else []
        return self._lookup.ordered(chosen)

    def equal(self, first: Held, second: Held) -> bool:
        return first == second

    def partial(self, first: Held, second: Held) -> float:
        """All or nothing: half of the labels is a wrong answer."""
        return float(first == second)

    def cell(self, value: Held) -> Any:
        return list(names_of(value)) if self.multiple else ", ".join(names_of(value)) or None

    def show(self, value: Held) -> str:
        return ", ".join(names_of(value)) or "(none)"

    def shared(self, others: Sequence[Control]) -> Self:
        every = [self, *(other for other in others if isinstance(other, type(self)))]
        if (dynamic := next((control for control in every if control.dynamic), None)) is not None:
            return dynamic
        choices = kept_by_all(self.choices, every)
        return replace(self, choices=choices, multiple=any(control.multiple for control in every))


def build_choices(declared: DeclaredControl) -> ChoicesControl | str:
    """The control of a <Choices> element, or why it isn't supported."""
    element = declared.element
    value = element.get("value", "")
    source = value[1:] if value.startswith("$") else None
    choices = choices_of(listed(element))
    if any(len(choice.name) > LONGEST for choice in choices):
        return f"a choice of more than {LONGEST:,} characters"
    if not choices and source is None:
        small = any(child.tag != "Choice" and child.tag.lower() == "choice" for child in element.iter())
        return "it lists no choices" + (": tags are case-sensitive, write <Choice>" if small else "")
    return ChoicesControl(
        name=declared.name,
        to_name=declared.to_name,
        multiple=element.get("choice", "single") == "multiple",
        optional=declared.hideable,
        choices=choices,
        source=source,
        required=declared.required,
        conditions=declared.conditions,
        heading=tuple(declared.heading),
    )
