"""Texts that are loaded or decoded, as the browser makes them of a file or of what stands in the task."""

import re
from base64 import b64encode
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from backend.domain.labels.inputs.linked import (
    LOGIN_PAGE,
    NOT_BASE64,
    NOT_JSON,
    NOT_TEXT,
    LinkedText,
    form_of,
    linked_text,
)
from tests.pictures import encoded

WORDS = "Zoë met 👩‍👩‍👧 in\r\nOslo"
LOGIN = "<!DOCTYPE html><html><form><input name='user'><input class='x' type='password'></form></html>"


def of(element: str) -> LinkedText:
    found = linked_text(fromstring(element))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("element", "form"),
    [
        ('<Text value="$t"/>', ()),
        ('<Text value="$t" valueType="text" encoding="none"/>', ()),
        ('<Text value="$t" valuetype="URL"/>', ("url",)),
        ('<HyperText value="$t" valueType="url" encoding="base64"/>', ("url", "base64")),
        ('<Text value="$t" encoding="base64unicode"/>', ("base64unicode",)),
        ('<Paragraphs value="$t" encoding="base64"/>', ()),
        ('<Header value="$t" valueType="url"/>', ()),
    ],
)
def test_the_form_of_a_text(element: str, form: tuple[str, ...]) -> None:
    assert form_of(fromstring(element)) == form
    assert (linked_text(fromstring(element)) is not None) is bool(form)


@pytest.mark.parametrize("value", ["https://host/$t", "always", "$t[{{i}}]"])
def test_an_address_that_is_put_together_is_not_loaded(value: str) -> None:
    assert linked_text(fromstring(f'<Text value="{value}" valueType="url"/>')) is None


@pytest.mark.parametrize(
    ("element", "content", "text"),
    [
        ('<Text value="$t" valueType="url"/>', WORDS.encode(), WORDS),
        ('<Text value="$t" valueType="url"/>', b"\xef\xbb\xbfOslo", "Oslo"),
        ('<Text value="$t" valueType="url"/>', b"", ""),
        ('<HyperText value="$t" valueType="url"/>', b"<!doctype html><p>Oslo</p>", "<!doctype html><p>Oslo</p>"),
        ('<Text value="$t" valueType="url" encoding="base64unicode"/>', b64encode(WORDS.encode()), WORDS),
        ('<Paragraphs value="$t" valueType="url"/>', b'[{"author": "A", "text": "x"}]', [{"author": "A", "text": "x"}]),
    ],
)
def test_a_file_is_read_as_the_browser_reads_it(element: str, content: bytes, text: Any) -> None:
    assert of(element).of_file(content) == text


@pytest.mark.parametrize(
    ("form", "said", "text"),
    [
        ("base64", b64encode("Zoë".encode()).decode(), "ZoÃ«"),  # atob knows no UTF-8
        ("base64", "Qm 9i\n", "Bob"),
        ("base64", "Qm8", "Bo"),
        ("base64unicode", b64encode(WORDS.encode()).decode(), WORDS),
    ],
)
def test_what_stands_in_the_task_is_decoded(form: str, said: str, text: str) -> None:
    assert of(f'<Text value="$t" encoding="{form}"/>').of_text(said) == text


@pytest.mark.parametrize(
    ("element", "content", "why"),
    [
        ('<Text value="$t" valueType="url"/>', encoded("PNG"), NOT_TEXT),
        ('<Text value="$t" valueType="url"/>', "Zoë".encode("latin-1"), NOT_TEXT),
        ('<Text value="$t" valueType="url"/>', "Bob".encode("utf-16-le"), NOT_TEXT),
        ('<Text value="$t" valueType="url"/>', LOGIN.encode(), LOGIN_PAGE),
        ('<HyperText value="$t" valueType="url"/>', b"\n" + LOGIN.encode(), LOGIN_PAGE),
        ('<Paragraphs value="$t" valueType="url"/>', LOGIN.encode(), LOGIN_PAGE),
        ('<Paragraphs value="$t" valueType="url"/>', b"Anna: hello", NOT_JSON),
        ('<Paragraphs value="$t" valueType="url"/>', b"[" * 200_000, NOT_JSON),
        ('<Text value="$t" valueType="url" encoding="base64"/>', b"no base64!", NOT_BASE64),
        ('<Text value="$t" valueType="url" encoding="base64unicode"/>', b64encode(b"\xff"), NOT_BASE64),
    ],
)
def test_what_is_no_text_says_why(element: str, content: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(why)}$"):
        of(element).of_file(content)


def test_a_hostile_page_takes_no_time() -> None:
    page = "<!doctype html>" + "<input" * 2_000_000
    assert of('<Text value="$t" valueType="url"/>').of_file(page.encode()) == page
