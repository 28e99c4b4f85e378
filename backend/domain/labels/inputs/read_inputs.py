"""The objects that a model never reads as their value stands in the task: lists of items, tables, files, texts for each
item, and what it is not shown at all."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from xml.etree.ElementTree import Element

from backend.domain.labels.inputs.files import FILE_TAGS, FileObject, file_object
from backend.domain.labels.inputs.linked import LinkedText, form_of, linked_text
from backend.domain.labels.inputs.lists import ListObject
from backend.domain.labels.inputs.media import MEDIA_TAGS, MediaObject
from backend.domain.labels.inputs.repeated import RepeatedObject
from backend.domain.labels.inputs.tables import TableObject

READ_TAGS = ("List", "Table", *FILE_TAGS, *MEDIA_TAGS)


NAMED = (FileObject, LinkedText, ListObject, RepeatedObject, TableObject)
"""What knows whether a text shows its variable too."""


class ReadInput(Protocol):
    @property
    def value(self) -> str:
        """The tag's own `value`, such as `$items`."""

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        """Variable -> what a model reads in its place."""


def read_input(element: Element) -> ReadInput | None:
    """Of one of READ_TAGS; None for a table whose address is put together."""
    if element.tag in FILE_TAGS:
        return file_object(element)
    if element.tag in MEDIA_TAGS:
        return MediaObject(element.tag, element.get("value", ""))
    if element.tag == "List":
        return ListObject(element.get("value", ""))
    return linked_text(element) if form_of(element) else TableObject(element.get("value", ""))


def others_than(inputs: Iterable[ReadInput], variables: tuple[str, ...]) -> tuple[str, ...]:
    """The variables that there were before `inputs` were read: those that none of these shows, or that a text shows
    too."""
    others = {shown_input.value[1:] for shown_input in inputs if not _is_text_too(shown_input)}
    return tuple(name for name in variables if name not in others)


def _is_text_too(shown_input: ReadInput) -> bool:
    return isinstance(shown_input, MediaObject) or (isinstance(shown_input, NAMED) and shown_input.named)


def without(kind: type[ReadInput], inputs: Iterable[ReadInput]) -> tuple[ReadInput, ...]:
    return tuple(read_input for read_input in inputs if not isinstance(read_input, kind))


def lines_of_texts(inputs: Iterable[ReadInput]) -> list[str]:
    """The variables that are read as lines though a text shows them, which once was read as it stands."""
    return [
        read_input.value[1:]
        for read_input in inputs
        if isinstance(read_input, ListObject | TableObject) and read_input.named
    ]
