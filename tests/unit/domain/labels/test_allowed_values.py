"""Allowed values: what may follow a part of one, for one label, a label or null, and lists."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.labels.allowed_values import AllowedValues, allowed_values

ONE = AllowedValues(["Refund", "Refund request", "Good", None])
LIST = AllowedValues(["A", "B, c"], listed=True)


@pytest.mark.parametrize(
    ("values", "said", "options"),
    [
        (ONE, b"", [b'"Refund"', b'"Refund request"', b'"Good"', b"null"]),
        (ONE, b'"Refund', [b'"', b' request"']),
        (ONE, b'"Refund"', []),
        (ONE, b"n", [b"ull"]),
        (LIST, b"", [b"["]),
        (LIST, b"[", [b'"A"', b'"B, c"', b"]"]),
        (LIST, b'["B, ', [b'c"']),
        (LIST, b'["A"', [b",", b"]"]),
        (LIST, b'["A",', [b'"A"', b'"B, c"']),
        (LIST, b'["A","B, c"]', []),
    ],
)
def test_what_may_follow(values: AllowedValues, said: bytes, options: list[bytes]) -> None:
    assert list(values.options(said)) == options


def test_the_labels_to_which_a_part_leads() -> None:
    assert ONE.reached(b"", b'"Re') == {b'"Refund"', b'"Refund request"'}
    assert ONE.reached(b"", b"nu") == {b"null"}
    assert LIST.reached(b'["A"', b'["A","B') == {b","}, "it is behind that option already"
    assert ONE.reached(b'"Refund', b'"Refund"') == {b'"'}


def test_white_space_between_values_does_not_count_and_in_labels_it_does() -> None:
    assert LIST.follow(b"", b' [ "A" ,\n"B, c" ]}') == b'["A","B, c"]'
    assert LIST.follow(b'["B,', b"c") is None
    assert ONE.follow(b"", b' "Refund  r') is None


@pytest.mark.parametrize(
    ("said", "token", "forced"),
    [
        (b"", b'"', False),
        (b'"', b"G", False),
        (b'"G', b'ood"}', True),
        (b'"Refund', b'"', False),
        (b'"Refund ', b"re", True),
        (b'"Go', b"lf", False),
    ],
)
def test_a_token_is_forced_where_nothing_else_could_follow(said: bytes, token: bytes, forced: bool) -> None:
    assert ONE.is_forced(said, token) == forced


def test_values_are_spelt_in_letters_or_in_escapes() -> None:
    values = AllowedValues(["体育", "Good"])
    assert values.spelt_as('"体育"'.encode()) is values
    escaped = values.spelt_as(b'"\\u4f53\\u80b2"')
    assert escaped is not None
    assert escaped.options(b'"\\') == (b'u4f53\\u80b2"',)
    assert values.spelt_as(b'"good"') is None


@pytest.mark.parametrize(
    ("schema", "known"),
    [
        ({"type": "string", "enum": ["a"]}, True),
        ({"type": ["string", "null"], "enum": ["a", None]}, True),
        ({"type": "array", "items": {"type": "string", "enum": ["a"]}}, True),
        ({"type": "array", "items": {"type": "object"}}, False),
        ({"type": "integer", "enum": [1, 10]}, False),
        ({"type": "string"}, False),
    ],
)
def test_only_labels_are_known(schema: dict[str, Any], known: bool) -> None:
    assert (allowed_values(schema) is not None) == known


@given(st.lists(st.text(max_size=4), min_size=1, max_size=4, unique=True), st.data(), st.booleans())
def test_every_label_can_be_followed_byte_by_byte(labels: list[str], data: st.DataObject, listed: bool) -> None:
    values = AllowedValues(labels, listed)
    said = b""
    while options := values.options(said):
        if len(said) > 40:
            break
        option = data.draw(st.sampled_from(options))
        assert values.follow(said, option[:1]) == said + option[:1]
        said = values.follow(said, option) or b""
    assert values.follow(b"", said) == said
