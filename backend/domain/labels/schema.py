"""LabelSchema: what may be answered (one field per control) and what may be asked about (text variables)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from functools import cached_property
from math import prod
from typing import Any

from backend.domain.answer import Answer, Labels
from backend.domain.labels.allowed_values import AllowedValues, allowed_values
from backend.domain.labels.controls.base import Control, Held
from backend.domain.labels.for_task import for_task
from backend.domain.labels.former_releases import Reading, readings, schema_digest, without_omitted
from backend.domain.labels.inputs.read_inputs import ReadInput
from backend.domain.labels.related import among, in_asking_order, renamed
from backend.domain.labels.screen import NO_OTHERS, screen
from backend.domain.labels.subjects import Subjects
from backend.domain.outcome import Failure, Rejection


@dataclass(frozen=True)
class LabelSchema:
    """`unsupported`: what the config holds beside, in words. `prompt_control`: the smart text area, if there is one.
    `headers`: what annotators read above the task, the same for all tasks. `phrases`: texts with variables in them, as
    parts of a prompt. `former`: the variables that releases before knew. `inputs`: see `inputs.read_inputs`. `renames`:
    control -> former label -> label, see `relabel`. `omitted`: what the model is not told, see `former_releases`.
    `subjects`: what controls are about. `read_by_import`: see `config_tree`."""

    fields: tuple[Control, ...]
    variables: tuple[str, ...]
    unsupported: tuple[str, ...] = ()
    prompt_control: str | None = None
    headers: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    inputs: tuple[ReadInput, ...] = ()
    renames: Mapping[str, Mapping[str, str]] = attribute(default_factory=dict, compare=False)
    omitted: tuple[str, ...] = attribute(default=(), compare=False)
    subjects: Subjects = attribute(default_factory=dict, compare=False)
    read_by_import: bool = attribute(default=True, compare=False)

    @cached_property
    def digest(self) -> str:
        """Changes when the answers or the questions do; not with layout, colours or controls left alone."""
        return schema_digest(self)

    def digest_with_headings(self, template: str) -> str:
        """The digest for a version with this template: another one if the model is told of headings beside it."""
        return schema_digest(self, headings=any(self._above(field, template) for field in self._described_fields))

    @cached_property
    def digests(self) -> tuple[str, ...]:
        """Its own digest, and what former releases made of the same config."""
        return tuple(self._by_digest)

    def fits(self, schema_digest: str) -> bool:
        """Whether a version saved under this digest may go on: it is this schema, or what a former release read."""
        return schema_digest in self._by_digest

    def as_of(self, schema_digest: str) -> "LabelSchema":
        """With what a version goes on that was saved under this digest: it asks what it asked, so its answers stay."""
        return self._by_digest.get(schema_digest, self)

    @cached_property
    def _by_digest(self) -> "Mapping[str, LabelSchema]":
        older = readings(Reading(self.fields, self.variables, self.inputs), self.former)
        return {made: self._older(reading) for made, reading in older.items()}

    def _older(self, reading: Reading) -> "LabelSchema":
        older = replace(self, **vars(reading))
        return older if older.omitted or older != self else self

    def only(self, names: Collection[str]) -> "LabelSchema":
        """This schema with the controls of these names; itself when that is all of them."""
        kept = tuple(field for field in self.fields if field.name in names)
        return self if len(kept) == len(self.fields) else replace(self, fields=kept)

    @cached_property
    def needs_task(self) -> bool:
        """Whether answers can only be read with the task that they are about."""
        return any(field.needs_task for field in self.fields)

    def for_task(self, data: Mapping[str, Any]) -> "LabelSchema | Failure":
        """This schema with what that task brings filled in; itself when nothing depends on the task."""
        if not self.needs_task:
            return self
        fields = for_task(self.fields, data)
        return fields if isinstance(fields, Failure) else replace(self, fields=fields)

    def renamed(self, answer: Answer) -> Answer:
        """What an answer says about these controls, with the names that its labels have now."""
        return renamed(self.fields, answer, self.renames)

    def json_schema(self) -> dict[str, Any]:
        """Strict JSON Schema of a whole answer: every key required, no others, enums inline."""
        return {
            "type": "object",
            "properties": {field.name: field.json_schema() for field in self._described_fields},
            "required": [field.name for field in self._described_fields],
            "additionalProperties": False,
        }

    @cached_property
    def order(self) -> tuple[Control, ...]:
        """The fields so that what a condition looks at comes before what it hides, and spans before relations."""
        return in_asking_order(self.fields)

    def describe(self, definitions: Mapping[str, Mapping[str, str]], template: str) -> str:
        """What the model is told of all fields. `template`: a prompt's own text; what annotators read above the only
        control is not said again when it is there."""
        return "\n".join(
            field.describe(definitions.get(field.name, {}), self._when(field), self._above(field, template))
            for field in self._described_fields
        )

    def _above(self, field: Control, template: str) -> str:
        template_text = template if len(self.fields) == 1 else ""
        return " ".join(text for text in field.heading if text not in template_text)

    @cached_property
    def _described_fields(self) -> tuple[Control, ...]:
        """The fields as the model is told of them, in that order."""
        fields = (without_omitted(field, self.omitted) for field in self.fields)
        return in_asking_order([*fields]) if self.omitted else self.order

    def listings(self, definitions: Mapping[str, Mapping[str, str]]) -> str:
        """The choices that the task brings, for the user's message; "" where it brings none."""
        listings = [field.listing(definitions.get(field.name, {})) for field in self.fields]
        return "".join(f"{listing}\n\n" for listing in listings if listing)

    def _when(self, field: Control) -> str:
        words = [condition.words(self.by_name.get(condition.control or "")) for condition in field.conditions]
        return " and ".join(dict.fromkeys(words))

    @cached_property
    def by_name(self) -> Mapping[str, Control]:
        return {field.name: field for field in self.fields}

    def parse(self, values: Mapping[str, Any]) -> Answer | Rejection:
        """The Answer that a model's JSON object holds, or why it can't be used. What it says of a control that is
        hidden by what it says of the others counts for nothing."""
        answer: dict[str, Held] = {}
        for field, visible in screen(self.order, answer):
            value = self._parsed(among(field, answer), values) if visible else None
            if isinstance(value, Rejection):
                return value
            answer[field.name] = value
        return self._listed(answer)

    @staticmethod
    def _parsed(field: Control, values: Mapping[str, Any]) -> Held | Rejection:
        if field.name not in values:
            return Rejection("missing_field", f"The answer has no '{field.name}'.")
        value = field.parse(values[field.name])
        if value is None and field.required:
            return Rejection("missing_field", f"'{field.name}' takes at least one {field.noun}, the answer has none.")
        return value

    def as_shown(self, answer: Answer, others: Mapping[str, Sequence[str]]) -> Answer:
        """`answer` without what hidden controls hold. `others`: what is chosen in controls that are not fields."""
        if not self.conditional:
            return answer
        visible_values: dict[str, Held] = {}
        for field, visible in screen(self.order, visible_values, others):
            visible_values[field.name] = answer.get(field.name) if visible else None
        return self._listed(visible_values)

    def on_screen(self, answer: Answer, others: Mapping[str, Sequence[str]] = NO_OTHERS) -> "LabelSchema":
        """This schema with the controls that `answer` leaves on the screen; itself when that is all of them."""
        if not self.conditional:
            return self
        return self.only({field.name for field, visible in screen(self.order, answer, others) if visible})

    @cached_property
    def conditional(self) -> bool:
        """Whether some controls are not always shown."""
        return any(field.conditions for field in self.fields)

    def _listed(self, answer: Answer) -> Answer:
        """In the order of the config, so that equal answers look alike."""
        return {field.name: answer[field.name] for field in self.fields}

    def equal(self, first: Answer | None, second: Answer | None) -> bool:
        """Whether an answer is right, the other one being the truth; nothing is right that can't be used."""
        if first is None or second is None:
            return False
        return first == second or all(f.equal(first.get(f.name), second.get(f.name)) for f in self.fields)

    def partial(self, first: Answer, second: Answer) -> float:
        """How much of an answer is right: 0..1, that of all controls multiplied."""
        return prod(field.partial(first.get(field.name), second.get(field.name)) for field in self.fields)

    @cached_property
    def classed(self) -> "LabelSchema":
        """With the controls whose values fall into classes."""
        return self.only([field.name for field in self.fields if field.dynamic or field.known_classes])

    @cached_property
    def labelled(self) -> "LabelSchema":
        """With the controls whose values are labels, which have names, hints and definitions."""
        return self.only([field.name for field in self.fields if field.dynamic or field.labels])

    @cached_property
    def classes(self) -> list[str]:
        """All classes there are, in the order of the config, as scores name them."""
        return [self.class_name(field.name, label) for field in self.fields for label in field.known_classes]

    def labels(self, answer: Answer) -> list[str]:
        """The classes an answer falls into, as scores name them: the label; with several controls `control: label`."""
        return [self.class_name(f.name, label) for f in self.fields for label in f.classes(answer.get(f.name))]

    def class_name(self, control: str, label: str) -> str:
        return label if len(self.classed.fields) <= 1 else f"{control}: {label}"

    def show(self, answer: Answer) -> str:
        """An answer on one line, for people."""
        return "; ".join(self.show_each(answer))

    def show_each(self, answer: Answer) -> list[str]:
        """The same with a line for each control."""
        values = [(field.name, field.show(answer.get(field.name))) for field in self.fields]
        return [values[0][1]] if len(values) == 1 else [f"{name}: {value}" for name, value in values]

    @property
    def names(self) -> tuple[str, ...]:
        """The keys of an answer."""
        return tuple(field.name for field in self.fields)

    def probable(self, answer: Answer) -> Mapping[str, bool]:
        """See `AnswerSpec`."""
        return {field.name: field.nullable for field in self.on_screen(answer).fields if field.probable}

    @cached_property
    def allowed(self) -> Mapping[str, AllowedValues]:
        """See `AnswerSpec`."""
        values = ((field.name, allowed_values(field.json_schema())) for field in self.fields if field.probable)
        return {name: allowed for name, allowed in values if allowed is not None}

    @cached_property
    def spoken(self) -> tuple[str, ...]:
        """All labels that an item as a whole can have, as the model knows them."""
        return tuple(label.name for field in self.fields if field.holds is Labels for label in field.labels)

    def labels_in(self, answer: Answer) -> list[str]:
        """Those that an answer has."""
        held = [(field, field.classes(answer.get(field.name))) for field in self.fields if field.holds is Labels]
        return [label.name for field, stored in held for label in field.labels if label.stored in stored]
