"""Who may work on a run, and what a process is told that may not."""

import pytest

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.adapters.processes import this_process
from backend.domain.dataset.subset import Subset
from backend.domain.optimize.search import SearchOptions
from backend.domain.runs.run import Run
from backend.errors import RunError
from backend.interfaces.cli.render.notices import in_commands
from backend.services.run_control.ownership import owning

ALL = Subset("all")
SEARCH = SearchOptions("gpt-5", 1)


def told(record: RunStore, run: Run) -> str:
    """What a process is told that may not work on a run."""
    with pytest.raises(RunError) as refused, owning(record, run):
        raise AssertionError("it works on the run")
    return in_commands(refused.value.notice)


@pytest.mark.parametrize("status", ["failed", "canceled"])
@pytest.mark.parametrize(
    ("scope", "way"),
    [(ALL, "`ls-prompts resume {}` continues it."), (SEARCH, "The same `ls-prompts enhance mood@1` continues it.")],
)
def test_a_process_that_begins_after_its_run_ended_says_how_to_go_on(
    store: Store, status: str, scope: Subset | SearchOptions, way: str
) -> None:
    """There is nothing to wait for. The run may have ended after the process read it."""
    record = RunStore(store)
    read_before = record.create(NewRun("mood@1", 7, scope))
    record.finish(read_before.id, status)
    for run in (read_before, record.run(read_before.id)):
        happened = "failed" if status == "failed" else "was canceled"
        assert told(record, run) == f"Run {run.id} {happened} before this process began. {way.format(run.id)}"


def test_a_process_waits_for_a_run_that_another_one_works_on(store: Store) -> None:
    record = RunStore(store)
    run = record.create(NewRun("mood@1", 7, ALL))
    assert record.claim(run.id, this_process())
    assert told(record, run) == (
        f"Run {run.id} is not free (it is in_progress): `ls-prompts watch {run.id}` to wait for it."
    )
