"""Answers are written as Label Studio showed them, and annotations are read as it saved them."""

from typing import Any

import pytest

from backend.domain.labels.regions import from_result, to_result
from backend.domain.labels.related import json_of
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Rejection
from tests.control_sets import SETS, Json, control_set, linked

TASKS = range(5)
MAY_STAY_EMPTY = {"multi": ("summary", "stars"), "number": ("amount",), "rating": ("stars",)}
"""Controls that are not required: we let a model leave them empty, the schemas of these sets do not."""
OWN_IDS = ("relations",)
"""Sets whose spans have ids in an answer: an example gives them ids of its own."""


def nullable(json_schema: Json, names: tuple[str, ...]) -> Json:
    """The same, where these properties may be null."""
    changed: Json = {**json_schema, "properties": dict(json_schema["properties"])}
    for name in names:
        said = changed["properties"][name]
        values = {"enum": [*said["enum"], None]} if "enum" in said else {}
        changed["properties"][name] = {**said, "type": [said["type"], "null"], **values}
    return changed


def without_places(said: Any) -> Any:
    """What a model said, without the quotes: an example quotes the task's own words, and after which ones they come
    only where that is needed."""
    if isinstance(said, list):
        return [without_places(item) for item in said]
    if isinstance(said, dict) and "before" in said:
        return {key: value for key, value in said.items() if key not in ("text", "before")}
    return said


def answered(name: str, number: int) -> tuple[LabelSchema, Any]:
    found = control_set(name)
    schema = found.bound(number)
    answer = schema.parse(found.answers[number])
    assert not isinstance(answer, Rejection)
    return schema, answer


def test_all_sets_are_there() -> None:
    assert len(SETS) == 22
    assert MAY_STAY_EMPTY.keys() <= set(SETS)


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_asked_for(name: str) -> None:
    found = control_set(name)
    assert found.schema.unsupported == ()
    assert len(found.tasks) == len(found.answers) == len(found.truths) == len(found.predicted) == len(TASKS)
    wanted = nullable(found.json_schema, MAY_STAY_EMPTY.get(name, ()))
    assert [found.bound(number).json_schema() for number in TASKS] == [wanted] * len(TASKS)


@pytest.mark.parametrize("number", TASKS)
@pytest.mark.parametrize("name", SETS)
def test_an_answer_is_written_and_the_truth_read(name: str, number: int) -> None:
    found = control_set(name)
    schema, answer = answered(name, number)
    assert linked(to_result(answer, schema)) == linked(found.predicted[number])
    assert from_result(to_result(answer, schema), schema) == answer
    assert from_result(found.predicted[number], schema) == answer
    assert from_result(found.truths[number], schema) == answer


@pytest.mark.parametrize("number", TASKS)
@pytest.mark.parametrize("name", SETS)
def test_an_example_reads_as_the_answer_that_it_shows(name: str, number: int) -> None:
    schema, answer = answered(name, number)
    shown, said = json_of(answer, schema.fields), control_set(name).answers[number]
    assert schema.parse(shown) == answer
    if name not in OWN_IDS:
        assert {key: without_places(value) for key, value in shown.items()} == {
            key: without_places(value) for key, value in said.items()
        }
