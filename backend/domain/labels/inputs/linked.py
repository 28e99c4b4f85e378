"""Texts that do not stand in the task as they are read: `valueType="url"` names where they are, `encoding` says how
they are written, and so does the `valueType` of a <Table>. The browser loads and decodes these texts, so marks are
places in the result.
"""

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from backend.domain.labels.inputs.tables import table_form, table_text
from backend.domain.labels.inputs.values import field_of

LINKED_TAGS = ("Text", "HyperText", "Paragraphs")
URL, BASE64, BASE64_UNICODE = "url", "base64", "base64unicode"
NOUNS = {"Text": "text", "HyperText": "HTML", "Paragraphs": "dialogue", "Table": "table"}
NOT_TEXT = "is not a text in UTF-8."
NOT_JSON = "is not JSON, which <Paragraphs> takes."
NOT_BASE64 = "is not base64, which its `encoding` says."
LOGIN_PAGE = "is behind a login: its address answers with a web page that asks for a password."
_PAGE = re.compile(r"\s*<(?:!doctype html|html)\b", re.IGNORECASE)
_PASSWORD = re.compile(r"<input\b[^>]{0,300}\btype\s*=\s*[\"']?password", re.IGNORECASE)
_HEAD = 100_000
"""Characters in which a login is looked for."""
_BLANKS = re.compile(r"[ \t\n\f\r]+")
_LATIN_1 = "latin-1"
"""What `atob` of a browser makes of bytes."""


@dataclass(frozen=True, slots=True)
class LinkedText:
    """value: the tag's own, such as `$url`
    form: how the text is there, of URL, BASE64 and BASE64_UNICODE, or the parts of a table's `valueType`
    named: whether the same variable was a text as it stands before texts were loaded and decoded
    """

    value: str
    tag: str
    form: tuple[str, ...]
    named: bool = False

    @property
    def is_elsewhere(self) -> bool:
        """Whether the task holds its address, and not the text."""
        return URL in self.form

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        """Nothing: the text is not in the task's data."""
        return {}

    def of_file(self, content: bytes) -> Any:
        """The text, or the turns, in a file. Raises ValueError, whose text is the end of a sentence."""
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError(NOT_TEXT) from None
        if "\0" in text:
            raise ValueError(NOT_TEXT)
        if _PAGE.match(text) and _PASSWORD.search(text, 0, _HEAD):
            raise ValueError(LOGIN_PAGE)
        return self.of_text(text)

    def of_text(self, text: str) -> Any:
        """The same of what a file, or the task, says."""
        if self.tag == "Table":
            return table_text(text, self.form)
        if self.tag != "Paragraphs":
            return _decoded(text, self.form[-1])
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise ValueError(NOT_JSON) from None


def form_of(element: Element) -> tuple[str, ...]:
    """How the text of an element is there; () where it stands in the task as it is read."""
    value_type, encoding = element.get("valuetype", ""), element.get("encoding", "").lower()
    if element.tag == "Table":
        return table_form(value_type)
    url = (URL,) if element.tag in LINKED_TAGS and value_type.lower() == URL else ()
    encoded = element.tag in ("Text", "HyperText") and encoding in (BASE64, BASE64_UNICODE)
    return (*url, encoding) if encoded else url


def linked_text(element: Element) -> LinkedText | None:
    """None for a text that stands in the task, and for one whose address is put together."""
    form, value = form_of(element), element.get("value", "")
    return LinkedText(value, element.tag, form) if form and field_of(value) is not None and "{{" not in value else None


def linked_forms(inputs: Iterable[object]) -> list[list[Any]]:
    """What joins a labelling config's digest."""
    return [[linked.value, linked.tag, *linked.form] for linked in inputs if isinstance(linked, LinkedText)]


def _decoded(text: str, form: str) -> str:
    """As `atob` does it, which reads no other white space and needs no padding."""
    if form == URL:
        return text
    bare = _BLANKS.sub("", text)
    try:
        content = b64decode(bare + "=" * (-len(bare) % 4), validate=True)
        return content.decode(_LATIN_1 if form == BASE64 else "utf-8")
    except (binascii.Error, ValueError):
        raise ValueError(NOT_BASE64) from None
