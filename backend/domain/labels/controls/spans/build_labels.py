"""Which elements of a labelling config mark a text.

Refuses several texts, and texts that show nothing of the task.
"""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from backend.domain.labels.choice_names import LONGEST, Choice, choices_of, listed
from backend.domain.labels.controls.spans.labels import LabelsControl
from backend.domain.labels.inputs.objects import MarkedObject, marked_object
from backend.domain.labels.inputs.values import field_of
from backend.domain.labels.layout import DeclaredControl

_OWN = {"HyperTextLabels": "HyperText", "ParagraphLabels": "Paragraphs"}
"""Tag -> the only object that it marks."""


def build_labels(declared: DeclaredControl) -> LabelsControl | str:
    """The control of a <Labels>, <HyperTextLabels> or <ParagraphLabels> element, or why it isn't supported."""
    element, choices = declared.element, choices_of(listed(declared.element, "Label"))
    if declared.object is None:
        return "not supported yet"
    source = _source(element, declared.object)
    if isinstance(source, str):
        return source
    if why := _unsupported(element, choices):
        return why
    return LabelsControl(
        name=declared.name,
        to_name=declared.to_name,
        source=source,
        choices=choices,
        several=element.get("choice", "single") == "multiple",
        conditions=declared.conditions,
        heading=tuple(declared.heading),
        tag=element.tag,
        labels_from=_labels_from(element),
    )


def _source(element: Element, source: Element) -> MarkedObject | str:
    """What it marks, or why it can't. `source`: the object of that name."""
    if "," in element.get("toname", ""):
        return "not supported yet on several texts"
    own = _OWN.get(element.tag, source.tag)
    return marked_object(source) if source.tag == own else f"it marks <{own}> alone"


def _unsupported(element: Element, choices: Sequence[Choice]) -> str:
    """Why its labels aren't, "" where they are."""
    if any(len(choice.name) > LONGEST for choice in choices):
        return f"a label of more than {LONGEST:,} characters"
    return "" if choices or _labels_from(element) else "it lists no labels"


def _labels_from(element: Element) -> str | None:
    """The variable that brings labels."""
    return field_of(element.get("value", ""))
