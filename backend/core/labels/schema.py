"""LabelSchema: what may be answered (one field per control) and what may be asked about (text variables)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from functools import cached_property
from typing import Any

from backend.core.digests import digest
from backend.core.labels.choices import ChoicesField
from backend.core.outcomes import Answer, Failure, Value

AnyField = ChoicesField
"""The union of the kinds of field there are."""


@dataclass(frozen=True)
class LabelSchema:
    """`unsupported`: what the config holds beside, in words. `prompt_control`: the smart text area, if there is one.
    `headers`: what annotators read above the task, the same for all tasks. `renames`: control -> what its labels were
    called before -> what they are called now, see `core.relabel`."""

    fields: tuple[AnyField, ...]
    variables: tuple[str, ...]
    unsupported: tuple[str, ...] = ()
    prompt_control: str | None = None
    headers: tuple[str, ...] = ()
    renames: Mapping[str, Mapping[str, str]] = attribute(default_factory=dict, compare=False)

    @cached_property
    def digest(self) -> str:
        """Changes when the answers or the questions do; not with layout, colours or controls left alone."""
        fields = [
            [f.name, f.to_name, f.multiple, f.optional, f.source, [[c.shown, c.stored, c.hint] for c in f.choices]]
            for f in self.fields
        ]
        return digest({"fields": fields, "variables": self.variables})

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
            bound = field.for_task(data)
            if isinstance(bound, Failure):
                return bound
            fields.append(bound)
        return replace(self, fields=tuple(fields))

    def renamed(self, answer: Answer) -> Answer:
        """What an answer says about these controls, with the names that its labels have now."""
        return {f.name: f.renamed(answer.get(f.name, ()), self.renames.get(f.name, {})) for f in self.fields}

    def json_schema(self) -> dict[str, Any]:
        """Strict JSON Schema of a whole answer: every key required, no others, enums inline."""
        return {
            "type": "object",
            "properties": {field.name: field.json_schema() for field in self.fields},
            "required": [field.name for field in self.fields],
            "additionalProperties": False,
        }

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
