"""The object tags that a model never reads as their value stands in the task: lists of items, tables and pictures."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from xml.etree.ElementTree import Element

from backend.domain.labels.inputs.images import ImageObject, image_object
from backend.domain.labels.inputs.lists import ListObject
from backend.domain.labels.inputs.tables import TableObject

READ_TAGS = ("List", "Table", "Image")


class ReadInput(Protocol):
    @property
    def value(self) -> str:
        """The tag's own `value`, such as `$items`."""

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        """Variable -> what a model reads in its place."""


def read_input(element: Element) -> ReadInput | None:
    """Of one of READ_TAGS; None for data that the browser loads, or reads as something else than JSON."""
    if element.tag == "Image":
        return image_object(element)
    said = {name.lower(): said for name, said in element.attrib.items()}
    if element.tag == "List":
        return ListObject(said.get("value", ""))
    return TableObject(said.get("value", "")) if said.get("valuetype", "json").lower() in ("", "json") else None


def others_than(inputs: Iterable[ReadInput], variables: tuple[str, ...]) -> tuple[str, ...]:
    """The variables that there were before `inputs` were read: those that none of these shows, or that a text shows
    too."""
    shown = {one.value[1:] for one in inputs if not (isinstance(one, ImageObject) and one.named)}
    return tuple(name for name in variables if name not in shown)


def without_pictures(inputs: Iterable[ReadInput]) -> tuple[ReadInput, ...]:
    return tuple(one for one in inputs if not isinstance(one, ImageObject))
