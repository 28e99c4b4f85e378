"""Paths into a task's data."""

from typing import Any

import pytest

from backend.domain.data_paths import MISSING, look_up, root

DATA = {"review": {"body": "Fine", "none": None}, "turns": [{"text": "Hi"}, {"text": "Ho"}], "review.body": "first"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("review.body", "first"),
        ("review.none", None),
        ("turns[1].text", "Ho"),
        ("turns.0.text", "Hi"),
        ("turns[2].text", MISSING),
        ("turns.text", MISSING),
        ("turns[9999999999]", MISSING),
        ("nothing", MISSING),
    ],
)
def test_a_path_leads_to_a_value_or_nowhere(name: str, value: Any) -> None:
    assert look_up(DATA, name) == value


def test_a_path_that_goes_through_a_text_leads_nowhere() -> None:
    assert look_up({"review": "Fine"}, "review.body") is MISSING


@pytest.mark.parametrize(("name", "field"), [("text", "text"), ("a.b[0]", "a"), ("turns[0].text", "turns"), ("", "")])
def test_a_path_begins_with_a_field(name: str, field: str) -> None:
    assert root(name) == field
