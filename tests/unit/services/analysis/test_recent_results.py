"""What a run answered last, and that the many pages that follow it read it once."""

from dataclasses import replace
from typing import Any

import pytest

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.recent_tasks import RecentTaskStore
from backend.domain.outcome import Failure
from backend.services.analysis.recent_results import FRESH_S, MOST_REMEMBERED, RecentResult, RecentRows, recent_results
from tests.clock import Clock
from tests.labelled_project import STUDIO, LabelledProject

ROW = RecentResult(1, "text 1", "Good", None, None, None, "")


def test_each_ending_of_a_task_is_told(store: Store) -> None:
    project = LabelledProject(store, tasks=4, truths={})
    mood = project.saved()
    run = project.run(mood, {1: "Good", 2: "oh {", 3: Failure("server", "It failed.")})
    rows = recent_results(RecentTaskStore(store), project.studio, project.stored, mood, run)
    assert [(row.task, row.text, row.answer, row.reason) for row in rows] == [
        (3, "text 3", None, "server"),
        (2, "text 2", None, "not_json"),
        (1, "text 1", "Good", None),
    ]
    assert rows[2].link == f"{STUDIO}/projects/7/data?task=1"
    assert rows[2].cost_usd == 10


def test_they_are_read_again_after_some_seconds_and_for_each_run() -> None:
    clock, reads = Clock(1.0), list[str]()

    def read(run: str) -> Any:
        reads.append(run)
        return [replace(ROW, task=len(reads))]

    recent = RecentRows(clock)
    assert [recent.of("a", lambda: read("a"))[0].task for _ in range(50)] == [1] * 50
    assert recent.of("b", lambda: read("b"))[0].task == 2
    clock.now += FRESH_S
    assert recent.of("a", lambda: read("a"))[0].task == 3
    for number in range(MOST_REMEMBERED):
        recent.of(str(number), lambda: read("more"))
    recent.of("a", lambda: read("a again"))
    assert reads[-1] == "a again", "the oldest are forgotten"


def test_nobody_waits_for_who_reads() -> None:
    recent = RecentRows(Clock(1.0))
    seen = list[Any]()

    def read() -> Any:
        seen.append(recent.of("a", lambda: pytest.fail("two read at once")))
        return [ROW]

    assert recent.of("a", read) == [ROW]
    assert seen == [[]], "who asks meanwhile gets what was there before"
    assert recent.of("a", lambda: pytest.fail("it is fresh")) == [ROW]


def test_after_trouble_it_is_tried_again_later() -> None:
    clock = Clock(1.0)
    recent = RecentRows(clock)
    with pytest.raises(ValueError, match="away"):
        recent.of("a", away)
    assert recent.of("a", away) == []
    clock.now += FRESH_S
    assert recent.of("a", lambda: [ROW]) == [ROW]


def away() -> Any:
    raise ValueError("away")
