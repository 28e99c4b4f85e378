"""A worker that is told to end releases its chunk, and calls for others."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.chunks import ChunkStore
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.adapters.processes import this_process
from backend.domain.answer import Answer, Labels
from backend.domain.dataset.subset import Subset
from backend.domain.outcome import Failure, Outcome
from backend.domain.runs.chunk import END, NOBODY, PLAN
from backend.domain.runs.run import ALIVE_S, Run
from backend.domain.task import Task
from backend.engine.shutdown import Shutdown, Stopped
from backend.services.run_control import heartbeat as heartbeats
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.termination import Interrupted
from backend.services.runs.task_labeler import RunListener
from backend.services.runs.worker_pool import WorkerPool

CHUNKS = ((1, 2), (3, 4), (5, 6))
GOOD: Answer = {"mood": Labels(("good",))}
OTHER = "there:2"
SLOW_DOWN = Failure("rate_limited", "Slow down.")


class CalledChunks:
    """What was called for."""

    def __init__(self) -> None:
        self.calls: set[tuple[str, int]] = set()

    def put(self, run_id: str, number: int) -> None:
        self.calls.add((run_id, number))

    def waiting(self) -> set[tuple[str, int]]:
        return self.calls


class Shift:
    """A planned run of three chunks, and the workers whose asking is `label`."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, 1_800_000_000.0
        self.run_store, self.jobs, self.line, self.stop = RunStore(store), ChunkStore(store), CalledChunks(), Shutdown()
        self.run = self.run_store.create(NewRun("mood@1", 7, Subset("all")))
        self.jobs.open(self.run.id)
        assert self.jobs.claim(self.run.id, PLAN, this_process())
        for number, ids in enumerate(CHUNKS, 1):
            self.jobs.add(self.run.id, number, "ask", ids)
        self.jobs.done(self.run.id, [PLAN], this_process())
        self.studio = SimpleNamespace(tasks_by_id=lambda _project, ids: [[Task(task, {}) for task in ids]])
        resolved = SimpleNamespace(project=SimpleNamespace(id=7))
        resolver = SimpleNamespace(resolved=lambda _tag: resolved)
        self.labeler = SimpleNamespace(label=self._label, stop=self.stop)
        asking = SimpleNamespace(studio=self.studio, labeler=self.labeler)
        worker: Any = SimpleNamespace(run_store=self.run_store, resolver=resolver, asking=asking)
        self.worker_pool = WorkerPool(worker, self.jobs, self.line)
        self.verdicts: list[Answer | Failure] = []

    async def _label(
        self, run: Run, _resolved: object, pages: Iterator[list[Task]], listener: RunListener, _heartbeat: object
    ) -> float:
        """Told to end while the first chunk is asked about: its tasks end so."""
        first = next(pages)
        self.stop.request()
        await listener.on_outcomes(
            [Outcome(task.id, verdict) for task, verdict in zip(first, self.verdicts, strict=True)], flushed
        )
        assert list(pages) == [], "nothing more is taken in hand"
        raise Stopped

    def states(self) -> set[int]:
        """Numbers of the jobs that wait for a worker."""
        return {number for _, number in self.jobs.waiting()}

    def pause(self, number: int) -> None:
        """This worker gives no sign of life for so long that another one takes this chunk over."""
        self.now += ALIVE_S + 1
        self.jobs.revive(lambda _: None)
        assert self.jobs.claim(self.run.id, number, OTHER)


async def flushed() -> None:
    return


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    store = Store(f"sqlite:///{tmp_path / 'record.sqlite3'}")
    yield Shift(store)
    store.close()


@pytest.mark.parametrize(
    ("verdicts", "left"),
    [([GOOD, GOOD], {2, 3}), ([GOOD, SLOW_DOWN], {1, 2, 3}), ([SLOW_DOWN, SLOW_DOWN], {1, 2, 3})],
)
def test_chunks_that_are_not_through_are_given_back_and_called_for(
    shift: Shift, verdicts: list[Answer | Failure], left: set[int]
) -> None:
    """Trouble may be there only because nothing is sent again: the next worker asks."""
    shift.verdicts = verdicts
    with pytest.raises(Interrupted, match="another worker continues it"):
        shift.worker_pool.step(shift.run.id, 1)
    assert shift.states() == left
    assert shift.line.calls == {(shift.run.id, number) for number in left}
    assert shift.run_store.run(shift.run.id).status == "in_progress"
    job = shift.jobs.claim(shift.run.id, 2, "there:2")
    assert job is not None
    assert job.deaths == 0


def test_after_the_last_chunk_its_end_is_called_for(shift: Shift) -> None:
    shift.verdicts = [GOOD, GOOD]
    shift.jobs.done(shift.run.id, [2, 3], NOBODY)
    with pytest.raises(Interrupted):
        shift.worker_pool.step(shift.run.id, 1)
    assert shift.line.calls == {(shift.run.id, END)}
    shift.worker_pool.look_after()
    assert shift.states() == {END}


def test_who_was_killed_after_the_last_chunk_leaves_an_end_that_is_called_for(shift: Shift) -> None:
    shift.jobs.done(shift.run.id, [1, 2, 3], NOBODY)
    shift.worker_pool.look_after()
    assert shift.line.calls == {(shift.run.id, END)}


def test_a_run_that_was_canceled_meanwhile_stays_so(shift: Shift) -> None:
    shift.verdicts = [GOOD, GOOD]
    with shift.stop.calling(lambda: shift.run_store.cancel(shift.run.id)):
        shift.worker_pool.step(shift.run.id, 1)
    assert shift.run_store.run(shift.run.id).status == "canceled"
    assert shift.line.calls == set()


