"""Which controls inside a <Repeater> a prompt fills for each item."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element

from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.lists.item_objects import ITEM
from backend.domain.labels.controls.lists.repeated import RepeatedControl
from backend.domain.labels.inputs.repeater import INDEX, Repeater
from backend.domain.labels.layout import TEXT_TAGS, DeclaredControl

_OTHER_KEY = "answer"


def build_repeated(
    declared: DeclaredControl, build: Callable[[DeclaredControl], Control | str], repeatable: Sequence[str]
) -> RepeatedControl | str:
    """The control of an element inside a <Repeater>, or why it isn't supported.

    build: builds the control as if it were alone
    repeatable: the tags of elements that may be repeated
    """
    repeater = declared.repeater
    why = "it is not repeated" if repeater is None else _why(declared, repeater, repeatable)
    if why or repeater is None:
        return why
    element = Element(declared.element.tag, {**declared.element.attrib, "name": _key(declared)})
    element.extend(declared.element)
    inner = build(replace(declared, element=element, hideable=False, conditions=(), heading=[], repeater=None))
    if isinstance(inner, str):
        return inner
    return RepeatedControl(
        name=declared.key,
        to_name=declared.to_name,
        pattern=declared.name,
        on=repeater.on,
        inner=inner,
        hideable=declared.hideable,
        conditions=declared.conditions,
        heading=tuple(declared.heading),
    )


def _key(declared: DeclaredControl) -> str:
    """Of what is said of an item, in its object."""
    return declared.key if declared.key != ITEM else _OTHER_KEY


def _why(declared: DeclaredControl, repeater: Repeater, repeatable: Sequence[str]) -> str:
    """Why it can't be filled for each item; "" if it can."""
    element, source = declared.element, declared.object
    if repeater.trouble:
        return repeater.trouble
    if element.tag not in repeatable or declared.per_region:
        return "inside a <Repeater>, where prompts fill only " + ", ".join(f"<{tag}>" for tag in repeatable)
    if declared.name.count(INDEX) != 1:
        return f"inside a <Repeater>, its name needs {repeater.flag} once"
    if not declared.key:
        return "inside a <Repeater>, another control may have the same name, or there are too many"
    if any(INDEX in "".join((condition.control or "", *condition.values)) for condition in declared.conditions):
        return "inside a <Repeater>, shown under a condition on an item"
    if _depends_on_index(element):
        return "inside a <Repeater>, with choices or words of a single item"
    if source is not None and source.tag not in TEXT_TAGS and INDEX in declared.to_name:
        return f"inside a <Repeater>, about a <{source.tag}> of each item, which the model does not get"
    return ""


def _depends_on_index(element: Element) -> bool:
    """Whether its choices, or what else it takes, are those of one item."""
    own = [value for name, value in element.attrib.items() if name not in ("name", "toname")]
    below = (value for child in element.iter() if child is not element for value in child.attrib.values())
    return any(INDEX in value for value in (*own, *below))
