"""How a run ends when no task got an answer: with what helps."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from backend.adapters.database.prompts import Store
from backend.adapters.database.run_tasks import RunTask
from backend.adapters.database.runs import LOST, NewRun
from backend.domain.answer import Labels
from backend.domain.dataset.subset import Subset
from backend.domain.outcome import Failure, Outcome
from backend.engine.budget_rules import OverBudget
from backend.errors import RunError
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.termination import TakenOver
from backend.services.runs.run_worker import RunWorker
from tests.labelled_project import PROJECT, LabelledProject

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
    run = project.record.create(NewRun(mood.version.tag, PROJECT, Subset("all"), budget=5.0))
    project.record.run_tasks.note(run.id, [RunTask(task, None, failure, sent=sent) for task in (1, 2)])
    asking: Any = None
    pusher: Any = None
    resolver: Any = None
    worker = RunWorker(project.record, resolver, asking, project.stored, pusher)
    with pytest.raises(RunError) as ended:
        worker._check_answered(run, mood)
    assert isinstance(ended.value, OverBudget) is stops_at_budget


def test_a_push_under_way_ends_when_another_process_works_on_the_run(store: Store) -> None:
    project = LabelledProject(store)
    mood = project.saved()
    run = project.record.create(NewRun(mood.version.tag, PROJECT, Subset("all")))
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
    worker = RunWorker(project.record, nothing, nothing, outcomes, pusher)
    with pytest.raises(TakenOver):
        worker.conclude(run, mood, notes.append, heartbeat)
    assert pushed == ["first"]
