"""Filters of results by class: each control's classes, under the names that `output_classes` lists."""

from types import SimpleNamespace
from typing import Any

import pytest

from backend.domain.labels.config import read_config
from backend.domain.labels.regions import from_result
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome
from backend.domain.task import Task
from backend.interfaces.web.api.bodies import TasksQuery
from backend.interfaces.web.api.results import _among, _is_wanted, _labels, _task_ids
from backend.services.analysis.answered_tasks import AnsweredTask

TEXT = '<Text name="t" value="$text"/>'
RANKER = (
    '<List name="items" value="$items"/><Ranker name="f" toName="items"><Bucket name="good"/><Bucket name="bad"/>'
    "</Ranker>"
)
TAXONOMY = (
    '<Taxonomy name="f" toName="t"><Choice value="Refund"><Choice value="Late"/></Choice><Choice value="Praise"/>'
    "</Taxonomy>"
)
CHOICES = '<Choices name="f" toName="t"><Choice value="Good"/><Choice value="Bad"/></Choices>'
SPANS = '<Labels name="f" toName="t"><Label value="Name"/><Label value="Place"/></Labels>'
NUMBER = '<Number name="f" toName="t"/>'
REPEATER = (
    '<Repeater on="$items" indexFlag="{{idx}}"><Text name="i_{{idx}}" value="$items[{{idx}}].text"/>'
    '<Choices name="f_{{idx}}" toName="i_{{idx}}"><Choice value="Good"/><Choice value="Bad"/></Choices></Repeater>'
)
SPAN = {"start": 0, "end": 2, "text": "Al", "labels": ["Name"]}


def region(kind: str, value: Any, name: str = "f", to_name: str = "t") -> dict[str, Any]:
    return {"from_name": name, "to_name": to_name, "type": kind, "value": {kind: value}}


def schema_of(control: str) -> LabelSchema:
    return read_config(f"<View>{TEXT}{control}</View>")


@pytest.mark.parametrize(
    ("control", "result", "labels"),
    [
        (RANKER, [region("ranker", {"good": ["a"], "bad": ["b"]}, to_name="items")], {"good", "bad"}),
        (TAXONOMY, [region("taxonomy", [["Refund", "Late"]])], {"Refund / Late"}),
        (CHOICES, [region("choices", ["Good"])], {"Good"}),
        (SPANS, [{**region("labels", ["Name"]), "value": SPAN}], {"Name"}),
        (NUMBER, [region("number", 3)], {"3"}),
        (
            REPEATER,
            [region("choices", ["Good"], "f_0", "i_0"), region("choices", ["Bad"], "f_1", "i_1")],
            {"Good", "Bad"},
        ),
    ],
    ids=["buckets", "paths", "choices", "spans", "number", "repeated"],
)
def test_each_control_has_its_classes(control: str, result: list[Any], labels: set[str]) -> None:
    schema = schema_of(control)
    answer = from_result(result, schema)
    (name,) = answer
    assert _labels(answer, None, schema) == _labels(answer, name, schema) == labels
    assert _labels(answer, "other", schema) == _labels({}, None, schema) == set()


def answered(task: int, answer: list[str], truth: list[str]) -> AnsweredTask:
    schema = schema_of(TAXONOMY)
    held, true = (from_result([region("taxonomy", [path])], schema) for path in (answer, truth))
    return AnsweredTask(Task(task, {}), Outcome(task, held), true, held == true, "", "m", schema)


ITEMS = [answered(1, ["Refund", "Late"], ["Refund", "Late"]), answered(2, ["Praise"], ["Refund", "Late"])]


def test_paths_are_found_as_they_are_listed() -> None:
    listed = schema_of(TAXONOMY).fields[0].known_classes
    assert "Refund / Late" in listed
    assert [item.task.id for item in _among(ITEMS, TasksQuery(output_class="Refund / Late"))] == [1]
    wanted = {
        outcome: [
            item.task.id
            for item in ITEMS
            if _is_wanted(item, TasksQuery(alignment_outcome=outcome, alignment_class="Refund / Late"))
        ]
        for outcome in ("all", "true_positive", "false_positive", "false_negative")
    }
    assert wanted == {"all": [1, 2], "true_positive": [1], "false_positive": [], "false_negative": [2]}


def test_the_tasks_of_a_run_are_those_of_no_other() -> None:
    run = SimpleNamespace(run=SimpleNamespace(id="key"))
    outcomes = {"key": [SimpleNamespace(task_id=3), SimpleNamespace(task_id=5)]}
    call: Any = SimpleNamespace(
        objects=SimpleNamespace(run={4: run}.__getitem__), app=SimpleNamespace(outcomes=outcomes.__getitem__)
    )
    nothing: Any = None
    assert _task_ids(call, nothing, 4) == {3, 5}
