"""What people are told of a run, beside what is stored of it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from backend.adapters.database.deletions import DeletionStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.chunks import ChunkStore
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.adapters.processes import this_process
from backend.domain.dataset.subset import Subset
from backend.domain.resolution.pricing import Pricing
from backend.domain.runs.run import START_S, Run, TaskCounts
from backend.domain.runs.stop_reason import NEVER_BEGAN
from backend.interfaces.cli.render.notices import in_commands
from backend.services.run_control.status import RunStatus, status_of
from tests.scripted import some

ALL = Subset("all")
RUN = Run("1f3a9c04", "mood@1", 7, ALL, True, False, "in_progress", "", "2026-01-01T00:00:00", 3, "", 0.0, 0.0)
unpriced: Pricing = lambda *_: lambda *_: None  # noqa: E731
THROUGH = TaskCounts(3, 2, 1, 0, 3, 0, 0.1)


def test_a_run_pushes_when_its_last_task_is_through() -> None:
    assert RunStatus(RUN, THROUGH).pushing
    for other in (replace(RUN, push=False), replace(RUN, status="completed"), replace(RUN, tasks=None)):
        assert not RunStatus(other, THROUGH).pushing
    assert not RunStatus(RUN, replace(THROUGH, failed=0)).pushing


@pytest.fixture
def clock(store: Store, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The database's."""
    clock = SimpleNamespace(now=1_800_000_000.0)
    monkeypatch.setattr(store, "clock", lambda: sa.literal(clock.now, sa.Double))
    return clock


@pytest.mark.parametrize(
    ("silent_s", "queued", "status"),
    [(START_S - 1, False, "pending"), (START_S, False, "failed"), (START_S, True, "pending")],
)
def test_a_run_whose_process_never_began_has_failed_so_that_nobody_watches_it_forever(
    store: Store, clock: SimpleNamespace, silent_s: float, queued: bool, status: str
) -> None:
    """Workers may be started tomorrow: a run that waits for them goes on waiting."""
    runs = RunStore(store)
    run = runs.create(NewRun("mood@1", 7, ALL))
    if queued:
        ChunkStore(store).open(run.id)
    clock.now += silent_s
    shown = status_of(runs, runs.run(run.id), unpriced).run
    assert shown.status == status
    assert ((shown.reason, shown.stop) == NEVER_BEGAN) == (status == "failed")
    assert runs.run(run.id).status == status, "others of its version may start"


def test_a_run_that_begins_while_it_is_looked_at_has_not_failed(store: Store, clock: SimpleNamespace) -> None:
    runs = RunStore(store)
    run = runs.create(NewRun("mood@1", 7, ALL))
    clock.now += START_S
    seen_before = runs.run(run.id)
    assert runs.claim(run.id, this_process())
    assert status_of(runs, seen_before, unpriced).run.status == "in_progress"
    assert runs.run(run.id).status == "in_progress"


def test_a_run_that_is_deleted_while_it_is_looked_at_spoils_no_list(
    store: Store, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = RunStore(store)
    runs.create(NewRun("mood@1", 7, ALL))
    clock.now += START_S
    [run] = runs.runs()
    end = runs.end_unbegun

    def deleted_after(tag: str) -> frozenset[str]:
        ended = end(tag)
        DeletionStore(store).delete("mood", 1)
        return ended

    monkeypatch.setattr(runs, "end_unbegun", deleted_after)
    shown = status_of(runs, run, unpriced).run
    assert (shown.status, shown.reason, shown.stop) == ("failed", *NEVER_BEGAN)
    assert status_of(runs, run, unpriced).run == run, "nothing is left to end"


def test_each_run_of_a_version_that_never_began_is_shown_as_failed(store: Store, clock: SimpleNamespace) -> None:
    """The first that is looked at ends all of them."""
    runs = RunStore(store)
    for _ in range(2):
        runs.create(NewRun("mood@1", 7, ALL))
    clock.now += START_S
    shown = [status_of(runs, run, unpriced).run for run in runs.runs()]
    assert [(run.status, run.reason, run.stop) for run in shown] == [("failed", *NEVER_BEGAN)] * 2


def test_a_failed_run_says_how_to_go_on_with_the_tasks_it_left() -> None:
    failed = replace(RUN, status="failed")
    assert in_commands(some(RunStatus(failed, TaskCounts(1200, 2, 1, 0, 3, 0, 0.1)).waiting)) == (
        "1,197 tasks wait. `ls-prompts resume 1f3a9c04` asks about the rest; `ls-prompts results mood@1 --missing` "
        "lists it."
    )
    assert some(RunStatus(failed, TaskCounts(3, 2, 0, 0, 2, 0, 0.1)).waiting).sentence == "1 task waits."
    assert some(RunStatus(failed, TaskCounts(3, 0, 0, 0, 0, 0, 0.0)).waiting).sentence == "Its tasks wait."
    unplanned = RunStatus(replace(failed, tasks=None), TaskCounts(0, 0, 0, 0, 0, 0, 0.0)).waiting
    assert some(unplanned).sentence == "Its tasks wait."
    spaced = RunStatus(replace(failed, tag="my mood@1"), TaskCounts(3, 2, 0, 0, 2, 0, 0.1)).waiting
    assert "`ls-prompts results 'my mood@1' --missing`" in in_commands(some(spaced))
    assert RunStatus(failed, THROUGH).waiting is None
    assert RunStatus(replace(RUN, status="canceled"), TaskCounts(3, 0, 0, 0, 0, 0, 0.0)).waiting is None
