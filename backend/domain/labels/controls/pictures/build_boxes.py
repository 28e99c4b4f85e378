"""Which elements of a labelling config mark a picture.

Refuses labels that the task brings, several pictures, and one that no model is shown.
"""

from xml.etree.ElementTree import Element

from backend.domain.labels.choice_names import LONGEST, choices_of, listed
from backend.domain.labels.controls.pictures.boxes import BoxesControl
from backend.domain.labels.inputs.values import field_of
from backend.domain.labels.layout import DeclaredControl


def build_boxes(declared: DeclaredControl) -> BoxesControl | str:
    """The control of a <RectangleLabels>, <EllipseLabels> or <KeyPointLabels> element, or why it isn't supported."""
    element, choices = declared.element, choices_of(listed(declared.element, "Label"))
    if why := _unsupported(element, declared.object):
        return why
    if any(len(choice.name) > LONGEST for choice in choices):
        return f"a label of more than {LONGEST:,} characters"
    if not choices or declared.object is None:
        return "it lists no labels"
    return BoxesControl(
        tag=element.tag,
        name=declared.name,
        to_name=declared.to_name,
        source=declared.object.get("value", ""),
        choices=choices,
        several=element.get("choice", "single") == "multiple",
        conditions=declared.conditions,
        heading=tuple(declared.heading),
    )


def _unsupported(element: Element, image: Element | None) -> str:
    """Why it isn't, "" where it may be. `image`: the object that it is about."""
    if image is None or image.tag != "Image":
        return "it marks <Image> alone"
    if "," in element.get("toname", "") or image.get("valuelist") is not None:
        return "not supported yet on several pictures"
    if "$" not in image.get("value", ""):
        return "its <Image> shows nothing of the task"
    if field_of(image.get("value", "")) is None:
        return "the address of its <Image> is put together"
    return "labels that the task brings" if element.get("value") else ""
