"""How a run ends when no task got an answer: with what helps."""

from typing import Any

import pytest

from backend.adapters.database.prompts import Store
from backend.adapters.database.run_tasks import RunTask
from backend.adapters.database.runs import NewRun
from backend.domain.dataset.subset import Subset
from backend.domain.outcome import Failure
from backend.engine.budget_rules import OverBudget
from backend.errors import RunError
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
