"""The tasks that a run answered last."""

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.recent_tasks import RecentTaskStore
from backend.adapters.database.runs.run_tasks import RunTask
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.outcome import Failure
from tests.scripted import completion


def test_answered_and_failed_tasks_come_the_highest_first(store: Store) -> None:
    runs = RunStore(store)
    run, other = (runs.create(NewRun(f"mood@{number}", 7, Subset("all"))) for number in (1, 2))
    digests = {task: f"{task:064x}" for task in range(1, 7)}
    runs.run_tasks.note(run.id, [RunTask(task, digest) for task, digest in digests.items()])
    runs.run_tasks.note(run.id, [RunTask(5, None, Failure("bad_task", "It is empty."))])
    runs.run_tasks.note(other.id, [RunTask(9, digests[1])])
    store.add_completions([completion(digest=digests[task]) for task in (1, 2, 3)])
    recent = RecentTaskStore(store)
    assert [task.task_id for task in recent.of_run(run.id, 10)] == [5, 3, 2, 1]
    assert [task.task_id for task in recent.of_run(run.id, 2)] == [5, 3]
    assert recent.of_run("nobody", 2) == []
