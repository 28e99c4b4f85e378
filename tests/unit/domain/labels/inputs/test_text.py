"""<Text>: 22 strings on which a quote was marked in Label Studio 1.23.2, and values that it shows otherwise."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.domain.labels.inputs.text import PlainText
from backend.domain.labels.placement.location import Location, Quote

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "text_cases.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_offsets_are_those_that_the_screen_saved(case: dict[str, Any]) -> None:
    shown, saved = PlainText.of(case["text"]), case["saved_by_ui"]
    found = shown.locate([Quote(case["quote"], "PER")])
    assert found == [Location(saved["start"], saved["end"], "exact")]
    assert shown.span(saved) == (saved["start"], saved["end"])
    assert shown.value(saved["start"], saved["end"])["text"] == case["quote"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"start": 9, "end": 12}, "Bob"),
        ({"start": 9, "end": 12, "text": "Oslo"}, "Bob"),
        ({"start": 9, "end": 500}, "Bob in 😀 Oslo."),
        ({"start": -3, "end": 4}, "Anna"),
        ({"start": 9.0, "end": "12"}, "Bob"),
        ({"start": 9.5, "end": 12}, None),
        ({"start": 400, "end": 500}, None),
        ({"start": 12, "end": 9}, None),
        ({"start": 9, "end": 9}, None),
        ({"start": None, "end": 9}, None),
        ({"start": True, "end": 9}, None),
        ({"start": "x", "end": float("nan")}, None),
        ({}, None),
    ],
)
def test_a_value_is_read_as_the_screen_shows_it(value: dict[str, Any], expected: str | None) -> None:
    shown = PlainText.of("Anna met Bob in 😀 Oslo.")
    span = shown.span(value)
    assert (None if span is None else shown.text[slice(*span)]) == expected
