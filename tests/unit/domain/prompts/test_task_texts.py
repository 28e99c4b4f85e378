"""The texts of a task: what a field that is no text is told to be."""

import pytest

from backend.domain.outcome import Failure
from backend.domain.prompts.task_texts import nothing_to_ask, text_of_field
from backend.domain.task import Task


@pytest.mark.parametrize(("value", "text"), [("a", "a"), (7, "7"), (None, "")])
def test_texts_and_numbers_are_texts(value: object, text: str) -> None:
    assert text_of_field(Task(1, {"text": value}), "text") == text


def test_a_field_that_is_missing_is_empty() -> None:
    assert text_of_field(Task(1, {}), "text") == ""


def test_an_object_is_told_with_a_part_to_name() -> None:
    failure = text_of_field(Task(1, {"text": {"body": "a"}}), "text")
    assert isinstance(failure, Failure)
    assert failure.detail.endswith("Name a part of it, like {text.body}.")


def test_what_is_not_there_is_named() -> None:
    assert nothing_to_ask(Task(1, {}), ["text"]) == "Its field 'text' is missing; the prompt needs text or a number."
    assert nothing_to_ask(Task(1, {"text": None}), ["text"]).startswith("Its field 'text' is null;")
    assert nothing_to_ask(Task(1, {}), ["a", "b"]).startswith("Its fields 'a', 'b' are all empty;")
