"""Which <Choices perItem="true"> elements choose for each picture of an <Image valueList>: one label, or any."""

from typing import Any

from backend.domain.labels.choice_names import LONGEST, choices_of, listed
from backend.domain.labels.controls.item_choices import ItemChoicesControl
from backend.domain.labels.controls.item_labels import ItemLabelsControl
from backend.domain.labels.inputs.files import FileObject, file_object
from backend.domain.labels.inputs.values import field_of
from backend.domain.labels.layout import Placed


def build_item_choices(placed: Placed) -> ItemChoicesControl | str:
    """The control of such an element, or why it isn't supported."""
    parts = _parts(placed)
    return parts if isinstance(parts, str) else ItemChoicesControl(**parts)


def build_item_labels(placed: Placed) -> ItemLabelsControl | str:
    """The control of such an element, or why it isn't supported."""
    parts = _parts(placed)
    return parts if isinstance(parts, str) else ItemLabelsControl(**parts, required=placed.required)


def _parts(placed: Placed) -> dict[str, Any] | str:
    """What a control over pictures is made of, by the names of ItemChoicesControl's attributes, or why it isn't
    supported."""
    element, shown = placed.element, placed.object
    for attribute, feature in (("perRegion", "a choice per region"), ("allowNested", "a path per item")):
        if element.get(attribute, "").lower() == "true":
            return f'{attribute}="true" ({feature})'
    choices = choices_of(listed(element))
    if not choices or element.get("value", "").startswith("$"):
        return 'perItem="true" without choices, or with those that the task brings'
    if any(len(choice.shown) > LONGEST for choice in choices):
        return f"a choice of more than {LONGEST:,} characters"
    pictures = file_object(shown) if shown is not None and shown.tag == "Image" and shown.get("valueList") else None
    if not isinstance(pictures, FileObject) or field_of(pictures.value) is None:
        return 'perItem="true" without an <Image valueList="$field">'
    return {
        "name": placed.name,
        "to_name": placed.to_name,
        "source": pictures,
        "choices": choices,
        "hideable": placed.hideable,
        "conditions": placed.conditions,
        "heading": tuple(placed.heading),
    }
