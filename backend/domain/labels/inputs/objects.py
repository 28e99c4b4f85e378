"""The object tags whose text can be marked, as a labelling config has them: which text they show of a task.

What differs between them is here and in the SpanText that they give; the control that marks is the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from xml.etree.ElementTree import Element

from backend.domain.labels.inputs.base import SpanText, offset_of, within
from backend.domain.labels.inputs.hypertext import HyperTextDom
from backend.domain.labels.inputs.linked import form_of
from backend.domain.labels.inputs.paragraphs import dialogue
from backend.domain.labels.inputs.values import field_of, value_of
from backend.domain.labels.placement.location import Location, Quote, Span, Unlocated, locate


class MarkedObject(Protocol):
    @property
    def value(self) -> str:
        """The tag's own `value`, such as `$text`."""

    turns: ClassVar[bool]
    """Whether a quote has to name the turn that it is from."""
    plain: ClassVar[bool]
    """Whether a region's `start` and `end` are the offsets in the text."""

    @property
    def form(self) -> tuple[str, ...]:
        """How the text is there, see `linked.form_of`; what it is then is in the data that `text_of` is given."""

    @property
    def identity(self) -> list[Any]:
        """What joins a labelling config's digest beside `value`."""

    def text_of(self, data: Mapping[str, Any]) -> SpanText | None:
        """The text of a task; None where its data is not such a text."""

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        """Variable -> what a model reads in its place; {} where that is the value itself."""


@dataclass(frozen=True, slots=True)
class PlainText:
    """<Text>: code points of the string, as it stands in the task.

    The browser drops NUL and counts on without it, so neither the text nor the offsets here know it.
    """

    text: str

    @classmethod
    def of(cls, source: str) -> "PlainText":
        """The text of a task's string."""
        return cls(source.replace("\0", ""))

    @property
    def prompt(self) -> str:
        return self.text

    def locate(self, quotes: Sequence[Quote]) -> list[Location | Unlocated]:
        return locate(self.text, quotes)

    @property
    def turn_count(self) -> int:
        return 0

    def part(self, start: int, end: int) -> str:
        """What stands there."""
        return self.text[start:end]

    def quote(self, start: int, end: int, label: str) -> Quote:
        return Quote(self.part(start, end), label, self.text[:start])

    def value(self, start: int, end: int) -> dict[str, Any]:
        return {"start": start, "end": end, "text": self.part(start, end)}

    def span(self, value: Mapping[str, Any]) -> Span | None:
        return within(offset_of(value.get("start")), offset_of(value.get("end")), len(self.text))


@dataclass(frozen=True)
class TextObject:
    value: str
    form: tuple[str, ...] = ()

    turns: ClassVar[bool] = False
    plain: ClassVar[bool] = True

    @property
    def identity(self) -> list[Any]:
        return [*self.form]

    def text_of(self, data: Mapping[str, Any]) -> PlainText | None:
        text = _text(self.value, data)
        return None if text is None else PlainText.of(text)

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        return {}


@dataclass(frozen=True)
class HyperTextObject:
    """`inline`: it stands in the page, not in a frame of its own."""

    value: str
    inline: bool = False
    form: tuple[str, ...] = ()

    turns: ClassVar[bool] = False
    plain: ClassVar[bool] = False

    @property
    def identity(self) -> list[Any]:
        return ["HyperText", self.inline, *self.form]

    def text_of(self, data: Mapping[str, Any]) -> HyperTextDom | None:
        html = _text(self.value, data)
        return None if html is None else HyperTextDom.of(html, self.inline)

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        return _prompt(self, data)


@dataclass(frozen=True)
class ParagraphsObject:
    """See `dialogue`."""

    value: str
    name_key: str = "author"
    text_key: str = "text"
    sorts: bool = False
    form: tuple[str, ...] = ()

    turns: ClassVar[bool] = True
    plain: ClassVar[bool] = False

    @property
    def identity(self) -> list[Any]:
        return ["Paragraphs", self.name_key, self.text_key, self.sorts, *self.form]

    def text_of(self, data: Mapping[str, Any]) -> SpanText | None:
        return dialogue(value_of(self.value, data), self.name_key, self.text_key, self.sorts)

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        return _prompt(self, data)


def marked_object(element: Element) -> MarkedObject | str:
    """The object of an element, or why nothing in it can be marked."""
    tag, value = element.tag, element.get("value", "")
    if tag not in ("Text", "HyperText", "Paragraphs"):
        return f"not supported yet on <{tag}>"
    form = form_of(element)
    if "$" not in value:
        return f"its <{tag}> shows nothing of the task"
    if tag == "Text" and not form:
        return TextObject(value)
    if field_of(value) is None:
        return f"its <{tag}> shows more than one field of the task"
    if tag == "Text":
        return TextObject(value, form)
    if tag == "HyperText":
        return HyperTextObject(value, element.get("inline", "").lower() == "true", form)
    sorts = element.get("contextscroll", "").lower() == "true"
    return ParagraphsObject(value, element.get("namekey") or "author", element.get("textkey") or "text", sorts, form)


def _text(value: str, data: Mapping[str, Any]) -> str | None:
    text = value_of(value, data)
    return None if isinstance(text, bool) or not isinstance(text, str | int) else str(text)


def _prompt(marked: MarkedObject, data: Mapping[str, Any]) -> Mapping[str, str]:
    text, name = marked.text_of(data), field_of(marked.value)
    return {} if text is None or name is None else {name: text.prompt}
