"""Which <Choices perItem="true"> elements choose for each picture of an <Image valueList>: one label, or any."""

from typing import Any

from backend.domain.labels.choice_names import LONGEST, choices_of, listed
from backend.domain.labels.controls.lists.item_choices import ItemChoicesControl
from backend.domain.labels.controls.lists.item_labels import ItemLabelsControl
from backend.domain.labels.inputs.files import FileObject, file_object
from backend.domain.labels.inputs.values import field_of
from backend.domain.labels.layout import DeclaredControl


def build_item_choices(declared: DeclaredControl) -> ItemChoicesControl | str:
    """The control of such an element, or why it isn't supported."""
    parts = _parts(declared)
    return parts if isinstance(parts, str) else ItemChoicesControl(**parts)


def build_item_labels(declared: DeclaredControl) -> ItemLabelsControl | str:
    """The control of such an element, or why it isn't supported."""
    parts = _parts(declared)
    return parts if isinstance(parts, str) else ItemLabelsControl(**parts, required=declared.required)


def _parts(declared: DeclaredControl) -> dict[str, Any] | str:
    """What a control over pictures is made of, by the names of ItemChoicesControl's attributes, or why it isn't
    supported."""
    element, image = declared.element, declared.object
    for attribute, feature in (("perRegion", "a choice per region"), ("allowNested", "a path per item")):
        if element.get(attribute.lower(), "").lower() == "true":
            return f'{attribute}="true" ({feature})'
    choices = choices_of(listed(element))
    labels_from = field_of(element.get("value", ""))
    if not choices and labels_from is None:
        return 'perItem="true" without choices'
    if any(len(choice.name) > LONGEST for choice in choices):
        return f"a choice of more than {LONGEST:,} characters"
    pictures = file_object(image) if image is not None and image.tag == "Image" and image.get("valuelist") else None
    if not isinstance(pictures, FileObject) or field_of(pictures.value) is None:
        return 'perItem="true" without an <Image valueList="$field">'
    return {
        "name": declared.name,
        "to_name": declared.to_name,
        "source": pictures,
        "choices": choices,
        "labels_from": labels_from,
        "hideable": declared.hideable,
        "conditions": declared.conditions,
        "heading": tuple(declared.heading),
    }
