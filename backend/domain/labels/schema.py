"""LabelSchema: what may be answered (one field per control) and what may be asked about (text variables)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from functools import cached_property
from types import MappingProxyType
from typing import Any

from backend.domain.hashing import digest
from backend.domain.labels.control_order import in_order
from backend.domain.labels.controls.choices import ChoicesField
from backend.domain.outcome import Answer, Failure, Rejection, Value

AnyField = ChoicesField
"""The union of the kinds of field there are."""

NO_OTHERS: Mapping[str, Sequence[str]] = MappingProxyType({})


@dataclass(frozen=True)
class LabelSchema:
    """`unsupported`: what the config holds beside, in words. `prompt_control`: the smart text area, if there is one.
    `headers`: what annotators read above the task, the same for all tasks. `phrases`: texts with variables in them, as
    parts of a prompt. `former`: the variables that releases before knew. `renames`: control -> what its labels were
    called before -> what they are called now, see `domain.labels.relabel`."""

    fields: tuple[AnyField, ...]
    variables: tuple[str, ...]
    unsupported: tuple[str, ...] = ()
    prompt_control: str | None = None
    headers: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    renames: Mapping[str, Mapping[str, str]] = attribute(default_factory=dict, compare=False)

    @cached_property
    def digest(self) -> str:
        """Changes when the answers or the questions do; not with layout, colours or controls left alone."""
        rules = {
            f.name: [f.required, [[c.control, c.values, c.unless] for c in f.conditions]]
            for f in self.fields
            if f.conditions or (f.required and f.multiple)
        }
        return digest(self._parts(self.variables) | ({"rules": rules} if rules else {}))

    def fits(self, schema_digest: str) -> bool:
        """Whether a version saved under a schema of this digest may go on: it is this one, or what a release that did
        not know rules and phrases read from the same config."""
        return schema_digest in self.digests

    @cached_property
    def digests(self) -> tuple[str, ...]:
        """Its own digest, and what a former release made of the same config."""
        return tuple(dict.fromkeys((self.digest, digest(self._parts(self.former)))))

    def _parts(self, variables: tuple[str, ...]) -> dict[str, Any]:
        fields = [
            [f.name, f.to_name, f.multiple, f.optional, f.source, [[c.shown, c.stored, c.hint] for c in f.choices]]
            for f in self.fields
        ]
        return {"fields": fields, "variables": variables}

    @cached_property
    def dynamic(self) -> bool:
        """Whether the choices depend on the task."""
        return any(field.source is not None for field in self.fields)

    def for_task(self, data: Mapping[str, Any]) -> "LabelSchema | Failure":
        """This schema with the choices of that task filled in; itself when nothing depends on the task."""
        if not self.dynamic:
            return self
        fields = []
        for field in self.fields:
            resolved = field.for_task(data)
            if isinstance(resolved, Failure):
                return resolved
            fields.append(resolved)
        return replace(self, fields=tuple(fields))

    def renamed(self, answer: Answer) -> Answer:
        """What an answer says about these controls, with the names that its labels have now."""
        return {f.name: f.renamed(answer.get(f.name, ()), self.renames.get(f.name, {})) for f in self.fields}

    def json_schema(self) -> dict[str, Any]:
        """Strict JSON Schema of a whole answer: every key required, no others, enums inline."""
        return {
            "type": "object",
            "properties": {field.name: field.json_schema() for field in self.order},
            "required": [field.name for field in self.order],
            "additionalProperties": False,
        }

    @cached_property
    def order(self) -> tuple[AnyField, ...]:
        """The fields so that what a condition looks at comes before what it hides."""
        return in_order(self.fields)

    def describe(self, definitions: Mapping[str, Mapping[str, str]], template: str) -> str:
        """What the model is told of all fields. `template`: a prompt's own text; what annotators read above the only
        control is not said again when it is there."""
        said = template if len(self.fields) == 1 else ""
        return "\n".join(
            field.describe(
                definitions.get(field.name, {}),
                self._when(field),
                " ".join(text for text in field.heading if text not in said),
            )
            for field in self.order
        )

    def listings(self, definitions: Mapping[str, Mapping[str, str]]) -> str:
        """The choices that the task brings, for the user's message; "" where it brings none."""
        brought = [field.listing(definitions.get(field.name, {})) for field in self.fields if field.brought]
        return "".join(f"{listing}\n\n" for listing in brought)

    def _when(self, field: AnyField) -> str:
        words = []
        for condition in field.conditions:
            other = self.by_name.get(condition.control or "")
            words.append(condition.words(other is not None and other.multiple, other.shown if other else str))
        return " and ".join(dict.fromkeys(words))

    @cached_property
    def by_name(self) -> Mapping[str, AnyField]:
        return {field.name: field for field in self.fields}

    def accept(self, said: Mapping[str, Any]) -> Answer | Rejection:
        """The Answer that a model's JSON object holds, or why it can't be used. What it says of a control that is
        hidden by what it says of the others counts for nothing."""
        answer: dict[str, Value] = {}
        for field, shown in self._screen(answer, NO_OTHERS):
            value = self._accepted(field, said) if shown else ()
            if isinstance(value, Rejection):
                return value
            answer[field.name] = value
        return self._listed(answer)

    @staticmethod
    def _accepted(field: AnyField, said: Mapping[str, Any]) -> Value | Rejection:
        if field.name not in said:
            return Rejection("missing_field", f"The answer has no '{field.name}'.")
        value = field.accept(said[field.name])
        if value == () and field.required:
            return Rejection("missing_field", f"'{field.name}' takes at least one label, the answer has none.")
        return value

    def as_shown(self, answer: Answer, others: Mapping[str, Sequence[str]]) -> Answer:
        """`answer` without what hidden controls hold. `others`: what is chosen in controls that are no fields."""
        if not self.conditional:
            return answer
        seen: dict[str, Value] = {}
        for field, shown in self._screen(seen, others):
            seen[field.name] = answer.get(field.name, ()) if shown else ()
        return self._listed(seen)

    def on_screen(self, answer: Answer, others: Mapping[str, Sequence[str]] = NO_OTHERS) -> "LabelSchema":
        """This schema with the controls that `answer` leaves on the screen; itself when that is all of them."""
        if not self.conditional:
            return self
        shown = {field.name for field, shown in self._screen(answer, others) if shown}
        return replace(self, fields=tuple(field for field in self.fields if field.name in shown))

    def _screen(self, answer: Answer, others: Mapping[str, Sequence[str]]) -> Iterator[tuple[AnyField, bool]]:
        """Each field, and whether it is shown. `answer` must hold its value when the next one is asked for."""
        any_other: set[str] = set()
        seen: dict[str | None, Collection[str]] = {None: any_other}
        seen.update(others)
        for field in self.order:
            shown = all(condition.holds(seen) for condition in field.conditions)
            yield field, shown
            seen[field.name] = field.called(answer.get(field.name, ())) if self.conditional and shown else ()
            any_other.update(seen[field.name])

    @cached_property
    def conditional(self) -> bool:
        """Whether some controls are not always shown."""
        return any(field.conditions for field in self.fields)

    def _listed(self, answer: Answer) -> Answer:
        """In the order of the config, so that equal answers look alike."""
        return {field.name: answer[field.name] for field in self.fields}

    def labels(self, answer: Answer) -> list[str]:
        """The classes an answer falls into, as scores name them: the label; with several controls `control: label`."""
        return [self.class_name(field.name, label) for field in self.fields for label in answer.get(field.name, ())]

    def class_name(self, control: str, label: str) -> str:
        return label if len(self.fields) == 1 else f"{control}: {label}"

    def show(self, answer: Answer) -> str:
        """An answer on one line, for people."""
        values: list[tuple[AnyField, Value]] = [(field, answer.get(field.name, ())) for field in self.fields]
        if len(values) == 1:
            return values[0][0].show(values[0][1])
        return "; ".join(f"{field.name}: {field.show(value)}" for field, value in values)
