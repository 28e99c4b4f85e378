"""New tasks are given to one run at a time, within a day's budget, and never to a second one without a need."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from backend.adapters.database.projects.keep_ups import KeepUpStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.run_tasks import RunTask
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.advice import Advice
from backend.domain.dataset.subset import Subset
from backend.domain.keep_up import KeepUp
from backend.domain.outcome import Failure
from backend.domain.runs.run import OPEN, Run, TaskCounts
from backend.domain.runs.stop_reason import ABANDONED, BUDGET, INTERRUPTED, StopKind, StopReason
from backend.engine.budgets.budget_rules import MonthUsedUp
from backend.errors import RunError, SettingsError, UsedUpError
from backend.services.keep_up.follower import FollowerParts, TaskFollower
from backend.services.run_control.status import RunStatus
from tests.scripted import some, version

PROJECT, TAG = 7, "mood@1"


class FollowedProject:
    """A project's tasks, and runs that end as a test says."""

    def __init__(self, store: Store) -> None:
        store.save(version(name="mood", project=PROJECT))
        store.save(version(name="mood", project=PROJECT, template="Another {text}"))
        self.run_store, self.keep_ups = RunStore(store), KeepUpStore(store)
        self.keep_ups.save(KeepUp(PROJECT, True, 2.0, 10, TAG, "", "2026", 1, "ann@example.com"), "secret")
        self.tasks: list[int] = []
        self.tag: str | None = TAG
        self.spent: dict[str, float] = {}
        self.resumed: list[str] = []
        self.started: list[tuple[str, tuple[int, ...], float]] = []
        self.answered: list[int] = []
        self.trouble: Exception | None = None
        self.most = 1000.0
        self.watched = 0
        self.day = "2026-11-29"
        studio: Any = SimpleNamespace(ids_after=lambda project, task: [t for t in self.tasks if t > task])
        self.follower = TaskFollower(
            FollowerParts(
                self.keep_ups,
                studio,
                lambda project: self.tag,
                self.start,
                self.resume,
                self.watch,
                self.spent_on,
                lambda tag, tasks: [task for task in tasks if task in self.answered],
                lambda: self.day,
            )
        )

    def start(self, tag: str, tasks: Sequence[int], budget: float, person: int | None) -> Run:
        assert person == 1, "who turned it on"
        if self.trouble:
            raise self.trouble
        self.started.append((tag, tuple(tasks), budget))
        run = self.run_store.create(
            NewRun(tag, PROJECT, Subset("rest", ids=tuple(tasks)), budget=min(budget, self.most))
        )
        self.run_store.claim(run.id, "host:1")
        self.run_store.run_tasks.note(run.id, [RunTask(task, None) for task in tasks])
        return self.run_store.run(run.id)

    def resume(self, run_id: str, person: int | None) -> None:
        assert person == 1, "who turned it on"
        if self.trouble:
            raise self.trouble
        self.resumed.append(run_id)

    def watch(self, run_id: str) -> RunStatus:
        self.watched += 1
        counts = TaskCounts(0, 0, 0, 0, 0, 0, 0.0, spent_usd=self.spent.get(run_id, 0.0))
        return RunStatus(self.run_store.run(run_id), counts)

    def spent_on(self, project: int, day: str) -> float:
        return sum(self.spent.get(run_id, 0.0) for run_id in self.keep_ups.runs(project, day))

    def look(self) -> None:
        self.follower.look(PROJECT)

    def end(self, status: str, stop: StopReason | None = None, spent: float = 0.0) -> None:
        """Ends the newest run."""
        run = self.run_store.runs()[0]
        self.spent[run.id] = spent
        self.run_store.complete(run.id) if status == "completed" else self.run_store.finish(
            run.id, status, *(stop or StopReason())
        )

    def too_large(self, task: int) -> None:
        """The newest run finds no room for it in its budget."""
        self.run_store.run_tasks.note(
            self.run_store.runs()[0].id, [RunTask(task, None, Failure("budget", "Too large."))]
        )

    @property
    def now(self) -> KeepUp:
        return some(self.keep_ups.of(PROJECT))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[FollowedProject]:
    store = Store(f"sqlite:///{tmp_path / 'prompts.sqlite3'}")
    yield FollowedProject(store)
    store.close()


