"""Response: any JSON is read as Python reads it."""

import json
from math import inf, isnan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.providers.response import parse

WHOLE = st.integers(-(2**63), 2**64 - 1)
SCALARS = st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False) | st.text(st.characters())
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(VALUES, st.booleans())
def test_any_json_is_read_as_python_reads_it(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert parse(text) == json.loads(text)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (rb'"\ud83d"', "\ud83d"),
        (b"\xef\xbb\xbf[1]", [1]),
        (b"[Infinity, -Infinity]", [inf, -inf]),
        (b"[1e999]", [inf]),
        (b'{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_what_the_fast_reader_refuses_is_read_too(content: bytes, expected: Any) -> None:
    assert parse(content) == expected


def test_nesting_without_end_is_an_error() -> None:
    with pytest.raises((RecursionError, ValueError)):
        parse(b"[" * 100_000)


def test_no_number_is_too_long() -> None:
    assert isnan(parse("NaN"))
    assert parse(b"9" * 5000) == inf
    assert parse(b"9" * 30) == pytest.approx(10.0**30)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[1,]", "\ud83d"])
def test_what_is_not_json_is_an_error(content: bytes | str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(content)
