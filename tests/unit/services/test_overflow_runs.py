"""What is left of a batch is given to a run: once, in its turn, and never so that anybody has to wait."""

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.adapters.label_studio.http import Faulted, Unreachable
from backend.domain.dataset.subset import Subset
from backend.domain.runs.run import START_S, Run
from backend.domain.runs.stop_reason import INTERRUPTED, StopKind
from backend.errors import (
    PromptError,
    PromptsError,
    ProviderAwayError,
    QueueError,
    RunError,
    StoreAwayError,
    UsedUpError,
)
from backend.services import overflow_runs as module
from backend.services.overflow_runs import OverflowRuns
from backend.services.run_control.ownership import only_one
from backend.services.run_control.status import status_of

TAG = "mood@1"


class Runs:
    def __init__(self) -> None:
        self.started: list[tuple[str, tuple[int, ...]]] = []
        self.trouble: Exception | None = None
        self.over: dict[str, Any] = {}
        self.tries = 0
        self.ended: list[str] = []

    def start(self, tag: Any, tasks: Any) -> Any:
        self.tries += 1
        if self.trouble:
            raise self.trouble
        self.started.append((tag, tasks))
        return SimpleNamespace(id=f"run{len(self.started)}")

    def find(self, run: str) -> Any:
        found = self.over.get(run, {"status": "in_progress"})
        if found is None:
            raise RunError(f"There is no run '{run}'.")
        return SimpleNamespace(**{"id": run, "stop": StopKind.OTHER, "reason": "", **found})


@pytest.fixture
def runs() -> Runs:
    return Runs()


