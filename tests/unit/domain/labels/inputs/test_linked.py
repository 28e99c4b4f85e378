"""Texts that are loaded or decoded, as the browser makes them of a file or of what stands in the task."""

import re
from base64 import b64encode
from typing import Any

import pytest

from backend.domain.labels.config_tree import config_tree
from backend.domain.labels.inputs.linked import (
    LOGIN_PAGE,
    NOT_BASE64,
    NOT_JSON,
    NOT_TEXT,
    LinkedText,
    form_of,
    linked_text,
)
from backend.domain.labels.inputs.tables import NOT_A_TABLE, NOT_CSV
from tests.pictures import encoded

WORDS = "Zoë met 👩‍👩‍👧 in\r\nOslo"
LOGIN = "<!DOCTYPE html><html><form><input name='user'><input class='x' type='password'></form></html>"


def of(element: str) -> LinkedText:
    found = linked_text(config_tree(element).root)
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
        ('<Table value="$t"/>', ()),
        ('<Table value="$t" valueType="json"/>', ()),
        ('<Table value="$t" valueType="json|url"/>', ("json", "url")),
        ('<Table value="$t" valuetype="csv|url|separator=;|headless"/>', ("csv", "headless", "separator=;", "url")),
        ('<Table value="$t" valueType="csv"/>', ("csv",)),
    ],
)
def test_the_form_of_a_text(element: str, form: tuple[str, ...]) -> None:
    assert form_of(config_tree(element).root) == form
    assert (linked_text(config_tree(element).root) is not None) is bool(form)


@pytest.mark.parametrize("value", ["https://host/$t", "always", "$t[{{i}}]"])
def test_an_address_that_is_put_together_is_not_loaded(value: str) -> None:
    assert linked_text(config_tree(f'<Text value="{value}" valueType="url"/>').root) is None


@pytest.mark.parametrize(
    ("element", "content", "text"),
    [
        ('<Text value="$t" valueType="url"/>', WORDS.encode(), WORDS),
        ('<Text value="$t" valueType="url"/>', b"\xef\xbb\xbfOslo", "Oslo"),
        ('<Text value="$t" valueType="url"/>', b"", ""),
        ('<HyperText value="$t" valueType="url"/>', b"<!doctype html><p>Oslo</p>", "<!doctype html><p>Oslo</p>"),
        ('<Text value="$t" valueType="url" encoding="base64unicode"/>', b64encode(WORDS.encode()), WORDS),
        ('<Paragraphs value="$t" valueType="url"/>', b'[{"author": "A", "text": "x"}]', [{"author": "A", "text": "x"}]),
        ('<Table value="$t" valueType="json|url"/>', b'[{"a": 1, "b": "x"}, {"a": 2}]', "a | b\n1 | x\n2 | "),
        ('<Table value="$t" valueType="csv|url"/>', b'a,b\r\n1,"x, y\nz"\r\n\r\n2,w', "a | b\n1 | x, y z\n2 | w"),
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
    ("kind", "said", "text"),
    [
        ("csv", "a;b\n1;2,5\n2;3", "a | b\n1 | 2,5\n2 | 3"),
        ("csv", "a\tb\n1\t2,2", "a | b\n1 | 2,2"),
        ("csv", "name\nAnna", "name\nAnna"),
        ("csv|separator=;", "a,b;c\n1,2;3", "a,b | c\n1,2 | 3"),
        ("csv|headless", "1,2\n3,4", "0 | 1\n1 | 2\n3 | 4"),
        ("csv", "a,b\n\u2028x,y", "a | b\nx | y"),
        ("csv", "", ""),
    ],
)
def test_a_table_of_csv_is_read_by_rows(kind: str, said: str, text: str) -> None:
    assert of(f'<Table value="$t" valueType="{kind}"/>').of_text(said) == text


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
        ('<Table value="$t" valueType="json|url"/>', b"3", NOT_A_TABLE),
        ('<Table value="$t" valueType="csv|url"/>', LOGIN.encode(), LOGIN_PAGE),
        ('<Table value="$t" valueType="csv|url"/>', b"x" * 200_000, NOT_CSV),
        ('<Table value="$t" valueType="csv|url|separator=ab"/>', b"a", NOT_CSV),
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
