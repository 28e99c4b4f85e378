"""One flat row for each task."""

from typing import Any

from backend.domain.answer import Labels
from backend.domain.cascade import Cascade, joined
from backend.domain.labels.config import read_config
from backend.domain.outcome import Failure, Outcome, Rejection, Usage
from backend.domain.reports.table_rows import TableLayout
from backend.domain.task import Task
from tests.scripted import choices, sure_of, version

SCHEMA = choices("a", "b", choice="multiple")
LAYOUT = TableLayout(version("{text} {answer}", SCHEMA, variables=("text", "answer")), SCHEMA)
TASK = Task(7, {"text": "=1+1", "answer": ["x"], "other": 1})


def row(outcome: Any, truth: Any = None) -> Any:
    values = LAYOUT.row(TASK, outcome, truth, "http://x/7")
    return dict(zip([column.name for column in LAYOUT.columns], values, strict=True))


def test_an_answer_with_its_truth() -> None:
    found = row(
        Outcome(7, {"mood": Labels(("a",))}, "d", sure_of(0.5), Usage(10, 5, 0.25, 1.5)), {"mood": Labels(("a", "b"))}
    )
    assert found == {
        "task": 7,
        "data.text": "=1+1",
        "data.answer": ["x"],
        "truth.mood": ["a", "b"],
        "answer.mood": ["a"],
        "verdict": "usable",
        "reason": None,
        "detail": None,
        "confidence": 0.5,
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "cost_usd": 0.25,
        "seconds": 1.5,
        "link": "http://x/7",
    }


def test_what_is_not_there_is_none() -> None:
    found = row(Outcome(7, Rejection("not_json", "No.")))
    assert (found["truth.mood"], found["answer.mood"], found["confidence"], found["cost_usd"]) == (None,) * 4
    assert (found["verdict"], found["reason"], found["detail"]) == ("rejected", "not_json", "No.")
    assert row(Outcome(7, Failure("timeout", "Late.")))["verdict"] == "failed"


def test_a_single_label_is_a_text_and_none_chosen_is_none() -> None:
    schema = choices("a", inside='visibleWhen="x"')
    layout = TableLayout(version(schema=schema), schema)
    assert [c.kind for c in layout.columns if c.name == "answer.mood"] == ["text"]
    for value, shown in ((Labels(("a",)), "a"), (None, None)):
        assert layout.row(TASK, Outcome(7, {"mood": value}), None, "")[3] == shown


def test_several_controls_have_a_confidence_each() -> None:
    schema = read_config(
        '<View><Text name="t" value="$text"/><Choices name="a" toName="t"><Choice value="x"/></Choices>'
        '<Choices name="b" toName="t"><Choice value="y"/></Choices></View>'
    )
    layout = TableLayout(version(schema=schema), schema)
    outcome = Outcome(7, {"a": Labels(("x",)), "b": Labels(("y",))}, confidences=sure_of(0.4, {"a": 0.5, "b": 0.8}))
    found = dict(zip([c.name for c in layout.columns], layout.row(TASK, outcome, None, ""), strict=True))
    assert [found[name] for name in ("confidence", "confidence.a", "confidence.b")] == [0.4, 0.5, 0.8]
    assert "confidence.mood" not in [column.name for column in LAYOUT.columns]


def test_a_cascade_says_which_model_answered() -> None:
    layout = TableLayout(version(schema=SCHEMA, model="cheap", cascade=Cascade("dear", below=0.5)), SCHEMA)
    place = [column.name for column in layout.columns].index("model")
    first = Outcome(7, {"mood": Labels(("a",))}, confidences=sure_of(0.3))
    rows = [layout.row(TASK, outcome, None, "") for outcome in (first, joined(first, first))]
    assert [row[place] for row in rows] == ["cheap", "dear"]
