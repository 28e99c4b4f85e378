"""What a report says, from what versions said."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.answer import Labels
from backend.domain.calibration.threshold import RiskPoint
from backend.domain.dataset.ground_truth import NOTHING
from backend.domain.outcome import Failure, Outcome, Rejection, Truth, Usage
from backend.domain.reports.report import (
    LEAST,
    POINTS,
    ReportBasis,
    VersionAnswers,
    clipped,
    make_report,
    thinned,
)
from backend.domain.task import Task
from tests.scripted import any_text, some, sure_of, version
from tests.unit.domain.metrics.test_classification import SINGLE

A, B = {"c": Labels(("a",))}, {"c": Labels(("b",))}
TASKS = [Task(n, {"text": f"text {n}", "other": "secret"}) for n in range(1, 6)]
TRUTHS = [Truth(n, A) for n in range(1, 6)]
GROUND = ReportBasis("Inbox", "http://x/", TASKS, TRUTHS, NOTHING, SINGLE)
TWO = version(schema=SINGLE, number=2, variables=("text",))
ONE = version(schema=SINGLE, number=1, variables=("text",))
NOW = [
    Outcome(1, A, confidences=sure_of(0.9), usage=Usage(10, 5, 0.5, 1.0)),
    Outcome(2, B, confidences=sure_of(0.8), usage=Usage(10, 5, 0.25, 3.0)),
    Outcome(3, Rejection("not_json", "No."), usage=Usage(10, 5, 0.25, 2.0)),
    Outcome(4, Failure("timeout", "Late.")),
]
BEFORE = [Outcome(1, B), Outcome(2, A), Outcome(3, B), Outcome(4, A), Outcome(5, A)]


def made(before: Any = None, history: Any = ()) -> Any:
    said = VersionAnswers(TWO, NOW, {1: '{"c": "a"}', 3: "hm"})
    return make_report(said, before, GROUND, history)


def test_each_task_with_what_became_of_it() -> None:
    tasks = made().tasks
    assert [(t.task, t.reply.kind, t.reply.answer, t.reply.raw) for t in tasks] == [
        (2, "wrong", "b", None),
        (3, "rejected", None, "hm"),
        (4, "failed", None, None),
        (1, "right", "a", '{"c": "a"}'),
    ]
    assert [t.reply.reason for t in tasks] == [None, "not_json: No.", "timeout: Late.", None]
    assert {(t.text, t.truth, t.before, t.change) for t in tasks[-1:]} == {("text 1", "a", None, None)}


def test_the_surest_of_the_wrong_answers_come_first() -> None:
    outcomes = [
        Outcome(1, B, confidences=sure_of(0.2)),
        Outcome(2, B),
        Outcome(3, B, confidences=sure_of(0.9)),
        Outcome(4, A),
    ]
    found = make_report(VersionAnswers(TWO, outcomes, {}), None, GROUND, ())
    assert [t.task for t in found.tasks] == [3, 1, 2, 4]


def test_the_numbers_are_those_of_an_evaluation_and_what_was_not_asked_is_told() -> None:
    found = made()
    assert (found.evaluation.score.outputs, found.evaluation.score.correct, found.unasked) == (3, 1, 1)
    assert found.summary.tasks == 4
    assert found.pair is None
    assert [point.confidence for point in found.risk] == [0.9, 0.8]


def test_against_another_version_tasks_are_fixed_or_broken_as_the_comparison_counts() -> None:
    found = made(VersionAnswers(ONE, BEFORE, {1: "old"}))
    assert found.pair is not None
    assert found.pair.fixed == tuple(t.task for t in found.tasks if t.change == "fixed") == (1,)
    assert found.pair.broken == tuple(t.task for t in found.tasks if t.change == "broken") == (2,)
    assert (found.tasks[-1].before.answer, found.tasks[-1].before.raw) == ("b", "old")
    assert found.against == ONE


def test_very_long_texts_are_cut_so_that_the_report_stays_small() -> None:
    tasks = [Task(n, {"text": "é" * 50_000}) for n in range(3000)]
    truths = [Truth(task.id, A) for task in tasks]
    outcomes = [Outcome(task.id, A) for task in tasks]
    ground = ReportBasis("Inbox", "", tasks, truths, NOTHING, SINGLE)
    raw = {task.id: "x" * 50_000 for task in tasks}
    found = make_report(VersionAnswers(TWO, outcomes, raw), None, ground, [])
    assert sum(len(t.text.encode()) + len(some(some(t.reply).raw).encode()) for t in found.tasks) < 6_100_000
    assert all(len(t.text) > LEAST for t in found.tasks)


@given(any_text, st.integers(0, 40))
def test_a_clipped_text_is_its_beginning(text: Any, room: Any) -> None:
    found = clipped(text, room)
    assert found == text or (found.endswith("…") and text.startswith(found[:-1]))
    assert len(found.removesuffix("…").encode("utf-8", "surrogatepass")) <= max(room, 0) or found == text


def test_a_curve_keeps_its_ends() -> None:
    points = [RiskPoint(1 - n / 5000, n, 0, n / 5000, 0.0) for n in range(1, 5001)]
    found = thinned(points)
    assert len(found) == POINTS
    assert (found[0], found[-1]) == (points[0], points[-1])
    assert thinned(points[:5]) == points[:5]
