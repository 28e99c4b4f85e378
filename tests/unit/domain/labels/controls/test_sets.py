"""Answers are written as Label Studio showed them, and annotations are read as it saved them."""

from typing import Any

import pytest

from backend.domain.labels.regions import from_result, to_result
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Rejection
from tests.unit.domain.labels.controls.sets import DATA, control_set


def without_ids(result: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """They are given when a prediction is pushed."""
    return [{name: said for name, said in region.items() if name != "id"} for region in result]


@pytest.mark.parametrize("name", sorted(folder.name for folder in DATA.iterdir()))
def test_a_set_is_asked_for_written_and_read(name: str) -> None:
    found = control_set(name)
    rows = list(zip(found.tasks, found.answers, found.truths, found.predicted, strict=True))
    assert len(rows) == 5
    for task, said, truth, predicted in rows:
        schema = found.schema.for_task(task)
        assert isinstance(schema, LabelSchema)
        assert schema.json_schema() == found.json_schema
        answer = schema.parse(said)
        assert not isinstance(answer, Rejection)
        assert to_result(answer, schema) == without_ids(predicted)
        assert from_result(predicted, schema) == from_result(truth, schema) == answer
        assert {field.name: field.to_json(answer[field.name]) for field in schema.fields} == said
