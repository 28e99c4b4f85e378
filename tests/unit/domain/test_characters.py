"""What cannot be seen is found and shown; what scripts and emoji need is left alone."""

import json
from typing import Any

import pytest
from hypothesis import given

from backend.domain.characters import escaped, invisible, is_blank, is_storable, named, quoted
from tests.scripted import any_text


@pytest.mark.parametrize(
    "character",
    list("\u200b\xa0\u202e\u2066\ufeff\xad\u2028\n\t\x7f\x85\u3164\u2800\u2009\u200d\u200c\U000e0041\u2060\u061c"),
)
def test_hidden_characters_are_found_and_escaped(character: Any) -> None:
    text = f"Go{character}od"
    assert invisible(text) == [character]
    assert escaped(text).isprintable()
    assert json.loads(quoted(text, 100)) == text


@pytest.mark.parametrize(
    "text",
    [
        "Good",
        "a b",
        "Réclamation",
        "❤️ 👩‍👩‍👧",
        "\U0001f3f4\U000e0067\U000e0062\U000e007f",
        "می\u200cخواهم",
        "e\u0301",
        "漢字",
        "क्\u200dष",
    ],
)
def test_what_is_needed_to_write_a_text_is_left_alone(text: Any) -> None:
    assert invisible(text) == []
    assert escaped(text) == text


@given(any_text)
def test_quotes_hold_any_text_on_one_line(text: Any) -> None:
    found = quoted(text, 10_000)
    assert found.isprintable() or len(found.splitlines()) == 1
    assert json.loads(found.replace("\\ud", "\\\\ud")) is not None


def test_long_texts_are_cut() -> None:
    assert len(quoted("x" * 1000, 20)) == 22


def test_a_character_has_a_name() -> None:
    assert named("\u200b") == "U+200B ZERO WIDTH SPACE"
    assert named("\n") == "U+000A"


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b", "\ufeff\u2060 ", "\u3164"])
def test_a_text_of_hidden_characters_is_blank(text: str) -> None:
    assert is_blank(text)
    assert not is_blank(f"{text}a")


def test_a_text_with_half_a_character_or_nul_cannot_be_stored() -> None:
    assert all(map(is_storable, ("", "\U0001f600 a\nb", "\u200b\ufffe")))
    assert not any(map(is_storable, ("a\0", "\ud83d", "\udc00b")))
