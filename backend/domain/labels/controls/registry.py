"""The controls that a prompt can fill, by the tag of their element, and by an attribute that makes another kind of it.

In the order in which releases learnt them: a version that was saved before a kind was known goes on without it, see
`LabelSchema.as_of`.
"""

from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.build_boxes import build_boxes
from backend.domain.labels.controls.build_item_choices import build_item_choices, build_item_labels
from backend.domain.labels.controls.build_labels import build_labels
from backend.domain.labels.controls.build_ranker import build_ranker
from backend.domain.labels.controls.build_repeated import build_repeated
from backend.domain.labels.controls.build_taxonomy import build_taxonomy
from backend.domain.labels.controls.choices import build_choices
from backend.domain.labels.controls.date_time import build_date_time
from backend.domain.labels.controls.nested_choices import build_nested_choices
from backend.domain.labels.controls.number import build_number
from backend.domain.labels.controls.pairwise import build_pairwise
from backend.domain.labels.controls.rating import build_rating
from backend.domain.labels.controls.repeated import RepeatedControl
from backend.domain.labels.controls.text_area import build_text_area
from backend.domain.labels.layout import DeclaredControl

Build = Callable[[DeclaredControl], Control | str]
"""The control of an element where it stands, or why it isn't supported."""


def _repeated(declared: DeclaredControl) -> Control | str:
    """See `build_repeated`."""
    return build_repeated(declared, BUILDERS[kind_of(declared.element) or ""])


BUILDERS: Mapping[str, Build] = {
    "Choices": build_choices,
    "TextArea": build_text_area,
    "Rating": build_rating,
    "Number": build_number,
    "Labels": build_labels,
    "HyperTextLabels": build_labels,
    "ParagraphLabels": build_labels,
    "Pairwise": build_pairwise,
    "DateTime": build_date_time,
    "Taxonomy": build_taxonomy,
    "Ranker": build_ranker,
    "RectangleLabels": build_boxes,
    "EllipseLabels": build_boxes,
    "KeyPointLabels": build_boxes,
    "Choices allowNested": build_nested_choices,
    "Choices perItem": build_item_choices,
    'Choices choice="multiple" perItem': build_item_labels,
    RepeatedControl.tag: _repeated,
}


def builder_of(declared: DeclaredControl) -> Build | None:
    """Of the kind of its element; None for one that no prompt fills."""
    kind = kind_of(declared.element)
    return None if kind is None else _repeated if declared.repeater is not None else BUILDERS[kind]


_AS_READ = {" ".join((kind.split()[0], *kind.lower().split()[1:])): kind for kind in BUILDERS}
"""Tag, and attributes as they are read -> the key in BUILDERS."""


def kind_of(element: Element) -> str | None:
    """The key in BUILDERS of a control that is alone; None for one that no prompt fills."""
    switched_on = [name for name, value in element.attrib.items() if value.lower() == "true"]
    several = [f'choice="multiple" {name}' for name in switched_on if element.get("choice") == "multiple"]
    kinds = (f"{element.tag} {name}" for name in (*several, *switched_on))
    return next((_AS_READ[kind] for kind in (*kinds, element.tag) if kind in _AS_READ), None)
