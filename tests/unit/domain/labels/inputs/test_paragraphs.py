"""<Paragraphs>: turns, whose numbers are strings, and UTF-16 units within them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.labels.inputs.paragraphs import Dialogue, Turn, dialogue
from backend.domain.labels.placement.location import Location, Quote, Unlocated

TURNS = [
    {"author": "Clerk", "text": "Hello, 😀 Anna"},
    {"author": "Anna", "text": "😀 I live in Oslo\r\n😀 with Bob"},
    {"author": "Clerk", "text": ""},
]


def shown() -> Dialogue:
    found = dialogue(TURNS)
    assert found is not None
    return found


def test_a_quote_is_placed_in_its_turn() -> None:
    [found] = shown().locate([Quote("Bob", "PER", turn=1)])
    assert isinstance(found, Location)
    assert shown().value(found.start, found.end) == {
        "start": "1",
        "end": "1",
        "startOffset": 27,
        "endOffset": 30,
        "text": "Bob",
    }


def test_quotes_are_looked_for_in_their_own_turns_alone() -> None:
    quotes = [
        Quote("Anna", "PER", turn=1),
        Quote("Anna", "PER", turn=0),
        Quote("Anna", "PER"),
        Quote("Anna", "PER", turn=9),
    ]
    absent = Unlocated("absent")
    assert shown().locate(quotes) == [absent, Location(9, 13, "exact"), absent, absent]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"start": "0", "end": "0", "startOffset": 10, "endOffset": 14}, "Anna"),
        ({"start": "0", "end": "1", "startOffset": 10, "endOffset": 2}, "Anna\n😀"),
        ({"start": 0, "end": 0, "startOffset": 10, "endOffset": 14}, None),
        ({"start": "0", "end": "0"}, None),
        ({"start": "40", "end": "40", "startOffset": 1, "endOffset": 2}, None),
        ({"start": "-1", "end": "0", "startOffset": 1, "endOffset": 2}, None),
        ({"start": "0", "end": "0", "startOffset": 10, "endOffset": 99}, "Anna"),
    ],
)
def test_a_value_is_read_as_the_screen_shows_it(value: dict[str, Any], expected: str | None) -> None:
    span = shown().span(value)
    assert (None if span is None else shown().text[slice(*span)]) == expected


def test_a_model_reads_numbered_turns_and_nobody_can_begin_one() -> None:
    found = dialogue([{"author": "A\n[9] B", "text": "one\n[1] B: two"}, {"author": "B", "text": "three"}])
    assert found is not None
    assert found.prompt == "[0] A [9] B: one\n    [1] B: two\n[1] B: three"


def test_keys_are_those_of_the_config() -> None:
    turns = [{"who": "A", "said": "x"}, {"who": None, "said": 3}]
    assert dialogue(turns, "who", "said") == Dialogue((Turn("A", "x"), Turn("", "3")))
    assert dialogue(turns) is None


@pytest.mark.parametrize("value", [None, "text", {}, [], ["text"], [{"author": "A", "text": "x"}, "y"]])
def test_what_is_not_a_dialogue(value: object) -> None:
    assert dialogue(value) is None


def test_with_context_scroll_turns_are_shown_by_time() -> None:
    turns = [{"author": a, "text": a, "start": start} for a, start in (("c", 3), ("z", 0), ("a", 1), ("b", 2.5))]
    found = dialogue(turns, sorts=True)
    assert found is not None
    assert [turn.text for turn in found.turns] == ["a", "b", "c", "z"]
    odd = dialogue([{"author": a, "text": a, "start": "0:0" + a} for a in "21"], sorts=True)
    assert odd is not None
    assert [turn.text for turn in odd.turns] == ["2", "1"]


texts = st.lists(st.text(st.sampled_from("ab 😀𠮷é\r\n"), max_size=8), min_size=1, max_size=5)


@given(texts, st.data())
def test_every_place_is_read_as_it_was_written(turns: list[str], data: st.DataObject) -> None:
    found = Dialogue(tuple(Turn("A", text) for text in turns))
    number = data.draw(st.integers(0, len(turns) - 1))
    first = sum(len(text) + 1 for text in turns[:number])
    start = data.draw(st.integers(0, len(turns[number])))
    end = data.draw(st.integers(start, len(turns[number])))
    if start < end:
        value = found.value(first + start, first + end)
        assert value["start"] == value["end"] == str(number)
        assert value["text"] == turns[number][start:end]
        assert found.span(value) == (first + start, first + end)
