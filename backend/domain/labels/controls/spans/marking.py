"""Marking: what controls have in common that mark things in an object, such as spans."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from backend.domain.answer import Answer, spans_of
from backend.domain.labels.controls.base import Control, Held
from backend.domain.labels.controls.spans.attributes import NO_ATTRIBUTES, Attributes


class Marking:
    """several: whether a region may have more than one label
    attributes: what else is said of each
    referable: whether relations may mean them
    """

    name: str
    to_name: str
    several: bool
    attributes: Attributes
    referable: bool


def attributes_of(control: object) -> Attributes:
    """What is asked of each thing that a control marks, beside the label; none for a control that marks nothing."""
    return control.attributes if isinstance(control, Marking) else NO_ATTRIBUTES


def controls_in(fields: Sequence[Control]) -> list[Control]:
    """`fields`, and the controls of what is said of things that they mark, each once."""
    parts = {part.name: part.control for field in fields for part in attributes_of(field).parts}
    return list((parts | {field.name: field for field in fields}).values())


def classes_of(control: str, answer: Answer, fields: Sequence[Control]) -> set[str]:
    """The classes into which an answer's value of this control falls, or its values where it is an attribute."""
    return {label for field in fields for label in _classes(control, answer.get(field.name), field)}


def _classes(control: str, value: Held, field: Control) -> Iterable[str]:
    if field.name == control:
        return field.classes(value)
    part = next((attribute.control for attribute in attributes_of(field).parts if attribute.name == control), None)
    held = (dict(span.attributes).get(control) for span in spans_of(value))
    return [label for value in held for label in part.classes(value)] if part else []


def as_marking(control: object) -> Marking | None:
    """The control as one that marks, None for another."""
    return control if isinstance(control, Marking) else None


def if_marking(control: Control, **changes: Any) -> Control:
    """The control with these attributes of `Marking` changed; itself if it marks nothing."""
    made: Any = control
    if as_marking(control) is not None:
        made = replace(made, **changes)
    same_kind: Control = made
    return same_kind
