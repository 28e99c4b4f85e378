"""The object tags whose text can be marked: which text they show of a task, and what a model reads of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.domain.labels.config_tree import config_tree
from backend.domain.labels.inputs.objects import MarkedObject, PlainText, marked_object
from backend.domain.labels.placement.location import Location, Quote

TURNS = [{"who": "A", "says": "Hi", "start": 2}, {"who": "B", "says": "Bob", "start": 1}]


def shown_by(element: str) -> MarkedObject:
    found = marked_object(config_tree(element).root)
    assert not isinstance(found, str), found
    return found


@pytest.mark.parametrize(
    ("element", "data", "text", "read"),
    [
        ('<Text value="$t"/>', {"t": "Hi"}, "Hi", {}),
        ('<Text value="Q: $t"/>', {"t": "Hi"}, "Q: Hi", {}),
        ('<Text value="$t"/>', {"t": 5}, "5", {}),
        ('<HyperText value="$a.b"/>', {"a": {"b": "<p>x</p><p>y</p>"}}, "xy", {"a.b": "x\ny"}),
        (
            '<Paragraphs value="$t" nameKey="who" textKey="says"/>',
            {"t": TURNS},
            "Hi\nBob",
            {"t": "[0] A: Hi\n[1] B: Bob"},
        ),
        (
            '<Paragraphs value="$t" namekey="who" textkey="says" contextScroll="true"/>',
            {"t": TURNS},
            "Bob\nHi",
            {"t": "[0] B: Bob\n[1] A: Hi"},
        ),
    ],
)
def test_a_text_is_shown_and_read(element: str, data: dict[str, Any], text: str, read: dict[str, str]) -> None:
    marked = shown_by(element)
    shown = marked.text_of(data)
    assert shown is not None
    assert shown.text == text
    assert marked.read(data) == read


@pytest.mark.parametrize("element", ['<Text value="$t"/>', '<HyperText value="$t"/>', '<Paragraphs value="$t"/>'])
@pytest.mark.parametrize("value", [True, {"a": 1}, [1]])
def test_data_of_another_kind_is_not_shown(element: str, value: Any) -> None:
    assert shown_by(element).text_of({"t": value}) is None
    assert shown_by(element).read({"t": value}) == {}


@pytest.mark.parametrize(
    ("element", "why"),
    [
        ('<Image value="$i"/>', "not supported yet on <Image>"),
        ('<Text value="https://host/$t" valueType="url"/>', "shows more than one field of the task"),
        ('<Text value="always"/>', "shows nothing of the task"),
        ('<HyperText value="$a and $b"/>', "shows more than one field of the task"),
        ('<Paragraphs value="$a $b"/>', "shows more than one field of the task"),
    ],
)
def test_what_cannot_be_marked_says_why(element: str, why: str) -> None:
    found = marked_object(config_tree(element).root)
    assert isinstance(found, str)
    assert why in found


def test_what_changes_the_offsets_changes_the_identity() -> None:
    elements = ['<HyperText value="$t"/>', '<HyperText value="$t" inline="true"/>', '<Paragraphs value="$t"/>']
    elements += [f'<Paragraphs value="$t" {key}/>' for key in ('textKey="says"', 'contextScroll="true"')]
    assert len({str(shown_by(element).identity) for element in elements}) == len(elements)
    assert shown_by('<Text value="$t"/>').identity == [], "that of a version that was saved before stays"


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