@pytest.fixture
def paused(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> Shift:
    """Its clock stands still, and no heartbeat comes by itself."""
    monkeypatch.setattr(shift.store, "clock", lambda: sa.literal(shift.now, sa.Double))
    monkeypatch.setattr(heartbeats, "EVERY_S", 1000)
    return shift


def test_a_worker_that_lost_a_later_chunk_asks_no_further(paused: Shift) -> None:
    async def label(
        _run: Run, _resolved: object, pages: Iterator[list[Task]], listener: RunListener, heartbeat: Heartbeat
    ) -> float:
        heartbeat.cancels_this_task()
        first, _ = next(pages), next(pages)
        await listener.on_outcomes([Outcome(task.id, GOOD) for task in first], flushed)
        paused.pause(2)
        await asyncio.to_thread(heartbeat._notify)
        await asyncio.wait_for(asyncio.Event().wait(), 20)
        return 0.0

    paused.labeler.label = label
    paused.worker_pool.step(paused.run.id, 1)
    assert paused.states() == {3}
    paused.jobs.done(paused.run.id, [2], OTHER)
    paused.jobs.done(paused.run.id, [3], NOBODY)
    assert paused.jobs.is_asked(paused.run.id)
    assert paused.run_store.run(paused.run.id).status == "in_progress"


def test_what_another_worker_has_taken_over_is_done_when_that_one_has_done_it(paused: Shift) -> None:
    async def label(
        _run: Run, _resolved: object, pages: Iterator[list[Task]], listener: RunListener, _heartbeat: Heartbeat
    ) -> float:
        first, _ = next(pages), next(pages)
        paused.pause(1)
        await listener.on_outcomes([Outcome(task.id, GOOD) for task in first], flushed)
        return 0.0

    paused.labeler.label = label
    paused.worker_pool.step(paused.run.id, 1)
    assert paused.states() == {2, 3}
    assert paused.jobs.is_shared(paused.run.id, this_process())


class Large:
    """A run of 25 chunks, whose ids Label Studio lists in three pages; `asked` are the tasks its planner asks about."""

    def __init__(self, shift: Shift, stop_after: int = 1000) -> None:
        self.shift, self.stop_after = shift, stop_after
        self.pages_read = 0
        self.read_at_first: int | None = None
        self.asked: list[int] = []
        shift.run = shift.run_store.create(NewRun("mood@2", 7, Subset("all")))
        shift.jobs.open(shift.run.id)
        shift.studio.id_pages = self._id_pages
        shift.labeler.label = self._label

    def _id_pages(self, _project: int, _view: int | None) -> Iterator[list[int]]:
        for start in (0, 10_000, 20_000):
            self.pages_read += 1
            yield list(range(start, min(start + 10_000, 25_000)))

    async def _label(
        self, _run: Run, _resolved: object, pages: Iterator[list[Task]], listener: RunListener, _heartbeat: object
    ) -> float:
        for page in pages:
            self.read_at_first = self.read_at_first or self.pages_read
            self.asked += [task.id for task in page]
            await listener.on_outcomes([Outcome(task.id, GOOD) for task in page], flushed)
            if len(self.asked) > self.stop_after * 1000:
                self.shift.stop.request()
        if self.shift.stop.requested:
            raise Stopped
        return 0.0


def test_who_plans_a_large_run_asks_before_all_is_planned(shift: Shift) -> None:
    large = Large(shift)
    shift.worker_pool.step(shift.run.id, PLAN)
    assert (large.read_at_first, large.pages_read) == (1, 3)
    assert sorted(large.asked) == list(range(25_000))
    assert shift.line.calls == {(shift.run.id, number) for number in (END, *range(1, 26))}
    assert shift.jobs.is_asked(shift.run.id)


def test_who_is_told_to_end_while_planning_leaves_the_rest_to_be_planned(shift: Shift) -> None:
    large = Large(shift, stop_after=1)
    with pytest.raises(Interrupted):
        shift.worker_pool.step(shift.run.id, PLAN)
    assert len(large.asked) == 2000
    assert PLAN in shift.states()
    shift.stop.requested, large.stop_after = False, 1000
    shift.worker_pool.step(shift.run.id, PLAN)
    assert sorted(large.asked) == list(range(25_000))


def test_who_plans_after_a_death_only_plans(shift: Shift) -> None:
    large = Large(shift)
    shift.jobs.claim(shift.run.id, PLAN, "there:1")
    shift.jobs.revive(lambda worker: worker != "there:1")
    shift.worker_pool.step(shift.run.id, PLAN)
    assert large.asked == []
    assert shift.states() == set(range(1, 26))


def test_a_planner_whose_plan_another_worker_has_plans_no_further(paused: Shift) -> None:
    large = Large(paused)
    plan = paused.labeler.label

    async def label(
        run: Run, resolved: object, pages: Iterator[list[Task]], listener: RunListener, heartbeat: Heartbeat
    ) -> float:
        next(pages)
        paused.pause(PLAN)
        await asyncio.to_thread(heartbeat._notify)
        seconds: float = await plan(run, resolved, pages, listener, heartbeat)
        return seconds

    paused.labeler.label = label
    paused.worker_pool.step(paused.run.id, PLAN)
    assert (large.pages_read, large.asked) == (2, [])
    assert paused.jobs.planned(paused.run.id)[0] == 10
    paused.jobs.release(paused.run.id, OTHER)
    assert PLAN in paused.states()