@pytest.fixture
def rest(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> OverflowRuns:
    monkeypatch.setattr(module, "EVERY_S", 3600)
    return OverflowRuns(runs.start, runs.find, runs.ended.append)


def test_they_are_given_to_a_run_and_remembered_until_it_has_ended(runs: Runs, rest: OverflowRuns) -> None:
    rest.add(TAG, [3, 1])
    assert rest.of(TAG) == {1, 3}
    assert runs.started == []
    rest.look()
    rest.look()
    assert runs.started == [(TAG, (1, 3))]
    assert rest.of(TAG) == {1, 3}
    assert rest.of("mood@2") == set()
    runs.over["run1"] = {"status": "completed"}
    rest.look()
    assert rest.of(TAG) == set()
    assert len(runs.started) == 1


def test_what_comes_meanwhile_waits_for_its_turn(runs: Runs, rest: OverflowRuns) -> None:
    rest.add(TAG, [1, 2])
    rest.look()
    rest.add(TAG, [2, 3])
    rest.look()
    assert rest.of(TAG) == {1, 2, 3}
    assert len(runs.started) == 1
    runs.over["run1"] = {"status": "completed"}
    rest.look()
    assert runs.started[1:] == [(TAG, (3,))]
    assert rest.of(TAG) == {3}


def test_a_run_that_was_deleted_is_over_and_holds_up_no_other_version(runs: Runs, rest: OverflowRuns) -> None:
    rest.add(TAG, [1])
    rest.look()
    runs.over["run1"] = None
    rest.add(TAG, [2])
    rest.add("mood@2", [7])
    rest.look()
    assert runs.started == [(TAG, (1,)), (TAG, (2,)), ("mood@2", (7,))]
    assert rest.of(TAG) == {2}


PASSING = (
    RunError("Run 1f is under way."),
    Unreachable("Label Studio is away."),
    Faulted(500, "Label Studio answered 500."),
    StoreAwayError("The database is locked."),
    QueueError("Redis does not answer."),
    ProviderAwayError("There is no key for now."),
    UsedUpError("The day is used up."),
)


@pytest.mark.parametrize("trouble", PASSING, ids=lambda trouble: type(trouble).__name__)
def test_what_passes_is_waited_for(
    runs: Runs, rest: OverflowRuns, caplog: pytest.LogCaptureFixture, trouble: PromptsError
) -> None:
    caplog.set_level("INFO")
    runs.trouble = trouble
    rest.add(TAG, [1])
    rest.look()
    rest.look()
    assert rest.of(TAG) == {1}
    assert caplog.text.count(f"mood@1: 1 tasks wait: {trouble}") == 1, "it is told once"
    runs.trouble = None
    rest.look()
    rest.look()
    assert runs.started == [(TAG, (1,))]


@pytest.mark.parametrize(
    ("trouble", "rounds"),
    [
        (Faulted(500, "Label Studio answered 500."), [0, 1, 3, 7, 15, 31, 61, 91]),
        (RunError("Run 1f is under way."), list(range(100))),
    ],
    ids=["Label Studio fails", "another run"],
)
def test_the_pause_grows_while_no_run_can_begin(
    runs: Runs, rest: OverflowRuns, trouble: PromptsError, rounds: list[int]
) -> None:
    runs.trouble = trouble
    rest.add(TAG, [1])
    tried = list[int]()
    for number in range(100):
        before = runs.tries
        rest.look()
        tried += [number] * (runs.tries - before)
    assert tried == rounds


def test_what_no_run_can_be_started_for_is_told_and_given_up(
    runs: Runs, rest: OverflowRuns, caplog: pytest.LogCaptureFixture
) -> None:
    runs.trouble = PromptError("There is no version mood@1.")
    rest.add(TAG, [1, 2])
    rest.look()
    assert rest.of(TAG) == set()
    assert "mood@1: 2 tasks are left without a prediction: There is no version mood@1." in caplog.text


@pytest.mark.parametrize("stop", [StopKind.INTERRUPTED, StopKind.ABANDONED, StopKind.NEVER_BEGAN])
def test_the_tasks_of_a_run_that_was_interrupted_go_on_in_another(
    runs: Runs, rest: OverflowRuns, stop: StopKind
) -> None:
    rest.add(TAG, [1, 2])
    rest.look()
    runs.over["run1"] = {"status": "failed", "stop": stop}
    rest.look()
    assert runs.started == [(TAG, (1, 2)), (TAG, (1, 2))]
    assert rest.of(TAG) == {1, 2}
    assert runs.ended == ["run1"]


def test_runs_that_are_interrupted_again_and_again_are_told(
    runs: Runs, rest: OverflowRuns, caplog: pytest.LogCaptureFixture
) -> None:
    runs.over = {f"run{number}": {"status": "failed", "stop": StopKind.NEVER_BEGAN} for number in range(1, 9)}
    rest.add(TAG, [1, 2])
    for _ in range(20):
        rest.look()
    assert len(runs.started) == 4
    assert rest.of(TAG) == set()
    assert "`ls-prompts resume run4`" in caplog.text
    assert runs.ended == ["run1", "run2", "run3", "run4"], "the last one keeps no later run from starting"


@pytest.mark.parametrize(("status", "told"), [("failed", True), ("completed", False), ("canceled", False)])
def test_what_a_run_left_is_told_once(
    runs: Runs, rest: OverflowRuns, caplog: pytest.LogCaptureFixture, status: str, told: bool
) -> None:
    rest.add(TAG, [1, 2])
    rest.look()
    runs.over["run1"] = {"status": status, "stop": StopKind.BUDGET, "reason": "budget"}
    rest.look()
    rest.look()
    assert rest.of(TAG) == set()
    assert len(runs.started) == 1
    assert runs.ended == []
    assert caplog.text.count("before each of 2 tasks that were left over had a prediction (budget)") == told
    assert ("`ls-prompts resume run1`" in caplog.text) == told


def test_trouble_with_one_version_stops_no_other(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "EVERY_S", 3600)

    def find(_run: str) -> Any:
        raise StoreAwayError("The database is locked.")

    rest = OverflowRuns(runs.start, find, runs.ended.append)
    rest.add(TAG, [1])
    rest.look()
    rest.add("topic@1", [5])
    rest.look()
    assert runs.started[1:] == [("topic@1", (5,))]
    assert "mood@1: The database is locked." in caplog.text


def test_what_is_still_asked_here_waits_until_it_is_stored(runs: Runs, rest: OverflowRuns) -> None:
    asked = {2, 3}
    rest.add(TAG, [1, 2, 3], lambda: asked)
    rest.look()
    assert runs.started == [(TAG, (1,))]
    assert rest.of(TAG) == {1, 2, 3}
    runs.over["run1"] = {"status": "completed"}
    rest.look()
    assert len(runs.started) == 1
    asked.clear()
    rest.look()
    assert runs.started[1:] == [(TAG, (2, 3))]


def test_a_run_whose_process_never_began_makes_room_for_another(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY_S", 3600)
    now, record = [1_800_000_000.0], RunStore(store)
    monkeypatch.setattr(store, "clock", lambda: sa.literal(now[0], sa.Double))

    def start(tag: str, ids: tuple[int, ...]) -> Run:
        return record.create(NewRun(tag, 7, Subset("rest", ids=ids)), only_one)

    def find(run_id: str) -> Run:
        return status_of(record, record.run(run_id), lambda *_: lambda *_: 0.0).run

    rest = OverflowRuns(start, find, lambda run_id: record.finish(run_id, "canceled", *INTERRUPTED))
    rest.add(TAG, [1, 2])
    rest.look()
    now[0] += START_S
    rest.look()
    assert [run.status for run in record.runs(TAG)] == ["pending", "failed"]
    record.claim(record.runs(TAG)[0].id, "host:1")
    record.complete(record.runs(TAG)[0].id)
    rest.look()
    assert rest.of(TAG) == set()
