"""How a run ends when no task got an answer: with what helps."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import SimpleNamespace
from typing import Any, Self

import pytest

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.run_tasks import RunTask
from backend.adapters.database.runs.runs import LOST, NewRun
from backend.adapters.processes import this_process
from backend.domain.answer import Labels
from backend.domain.dataset.subset import Subset
from backend.domain.outcome import Failure, Outcome, Truth
from backend.domain.runs.run import Run
from backend.domain.task import Task
from backend.engine.budgets.budget_rules import OverBudget
from backend.engine.predictor import Predictor
from backend.engine.request_executor import RequestExecutor
from backend.engine.stored_model import StoredModel
from backend.errors import RunError
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import TaskSelection
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.progress import Progress, Silent
from backend.services.run_control.termination import TakenOver
from backend.services.runs.options import Findings, RunResult
from backend.services.runs.run_worker import RunWorker
from tests.labelled_project import PROJECT, LabelledProject
from tests.scripted import BROKEN, CONFIG, GOOD, Reply, Script, ScriptedModel
from tests.scripted import run as in_time

TASKS = 4
TOO_LARGE = Failure("budget", "It may cost more than the whole budget.")
CUT = Failure("budget", "The answer is longer than 1,024 tokens.")


@pytest.mark.parametrize(
    ("failure", "sent", "stops_at_budget"),
    [(TOO_LARGE, 0, True), (CUT, 1, False), (Failure("server", "It failed."), 3, False)],
    ids=["nothing fits", "answers were cut and paid", "another failure"],
)
def test_a_larger_budget_is_advised_only_where_it_helps(
    store: Store, failure: Failure, sent: int, stops_at_budget: bool
) -> None:
    project = LabelledProject(store)
    mood = project.saved()
    run = project.run_store.create(NewRun(mood.version.tag, PROJECT, Subset("all"), budget=5.0))
    project.run_store.run_tasks.note(run.id, [RunTask(task, None, failure, sent=sent) for task in (1, 2)])
    asking: Any = None
    pusher: Any = None
    resolver: Any = None
    worker = RunWorker(project.run_store, resolver, asking, project.stored, pusher)
    with pytest.raises(RunError) as ended:
        worker._check_answered(run, mood)
    assert isinstance(ended.value, OverBudget) is stops_at_budget


def test_a_push_under_way_ends_when_another_process_works_on_the_run(store: Store) -> None:
    project = LabelledProject(store)
    mood = project.saved()
    run = project.run_store.create(NewRun(mood.version.tag, PROJECT, Subset("all")))
    status = ["in_progress"]
    heartbeat = Heartbeat(lambda _seconds, _waits_for: status[0])
    pushed: list[str] = []
    notes: list[str] = []

    def push_run(_resolved: object, _pages: object, _keep: bool, _notify: object, check: Callable[[], None]) -> None:
        for part in ("first", "second"):
            check()
            pushed.append(part)
            status[0] = LOST
            heartbeat._notify()

    outcomes: Any = SimpleNamespace(of_run=lambda *_, **__: iter([[Outcome(1, {"mood": Labels(("Good",))})]]))
    pusher: Any = SimpleNamespace(push_run=push_run)
    nothing: Any = None
    worker = RunWorker(project.run_store, nothing, nothing, outcomes, pusher)
    with pytest.raises(TakenOver):
        worker.conclude(run, mood, notes.append, heartbeat)
    assert pushed == ["first"]


class ScriptedAsking:
    """Asks a model about the tasks of a project, one of which has a ground truth. `reported`: of how many outcomes it
    tells; `meanwhile` happens after that."""

    def __init__(self, project: LabelledProject, mood: ResolvedVersion, reported: int) -> None:
        self.project, self.mood, self.reported = project, mood, reported
        self.script: Script | Sequence[Reply] = [GOOD]
        self.meanwhile: Callable[[], object] = lambda: None

    def tasks(self, _run: Run, _mood: ResolvedVersion) -> TaskSelection:
        return TaskSelection([], TASKS, [Truth(2, {"mood": Labels(("Good",))})])

    def ask(self, run: Run, _mood: ResolvedVersion, _base: object, progress: Progress, _heartbeat: object) -> float:
        outcomes = in_time(self.asked(run))
        progress.add(outcomes[: self.reported])
        self.meanwhile()
        return 1.5

    async def asked(self, run: Run) -> list[Outcome]:
        project, outcomes = self.project, list[Outcome]()

        async def keep(some: list[Outcome]) -> None:
            outcomes.extend(some)
            project.run_store.run_tasks.note(run.id, [RunTask.of(outcome) for outcome in some])

        model = StoredModel(ScriptedModel(self.script), partial(project.store.add_completions, run_id=run.id))
        executor = RequestExecutor(model, 1)
        try:
            pages = [[task] for task in project.fake.by_id.values()]
            await Predictor(executor, project.store, project.price).label(project.builder(self.mood), pages, keep)
        finally:
            await executor.close()
        return outcomes


@dataclass
class Carried:
    """A run that is carried out. `read`: how often its outcomes were read; `pushed`: how many were."""

    project: LabelledProject
    mood: ResolvedVersion
    asking: ScriptedAsking
    read: int = 0
    pushed: int = 0

    @classmethod
    def of(cls, store: Store, reported: int = TASKS) -> Self:
        project = LabelledProject(store, TASKS)
        mood = project.saved()
        return cls(project, mood, ScriptedAsking(project, mood, reported))

    def of_run(self, run: Run, mood: ResolvedVersion, *, passing: bool = False) -> Iterator[list[Outcome]]:
        self.read += 1
        return self.project.stored.of_run(run, mood, passing=passing)

    def push_run(self, _mood: object, pages: Iterable[list[Outcome]], *_: object) -> None:
        self.pushed = sum(map(len, pages))

    def result(self, run: Run) -> RunResult:
        record = self.project.run_store
        record.claim(run.id, this_process())
        parts: Any = self
        resolver: Any = SimpleNamespace(resolved=lambda _tag: self.mood)
        worker = RunWorker(record, resolver, parts.asking, parts, parts)
        return worker.carry_out(run, self.mood, Silent(), Heartbeat(lambda _seconds, _waits_for: "in_progress"))

    def started(self, push: bool = False) -> Run:
        return self.project.run_store.create(NewRun(self.mood.version.tag, PROJECT, Subset("all"), push=push))


@pytest.mark.parametrize(
    ("reported", "push", "noted", "read"),
    [(TASKS, False, False, 0), (TASKS, True, False, 1), (TASKS - 1, False, False, 1), (TASKS, False, True, 1)],
    ids=["all were seen", "they are pushed", "one was not seen", "it was worked on before"],
)
def test_outcomes_that_were_seen_are_not_read_again(
    store: Store, reported: int, push: bool, noted: bool, read: int
) -> None:
    carried = Carried.of(store, reported)
    run = carried.started(push)
    if noted:
        carried.project.answered(run, carried.mood, {1: "Good"})
    result = carried.result(run)
    assert (carried.read, carried.pushed) == (read, TASKS if push else 0)
    assert (result.run.status, result.run.tasks, result.summary.tasks) == ("completed", TASKS, TASKS)
    assert [outcome.task_id for outcome in result.judged] == [2]


@pytest.mark.parametrize("third", [GOOD, BROKEN], ids=["answered", "rejected"])
def test_what_was_seen_comes_to_what_would_be_read(store: Store, third: str) -> None:
    carried = Carried.of(store)
    carried.project.fake.by_id[4] = Task(4, {"text": "text 1"})
    carried.asking.script = lambda request, _: third if "text 3" in request.user else GOOD
    run = carried.started()
    result, read = carried.result(run), Findings({2}, Silent())
    for page in carried.project.stored.of_run(run, carried.mood):
        read.read(page)
    assert (result.summary, result.judged, carried.read) == (read.total.summary(), read.judged, 0)


def test_a_task_whose_request_was_answered_after_it_failed_has_that_answer(store: Store) -> None:
    carried = Carried.of(store)
    carried.project.fake.by_id[4] = Task(4, {"text": "text 1"})
    carried.asking.script = [Failure("bad_request", "No."), GOOD]
    result = carried.result(carried.started())
    assert (result.summary.outputs, carried.read) == (TASKS, 1)


def test_outcomes_are_read_by_a_config_that_changed_meanwhile(store: Store) -> None:
    carried = Carried.of(store)
    other = replace(carried.mood, project=replace(carried.mood.project, label_config=f"{CONFIG} "))
    carried.asking.meanwhile = lambda: setattr(carried, "mood", other)
    result = carried.result(carried.started())
    assert (carried.read, result.summary.tasks) == (1, TASKS)


def test_a_run_without_any_answer_fails_though_its_outcomes_were_seen(store: Store) -> None:
    carried = Carried.of(store)
    carried.asking.script = [Failure("bad_request", "No.")]
    with pytest.raises(RunError):
        carried.result(carried.started())