def test_new_tasks_are_given_to_a_run_once(world: FollowedProject) -> None:
    world.tasks = [9, 10, 11, 12]
    world.look()
    world.look()
    assert world.started == [(TAG, (11, 12), 2.0)]
    world.end("completed", spent=0.5)
    world.look()
    assert (len(world.started), world.now.since) == (1, 10)
    world.tasks.append(13)
    world.look()
    assert world.started[1:] == [(TAG, (13,), 1.5)]


def test_a_run_that_failed_is_tried_again_later(world: FollowedProject) -> None:
    world.tasks = [11]
    world.look()
    world.end("failed", StopReason("The provider is away."))
    world.keep_ups.note(PROJECT, changed="2026")
    world.look()
    assert (len(world.started), world.now.trouble) == (1, "The provider is away.")
    world.keep_ups.note(PROJECT, changed="2099")
    world.look()
    assert [tasks for _, tasks, _ in world.started] == [(11,), (11,)], "turned on again, it does not wait"
    assert world.now.trouble == ""


def test_a_run_that_used_up_a_connections_month_is_tried_again_later(world: FollowedProject) -> None:
    world.tasks = [11]
    world.look()
    world.end("canceled", StopReason(MonthUsedUp("groq").notice.sentence, StopKind.MONTHLY_BUDGET))
    world.keep_ups.note(PROJECT, changed="2026")
    world.look()
    assert len(world.started) == 1
    assert world.now.trouble.startswith("The monthly budget of connection 'groq' is used up")
    assert world.now.trouble.endswith(Advice.RAISE_AND_RESUME.value)
    world.keep_ups.note(PROJECT, changed="2099")
    world.look()
    assert len(world.started) == 2


@pytest.mark.parametrize(("status", "stop"), [("failed", ABANDONED), ("canceled", INTERRUPTED)])
def test_a_run_that_lost_its_process_is_resumed(world: FollowedProject, status: str, stop: StopReason) -> None:
    world.tasks = [11]
    world.look()
    world.end(status, stop)
    world.look()
    assert (world.resumed, len(world.started)) == ([world.run_store.runs()[0].id], 1)


def test_a_run_that_somebody_canceled_is_not_started_again(world: FollowedProject) -> None:
    world.tasks = [11]
    world.look()
    world.run_store.cancel(world.run_store.runs()[0].id)
    world.look()
    assert len(world.started) == 1
    assert "was canceled: turn keep-up on again to go on." in world.now.trouble


def test_a_day_without_money_pushes_what_is_answered_and_waits(world: FollowedProject) -> None:
    world.tasks = [11, 12, 13]
    world.look()
    world.end("canceled", BUDGET, spent=1.9)
    world.answered = [11, 12]
    world.look()
    assert [tasks for _, tasks, _ in world.started] == [(11, 12, 13), (11, 12)]
    world.look()
    assert "are used up" in world.now.trouble, "also while a run pushes what is answered"
    world.end("completed")
    world.answered = []
    world.look()
    assert len(world.started) == 2
    assert world.now.trouble.startswith("The 2 USD a day for new tasks of project 7 are used up: it goes on after")
    world.day = "2026-11-30"
    world.look()
    assert world.started[2:] == [(TAG, (13,), 2.0)]


def test_a_larger_budget_goes_on_the_same_day(world: FollowedProject) -> None:
    world.tasks = [11]
    world.look()
    world.end("canceled", BUDGET, spent=1.9)
    world.keep_ups.note(PROJECT, budget=4.0)
    world.look()
    assert world.started[1][2] == pytest.approx(2.1)


def test_another_version_takes_what_waits(world: FollowedProject) -> None:
    world.tasks = [11]
    world.look()
    world.end("completed")
    world.tasks.append(12)
    world.tag = "mood@2"
    world.look()
    assert world.started[1:] == [("mood@2", (12,), 2.0)]
    world.tag = None
    world.end("completed")
    world.look()
    assert "No version is in use in project 7" in world.now.trouble


def test_trouble_is_kept_for_people_and_off_is_off(world: FollowedProject) -> None:
    world.tasks = [11]
    world.trouble = SettingsError("The limit of the day is used up.")
    world.look()
    assert world.now.trouble == "The limit of the day is used up."
    state = world.follower.state(world.now)
    assert (state.waiting, state.spent, state.runs) == (1, 0, ())
    world.keep_ups.save(replace(world.now, on=False, trouble=""), "secret")
    world.look()
    assert (world.now.trouble, world.started) == ("", [])


