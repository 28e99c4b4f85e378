"""<Image> and <Pdf>: files of a task. A model is shown them; where they are is not part of the prompt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from backend.domain.labels.inputs.media import MediaObject
from backend.domain.labels.inputs.values import field_of, value_of


@dataclass(frozen=True, slots=True)
class FileObject:
    """`value`: the tag's own, such as `$image`; that of `valueList` where it has one, as on the screen.

    named: whether some text shows the same variable, which then was a text before files were shown
    """

    value: str
    tag: str = "Image"
    named: bool = False

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        """Nothing: what stands in the task is an address."""
        return {}

    def addresses(self, data: Mapping[str, Any]) -> tuple[Any, ...]:
        """Where the files of a task are, in the order of the screen, as they stand there; () for none."""
        value = value_of(self.value, data)
        listed = value if isinstance(value, list) else [value]
        return tuple(address for address in listed if address not in ("", None))


FILE_TAGS = ("Image", "Pdf")


def file_object(element: Element) -> FileObject | MediaObject:
    """Of an <Image> or <Pdf>; no model is shown one whose address is put together, or the same for all tasks."""
    value = element.get("valuelist", "") or element.get("value", "")
    if field_of(value) is None or "{{" in value:
        return MediaObject(element.tag, value)
    return FileObject(value, element.tag)


def file_names(inputs: Iterable[object]) -> tuple[str, ...]:
    """The variables that stand for files."""
    return tuple(
        name for read_input in inputs if isinstance(read_input, FileObject) and (name := field_of(read_input.value))
    )
