"""The controls that a prompt can fill, by the tag of their element, and by an attribute that makes another kind of it.

In the order in which releases learnt them: a version that was saved before a kind was known goes on without it, see
`LabelSchema.as_of`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.lists.build_item_choices import build_item_choices, build_item_labels
from backend.domain.labels.controls.lists.build_ranker import build_ranker
from backend.domain.labels.controls.lists.build_repeated import build_repeated
from backend.domain.labels.controls.lists.repeated import RepeatedControl
from backend.domain.labels.controls.pictures.build_boxes import build_boxes
from backend.domain.labels.controls.spans.build_labels import build_labels
from backend.domain.labels.controls.trees.build_taxonomy import build_taxonomy
from backend.domain.labels.controls.trees.nested_choices import build_nested_choices
from backend.domain.labels.controls.values.choices import build_choices
from backend.domain.labels.controls.values.date_time import build_date_time
from backend.domain.labels.controls.values.number import build_number
from backend.domain.labels.controls.values.pairwise import build_pairwise
from backend.domain.labels.controls.values.rating import build_rating
from backend.domain.labels.controls.values.text_area import build_text_area
from backend.domain.labels.layout import DeclaredControl

Build = Callable[[DeclaredControl], Control | str]
"""The control of an element where it stands, or why it isn't supported."""


@dataclass(frozen=True, slots=True)
class ControlKind:
    """`about_a_whole`: its value is about a task as a whole, so that it may be about an item of a list or a region as a
    whole too. This holds from the kind's first release on: what a later release begins to fill is a new kind."""

    build: Build
    about_a_whole: bool = False


def _repeated(declared: DeclaredControl) -> Control | str:
    """See `build_repeated`."""
    return build_repeated(declared, KINDS[kind_of(declared.element) or ""].build, ABOUT_A_WHOLE)


KINDS: Mapping[str, ControlKind] = {
    "Choices": ControlKind(build_choices, about_a_whole=True),
    "TextArea": ControlKind(build_text_area, about_a_whole=True),
    "Rating": ControlKind(build_rating, about_a_whole=True),
    "Number": ControlKind(build_number, about_a_whole=True),
    "Labels": ControlKind(build_labels),
    "HyperTextLabels": ControlKind(build_labels),
    "ParagraphLabels": ControlKind(build_labels),
    "Pairwise": ControlKind(build_pairwise),
    "DateTime": ControlKind(build_date_time, about_a_whole=True),
    "Taxonomy": ControlKind(build_taxonomy, about_a_whole=True),
    "Ranker": ControlKind(build_ranker),
    "RectangleLabels": ControlKind(build_boxes),
    "EllipseLabels": ControlKind(build_boxes),
    "KeyPointLabels": ControlKind(build_boxes),
    "Choices allowNested": ControlKind(build_nested_choices, about_a_whole=True),
    "Choices perItem": ControlKind(build_item_choices),
    'Choices choice="multiple" perItem': ControlKind(build_item_labels),
    RepeatedControl.tag: ControlKind(_repeated),
    # A new kind goes here.
}
ABOUT_A_WHOLE = tuple(dict.fromkeys(kind.split()[0] for kind, control in KINDS.items() if control.about_a_whole))
"""Tags of elements that may be repeated, or be there for each region."""


def builder_of(declared: DeclaredControl) -> Build | None:
    """Of the kind of its element; None for one that no prompt fills."""
    kind = kind_of(declared.element)
    return None if kind is None else _repeated if declared.repeater is not None else KINDS[kind].build


def is_per_region(declared: DeclaredControl) -> bool:
    """Whether each region has a value of its own; other tags do not know the attribute."""
    return declared.element.tag in ABOUT_A_WHOLE and declared.per_region


_AS_READ = {" ".join((kind.split()[0], *kind.lower().split()[1:])): kind for kind in KINDS}
"""Tag, and attributes as they are read -> the key in KINDS."""


def kind_of(element: Element) -> str | None:
    """The key in KINDS of a control that is alone; None for one that no prompt fills."""
    switched_on = [name for name, value in element.attrib.items() if value.lower() == "true"]
    several = [f'choice="multiple" {name}' for name in switched_on if element.get("choice") == "multiple"]
    kinds = (f"{element.tag} {name}" for name in (*several, *switched_on))
    return next((_AS_READ[kind] for kind in (*kinds, element.tag) if kind in _AS_READ), None)
