"""Marking: what controls have in common that mark things in an object, such as spans."""

from dataclasses import replace
from typing import Any

from backend.domain.labels.controls.attributes import NO_ATTRIBUTES, Attributes
from backend.domain.labels.controls.base import Control


class Marking:
    """`several`: whether a region may have more than one label; `attributes`: what else is said of each; `referable`:
    whether relations may mean them."""

    name: str
    to_name: str
    several: bool
    attributes: Attributes
    referable: bool


def attributes_of(control: object) -> Attributes:
    """What is asked of each thing that a control marks, beside the label; none for a control that marks nothing."""
    return control.attributes if isinstance(control, Marking) else NO_ATTRIBUTES


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
