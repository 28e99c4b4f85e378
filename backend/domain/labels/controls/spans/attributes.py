"""Attributes: what is said of a span beside its label, by controls with `perRegion="true"`.

Such a control is not a field of an answer but a part of the control that marks: a model gives its value with each span,
and its region has the id of the span's. A span that the control's conditions leave out has no value, whatever is said.
"""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from backend.domain.answer import AnswerValue
from backend.domain.characters import quoted
from backend.domain.labels.choice_names import LONGEST
from backend.domain.labels.conditions import Condition, Selection
from backend.domain.labels.control_order import in_order
from backend.domain.labels.controls.base import Control, Held, Region
from backend.domain.outcome import Failure, Rejection

Values = tuple[tuple[str, AnswerValue], ...]
"""Name of an attribute -> what a span has, in the order of the config; nothing of those that are empty."""

Renames = Mapping[str, Mapping[str, str]]
"""Control -> former label -> the label it became."""


@dataclass(frozen=True)
class Attribute:
    """control: what its values are like
    labels: for each condition on the span's label those that it takes, as they are stored
    """

    control: Control
    labels: tuple[tuple[str, ...], ...] = ()

    @property
    def name(self) -> str:
        return self.control.name

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """On other attributes of the same span."""
        return self.control.conditions

    def takes(self, labels: Collection[str]) -> bool:
        """Whether a span with these labels may have a value."""
        return all(any(label in labels for label in choices) for choices in self.labels)

    def with_current_labels(
        self, labels: Mapping[str, str], renames: Renames, now: Mapping[str, Control]
    ) -> "Attribute":
        """See `Control.with_current_labels`. `labels`: what those of spans became."""
        choices = tuple(tuple(labels.get(label, label) for label in choices) for choices in self.labels)
        return Attribute(self.control.with_current_labels(renames.get(self.name, {}), now.get(self.name)), choices)

    def parse(self, item: Mapping[str, Any], owner: str) -> Held | Rejection:
        """What a model says of a span of the control `owner`; a key that is missing stands for nothing."""
        value = item.get(self.name)
        if value is None and self.control.required:
            return Rejection("missing_field", f"A span of '{owner}' has no '{self.name}'.")
        empty = value is None or self.control.dynamic
        held = None if empty else self.control.parse(value)
        if held is None and self.control.required and not self.control.dynamic:
            return Rejection("missing_field", f"A span of '{owner}' needs at least one {self.control.noun}.")
        return held


