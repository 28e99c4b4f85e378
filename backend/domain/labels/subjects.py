"""Subjects: what each control of a labelling config is about, as far as a prompt can show it to the model."""

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from backend.domain.labels.inputs.values import variables_in
from backend.domain.labels.layout import DeclaredControl

TAGS = ("Text", "HyperText", "Paragraphs", "List", "Table")
"""A model may be asked about a task without its picture, except for what it says of each of several."""
Subjects = Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
"""Name of a control -> the tag of each object in its `toName`, and the variables that this shows."""


def subjects_of(controls: Sequence[DeclaredControl]) -> Subjects:
    """What shows nothing of the task is left out."""
    return {control.name: _of(control) for control in reversed(controls)}


def _of(control: DeclaredControl) -> tuple[tuple[str, tuple[str, ...]], ...]:
    names = (name.strip() for name in control.element.get("toname", "").split(","))
    elements = [control.objects[name] for name in names if name in control.objects]
    tags = (*TAGS, "Image") if control.element.get("peritem", "").lower() == "true" else TAGS
    return tuple(
        (element.tag, variables) for element in elements if element.tag in tags and (variables := _variables(element))
    )


def _variables(element: Element) -> tuple[str, ...]:
    return variables_in(element.get("valuelist") or element.get("value") or "".join(element.itertext()))
