"""Where the values of an answer are."""

from backend.domain.chat.value_places import members, value_spans


def test_the_values_of_an_object_inside_another_one_are_found() -> None:
    text = '{"a": {"b": 1, "c": "x"}}'
    first, last = value_spans(text)["a"]
    assert {key: text[slice(*place)] for key, place in members(text, first, last).items()} == {"b": "1", "c": '"x"'}


def test_without_an_object_there_are_none() -> None:
    assert value_spans("none") == {}