def test_where_another_limit_leaves_too_little_for_a_request_it_waits(world: FollowedProject) -> None:
    """MAX_USD_PER_DAY or MONTHLY_BUDGET gave the run less than keep-up has left."""
    world.tasks, world.most = [11], 0.0005
    world.keep_ups.note(PROJECT, changed="2026")
    for _ in range(3):
        world.look()
        if world.run_store.runs()[0].status in OPEN:
            world.end("canceled", BUDGET)
    assert len(world.started) == 1
    assert "MONTHLY_BUDGET is too little for new tasks of project 7" in world.now.trouble
    world.keep_ups.note(PROJECT, changed="2099")
    world.look()
    assert len(world.started) == 2, "turned on again, it does not wait"


def test_where_another_limit_gave_less_and_something_was_done_it_goes_on(world: FollowedProject) -> None:
    world.tasks, world.most = [11, 12], 0.5
    world.look()
    world.end("canceled", BUDGET, spent=0.5)
    world.look()
    assert [budget for _, _, budget in world.started] == [2.0, 1.5]


def test_a_task_that_is_too_large_for_the_day_keeps_no_other_back(world: FollowedProject) -> None:
    world.tasks = [11]
    world.look()
    world.too_large(11)
    world.end("canceled", BUDGET)
    world.look()
    assert (len(world.started), world.now.trouble) == (1, "")
    world.tasks = [11, 12]
    world.look()
    assert world.started[1:] == [(TAG, (12,), 2.0)]
    world.end("completed", spent=0.5)
    world.keep_ups.note(PROJECT, since=10, budget=5.0)
    world.look()
    assert world.started[2:] == [(TAG, (11,), 4.5)], "a larger budget may have room for it"


def test_a_task_that_was_too_large_for_the_rest_of_a_day_is_tried_on_another(world: FollowedProject) -> None:
    world.tasks, world.most = [11, 12], 0.5
    world.look()
    world.too_large(11)
    world.end("completed", spent=0.5)
    world.look()
    assert [tasks for _, tasks, _ in world.started] == [(11, 12), (11,)]


def test_a_run_is_resumed_within_the_limits_of_who_turned_it_on(world: FollowedProject) -> None:
    world.tasks = [11]
    world.look()
    world.end("canceled", INTERRUPTED)
    world.trouble = UsedUpError("Nothing is left of the day.")
    world.look()
    assert (world.resumed, world.now.trouble) == ([], "Nothing is left of the day.")
    world.trouble = RunError("Another run is under way.")
    world.look()
    assert (world.resumed, world.now.trouble) == ([], "Another run is under way.")
    world.trouble = None
    world.look()
    assert (world.resumed, world.now.trouble) == ([world.run_store.runs()[0].id], "")


def test_what_somebody_canceled_stays_canceled_on_the_next_day(world: FollowedProject) -> None:
    world.tasks = [11]
    world.look()
    world.run_store.cancel(world.run_store.runs()[0].id)
    world.look()
    trouble = world.now.trouble
    world.day = "2026-11-30"
    world.look()
    assert (len(world.started), world.now.trouble) == (1, trouble)
    world.keep_ups.note(PROJECT, changed="2099")
    world.look()
    assert len(world.started) == 2, "turned on again"


def test_tasks_that_come_to_light_late_are_predicted(world: FollowedProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two imports at a time: the task with the lower id is the last to be seen."""
    world.tasks = [12]
    world.look()
    world.end("completed")
    world.look()
    world.tasks = [11, 12]
    world.look()
    assert [tasks for _, tasks, _ in world.started] == [(12,), (11,)]
    world.end("completed")
    world.look()
    assert world.now.since == 10
    monkeypatch.setattr("backend.adapters.database.projects.keep_ups.LATE_S", -1.0)
    world.look()
    assert (world.now.since, len(world.started)) == (12, 2), "after some time, they are not looked at any more"


def test_a_look_takes_no_longer_for_many_runs_of_a_day(world: FollowedProject) -> None:
    for number in range(11, 21):
        world.tasks = list(range(11, number + 1))
        world.look()
        world.end("completed")
    world.watched = 0
    world.look()
    assert world.watched <= 2
