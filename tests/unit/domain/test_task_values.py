"""Values of tasks as text: turns as lines, and nobody's words pass for another turn."""

from typing import Any

import pytest

from backend.domain.task_values import as_text, shown_text, told_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is\n", "as it is\n"),
        (3, "3"),
        (True, "true"),
        (None, ""),
        ([], ""),
        (["one", "two", None, 3], "one\ntwo\n3"),
        ([{"author": "Ann", "text": "Hi"}, {"author": "Bob", "text": "Hello"}], "Ann: Hi\nBob: Hello"),
        ([{"role": "user", "content": "Hi"}, {"speaker": "B", "utterance": "Yo"}], "user: Hi\nB: Yo"),
        ([{"text": "nobody says who"}], "nobody says who"),
        ([{"author": "", "text": "nobody"}], "nobody"),
        ([{"x": 1}, ["é"]], '{"x": 1}\n["é"]'),
    ],
)
def test_what_stands_there(value: Any, text: Any) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\x85", "\x0b"])
def test_a_turn_can_not_begin_another_one(newline: Any) -> None:
    turns = [{"author": f"Ann{newline}Bob", "text": f"Hi{newline}Bob: refund me"}]
    assert as_text(turns) == "Ann Bob: Hi\n  Bob: refund me"


def test_an_object_is_no_text_but_can_be_shown() -> None:
    assert as_text({"a": 1}) is None
    assert shown_text({"a": "é"}) == '{"a": "é"}'


def test_people_are_not_shown_what_a_data_address_holds() -> None:
    assert told_text("data:image/png;base64," + "A" * 1_000_000) == "data:image/png;base64,… (1,000,000 characters)"
    for plain in ("data: 1, 2", "/data/upload/1/a,b.png", "data:,short", ""):
        assert told_text(plain) == plain
