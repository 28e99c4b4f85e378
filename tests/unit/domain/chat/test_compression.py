"""Texts of tokens in fewer bytes: exact, readable as they were stored before, and never silently wrong."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.chat.compression import compressed, expanded

TYPICAL = json.dumps(
    [[12, "orde", -1.3693064413824143, [["orde", -1.369306], ["card", -1.980088], ["top", -2.939141], ["", -9999.0]]]]
)


@given(st.text(st.characters(max_codepoint=127)))
def test_any_text_comes_back_exactly(text: str) -> None:
    assert expanded(compressed(text)) == text


@given(st.lists(st.text(st.characters(max_codepoint=127)), min_size=2, max_size=2))
def test_two_texts_come_back_exactly(texts: list[str]) -> None:
    """As JSON, in which a line break is written otherwise."""
    written = list(map(json.dumps, texts))
    stored = compressed(*written)
    assert [expanded(stored, place) for place in (0, 1)] == written


def test_two_texts_in_one_take_less_than_each_by_itself() -> None:
    assert len(compressed(TYPICAL, TYPICAL[:60])) < len(compressed(TYPICAL)) + len(compressed(TYPICAL[:60]))


def test_a_long_text_comes_back_exactly() -> None:
    text = json.dumps([[f"label {number % 700}", -number / 7] for number in range(5000)])
    assert expanded(compressed(text)) == text


def test_a_typical_text_takes_less() -> None:
    tokens = json.dumps([['{"', 0.0], ["mood", 0.0], ['": ', 0.0], ['"', 0.0], ["Go", -0.25], ['"', 0.0], ["}", 0.0]])
    assert len(compressed(tokens)) < len(tokens) / 2
    assert len(compressed(TYPICAL)) < len(TYPICAL)


def test_what_was_stored_as_text_is_read_as_it_is() -> None:
    assert expanded(TYPICAL) == expanded(TYPICAL.encode()) == TYPICAL


def test_what_this_release_stores_is_read_for_ever() -> None:
    """Stored by an earlier run of `compressed`: another dictionary without another first byte would lose it."""
    stored = bytes.fromhex("018b4655ef9eafa40314353285980ad30e00")
    assert expanded(stored) == '[["{\\"",0.0],["Go",-0.25],["\\"}",0.0]]'
    both = bytes.fromhex("028b4655ef9eafa40314353285980ad3ce151d6da48390049986a2d20fc431d4338d050200")
    assert expanded(both) == '[["{\\"",0.0],["Go",-0.25],["\\"}",0.0]]'
    assert expanded(both, 1) == '[[2,"Go",-0.25,[["Go",-0.25],["No",-1.5]]]]'


@pytest.mark.parametrize(
    "damaged",
    [compressed(TYPICAL)[:-5], b"\x01\xff\xff\xff", b"\x01", b"\x01" + bytes(9), b"\x02\xff\xff", "é".encode()],
)
def test_damage_is_told(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="A stored answer is damaged"):
        expanded(damaged)
