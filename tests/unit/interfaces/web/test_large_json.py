"""JSON in pieces is JSON: the same values, the same refusals."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.interfaces.web.large_json import json_pieces, read_json
from tests.scripted import any_text

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=20,
)


def refuses(data: bytes) -> bool:
    try:
        read_json(data)
    except ValueError:
        return True
    return False


@given(values, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_what_json_writes_is_read_as_json_does(value: Any, indent: Any, ascii_only: bool) -> None:
    data = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert read_json(data) == json.loads(data)


@given(st.text('{}[]":,0 1a\\u\n', max_size=12))
def test_what_json_refuses_is_refused(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        assert refuses(text.encode())
    else:
        assert read_json(text.encode()) == expected


@pytest.mark.parametrize("data", [b"\xff", b"", b"\xef\xbb\xbf", b'{"a": [1,]}', b'{"a": 1,}', b"{1: 2}", b"{} x"])
def test_what_is_no_json(data: bytes) -> None:
    assert refuses(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-le"])
def test_any_encoding_that_json_may_have(encoding: str) -> None:
    assert read_json('{"ä": ["日本"]}'.encode(encoding)) == {"ä": ["日本"]}


def test_the_last_of_two_equal_names_counts() -> None:
    assert read_json(b'{"a": [1], "a": [2]}') == {"a": [2]}


def test_only_what_is_kept_is_held() -> None:
    assert read_json(b'{"tasks": [{"id": 1, "x": 2}, 3], "n": 4}', str) == {"tasks": ["{'id': 1, 'x': 2}", "3"], "n": 4}


@given(st.lists(values, max_size=4))
def test_what_is_written_in_pieces_is_read_whole(items: list[Any]) -> None:
    assert json.loads(b"".join(json_pieces("results", items))) == json.loads(json.dumps({"results": items}))
