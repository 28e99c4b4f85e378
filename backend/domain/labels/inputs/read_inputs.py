"""The object tags that a model never reads as their value stands in the task: lists of items and tables."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from xml.etree.ElementTree import Element

from backend.domain.labels.inputs.lists import ListObject
from backend.domain.labels.inputs.tables import TableObject

READ_TAGS = ("List", "Table")


class ReadInput(Protocol):
    @property
    def value(self) -> str:
        """The tag's own `value`, such as `$items`."""

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        """Variable -> what a model reads in its place."""


def read_input(element: Element) -> ReadInput | None:
    """Of a <List> or <Table>; None for data that the browser loads, or reads as something else than JSON."""
    said = {name.lower(): said for name, said in element.attrib.items()}
    if element.tag == "List":
        return ListObject(said.get("value", ""))
    return TableObject(said.get("value", "")) if said.get("valuetype", "json").lower() in ("", "json") else None


def others_than(inputs: Sequence[ReadInput], variables: tuple[str, ...]) -> tuple[str, ...]:
    """The variables that none of `inputs` shows: those that there were before lists and tables were read."""
    shown = {one.value[1:] for one in inputs}
    return tuple(name for name in variables if name not in shown)