@dataclass(frozen=True)
class Attributes:
    """Those of one control that marks; none is usual."""

    parts: tuple[Attribute, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(part.name for part in self.parts)

    @property
    def identity(self) -> list[Any]:
        """What joins a labelling config's digest; [] without any."""
        return [[[part.control.identity, part.control.rules, part.labels] for part in self.parts]] if self.parts else []

    @property
    def answers(self) -> Hashable:
        """Equal for those that take the same values."""
        return tuple((part.control.answers, part.labels) for part in self.parts)

    def for_task(self, data: Mapping[str, Any]) -> "Attributes | Failure":
        """See `Control.for_task`."""
        if not any(part.control.needs_task for part in self.parts):
            return self
        parts: list[Attribute] = []
        for part in self.parts:
            control = part.control.for_task(data)
            if isinstance(control, Failure):
                return control
            parts.append(replace(part, control=control))
        return Attributes(tuple(parts))

    def json_schema(self) -> dict[str, Any]:
        """Key -> JSON Schema, for the object of a span."""
        return {part.name: part.control.json_schema() for part in self.parts}

    def describe(self, names: Mapping[str, str]) -> list[str]:
        """The lines that tell a model of them. `names`: label as stored -> as the model knows it."""
        by_name = {part.name: part.control for part in self.parts}
        return [
            f"in each object, {part.control.describe({}, _when(part, by_name, names), ' '.join(part.control.heading))}"
            for part in self.parts
        ]

    def listing(self) -> str:
        """See `Control.listing`."""
        return "\n\n".join(text for part in self.parts if (text := part.control.listing({})))

    def parse(self, item: Mapping[str, Any], label: str, owner: str) -> Values | Rejection:
        """What a model's JSON object says of a span with this label, or why it can't be used."""
        values: dict[str, Held] = {}
        for part, visible in self._screen([label], values):
            value = part.parse(item, owner) if visible else None
            if isinstance(value, Rejection):
                return value
            values[part.name] = value
        return self.listed(values)

    def as_shown(self, values: Mapping[str, Held], labels: Collection[str]) -> Values:
        """`values` without those that a span with these labels does not have on the screen."""
        visible: dict[str, Held] = {}
        for part, is_visible in self._screen(labels, visible):
            visible[part.name] = values.get(part.name) if is_visible else None
        return self.listed(visible)

    def listed(self, values: Mapping[str, Held]) -> Values:
        """In the order of the config, without those that are empty."""
        return tuple((part.name, value) for part in self.parts if (value := values.get(part.name)) is not None)

    def to_json(self, values: Values) -> dict[str, Any]:
        """The inverse of `parse`: key -> what a model says."""
        held = dict(values)
        return {part.name: part.control.to_json(held.get(part.name)) for part in self.parts}

    def to_regions(self, values: Values, position: Mapping[str, Any]) -> list[dict[str, Any]]:
        """A region for each value, at the `position` of its span's."""
        held = dict(values)
        regions = [region for part in self.parts for region in part.control.to_regions(held.get(part.name))]
        return [{**region, "value": {**position, **region["value"]}} for region in regions]

    def by_span(self, regions: Sequence[Region]) -> dict[str, dict[str, Held]]:
        """The id of a span's region -> the values of its attributes, before any condition."""
        controls = self._named
        by_span: dict[str, dict[str, list[Region]]] = {}
        for region in regions if controls else ():
            name, span = region.get("from_name"), region.get("id")
            if isinstance(span, str) and isinstance(name, str) and name in controls:
                by_span.setdefault(span, {}).setdefault(name, []).append(region)
        return {
            span: {name: controls[name].from_regions(own) for name, own in of.items()} for span, of in by_span.items()
        }

    def removed_classes(self, values: Values) -> list[str]:
        """The classes of values that the config does not have any more, with the attribute's name."""
        pairs = [(self._named[name], value) for name, value in values if name in self._named]
        return [
            f"{part.name}: {label}"
            for part, value in pairs
            if not part.dynamic
            for label in part.removed_classes(value)
        ]

    def show(self, values: Values) -> str:
        """On one line, for people; "" for none."""
        pairs = [(name, self._named[name].show(value)) for name, value in values if name in self._named]
        return f" ({'; '.join(f'{name}: {value}' for name, value in pairs)})" if pairs else ""

    def shared(self, others: Sequence["Attributes"]) -> "Attributes":
        """Those that `others` have too."""
        return Attributes(tuple(part for part in self.parts if all(part.name in other.names for other in others)))

    def renamed(self, values: Values, renames: Renames) -> Values:
        """`values` with the names that their labels have now."""
        controls = self._named
        now = (
            (name, controls[name].renamed(value, renames.get(name, {}))) for name, value in values if name in controls
        )
        return tuple((name, value) for name, value in now if value is not None)

    def with_current_labels(self, owner: str, renames: Renames, now: Mapping[str, Control]) -> "Attributes":
        """See `Control.with_current_labels`.

        owner: whose labels their conditions are on
        now: the present controls by name
        """
        return Attributes(tuple(part.with_current_labels(renames.get(owner, {}), renames, now) for part in self.parts))

    def held(self, values: Values) -> Values:
        """Those of `values` that are known here."""
        return values if not values else tuple(pair for pair in values if pair[0] in self._named)

    @cached_property
    def _named(self) -> Mapping[str, Control]:
        return {part.name: part.control for part in self.parts}

    @cached_property
    def _order(self) -> tuple[Attribute, ...]:
        return in_order(self.parts)

    def _screen(self, labels: Collection[str], values: Mapping[str, Held]) -> Iterator[tuple[Attribute, bool]]:
        """Each attribute, and whether a span with these labels has it. `values` must hold its value when the next one
        is asked for."""
        chosen = Selection()
        for part in self._order:
            visible = part.takes(labels) and all(condition.holds(chosen) for condition in part.conditions)
            yield part, visible
            chosen.by_control[part.name] = part.control.called(values.get(part.name)) if visible else ()


NO_ATTRIBUTES = Attributes()


def _when(part: Attribute, by_name: Mapping[str, Control], names: Mapping[str, str]) -> str:
    """The conditions of an attribute in words."""
    own = [f'"label" is {_listed(choices, names)}' for choices in part.labels]
    others = [condition.words(by_name.get(condition.control or "")) for condition in part.conditions]
    return " and ".join(dict.fromkeys([*own, *others]))


def _listed(labels: Sequence[str], names: Mapping[str, str]) -> str:
    return " or ".join(quoted(names[label], LONGEST) for label in labels if label in names)
