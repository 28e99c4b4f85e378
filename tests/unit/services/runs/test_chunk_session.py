"""A worker takes chunk after chunk, and says which of them are done, and whether all are its own."""

import asyncio
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.chunks import ChunkStore
from backend.adapters.database.runs.runs import LOST, NewRun, RunStore
from backend.domain.answer import Labels
from backend.domain.dataset.subset import Subset
from backend.domain.outcome import Failure, Outcome
from backend.domain.runs.chunk import PLAN
from backend.domain.runs.run import ALIVE_S
from backend.domain.task import Task
from backend.engine.shutdown import Shutdown
from backend.services.runs.chunk_session import ChunkSession
from tests.scripted import some

ME, OTHER = "here:1", "there:2"
CHUNKS = ((1, 2), (3, 4), (5, 6))
GOOD = {"mood": Labels(("good",))}


async def flushed() -> None:
    return


def read(ids: Sequence[int]) -> list[list[Task]]:
    return [[Task(task, {}) for task in ids]]


class SharedRun:
    """A planned run of three chunks, the first of which begins a session."""

    def __init__(self, store: Store) -> None:
        self.now = 1_800_000_000.0
        self.run_store, self.jobs = RunStore(store), ChunkStore(store)
        self.run = self.run_store.create(NewRun("mood@1", 7, Subset("all"))).id
        self.jobs.open(self.run)
        assert self.jobs.claim(self.run, PLAN, ME)
        for number, ids in enumerate(CHUNKS, 1):
            self.jobs.add(self.run, number, "ask", ids)
        self.jobs.done(self.run, [PLAN], ME)
        self.session = ChunkSession(self.jobs, some(self.jobs.claim(self.run, 1, ME)), ME, Shutdown())
        self.pages = self.session.pages(self.session.chunks(), read)

    def settle(self, *tasks: int) -> None:
        outcomes = [Outcome(task, GOOD) for task in tasks]
        asyncio.run(self.session.on_outcomes(outcomes, flushed))

    def pause(self) -> None:
        """The worker is silent for so long that its chunks are released."""
        self.now += ALIVE_S + 1
        assert self.jobs.revive(lambda _: None)

    def waiting(self) -> list[int]:
        return [number for _, number in self.jobs.waiting()]


@pytest.fixture
def shared(store: Store, monkeypatch: pytest.MonkeyPatch) -> SharedRun:
    shared = SharedRun(store)
    monkeypatch.setattr(store, "clock", lambda: sa.literal(shared.now, sa.Double))
    return shared


def test_a_failure_counts_as_through(shared: SharedRun) -> None:
    next(shared.pages)
    slow_down = Outcome(1, Failure("rate_limited", "Slow down."))
    asyncio.run(shared.session.on_outcomes([slow_down, Outcome(2, GOOD)], flushed))
    assert shared.waiting() == [2, 3]
    shared.session.release()
    assert shared.waiting() == [2, 3]


def test_a_later_chunk_that_is_lost_ends_it(shared: SharedRun) -> None:
    next(shared.pages)
    shared.settle(1, 2)
    next(shared.pages)
    assert shared.session.beat(1.0, "") == "in_progress"
    shared.pause()
    assert shared.session.beat(1.0, "") == LOST
    assert list(shared.pages) == [], "no further chunk is taken"
    assert shared.waiting() == [2, 3]
    shared.jobs.claim(shared.run, 2, OTHER)
    assert shared.session.beat(1.0, "") == LOST


def test_an_earlier_chunk_that_waits_for_an_answer_is_its_own_as_well(shared: SharedRun) -> None:
    """Another worker asks the same as its second task."""
    next(shared.pages)
    shared.settle(1)
    next(shared.pages)
    shared.pause()
    for number, worker in ((1, OTHER), (2, ME)):
        assert shared.jobs.claim(shared.run, number, worker)
    assert shared.session.beat(1.0, "") == LOST


def test_what_is_done_or_released_is_not_lost(shared: SharedRun) -> None:
    next(shared.pages)
    shared.settle(1, 2)
    assert shared.session.beat(1.0, "") == "in_progress"
    next(shared.pages)
    shared.session.release()
    assert shared.session.beat(1.0, "") == "in_progress"
    shared.run_store.cancel(shared.run)
    assert shared.session.beat(1.0, "") == "canceled"
    assert list(shared.pages) == []


def test_what_is_done_while_the_database_is_asked_is_not_lost(
    shared: SharedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    next(shared.pages)
    beat = shared.jobs.beat

    def beat_late(run: str, worker: str, waits_for: str) -> tuple[str, set[int]]:
        shared.settle(1, 2)
        return beat(run, worker, waits_for)

    monkeypatch.setattr(shared.jobs, "beat", beat_late)
    assert shared.session.beat(1.0, "") == "in_progress"


def test_what_another_worker_took_over_is_not_done_when_this_one_has_its_answers(shared: SharedRun) -> None:
    next(shared.pages)
    shared.settle(1)
    shared.pause()
    assert shared.jobs.claim(shared.run, 1, OTHER)
    shared.settle(2)
    shared.session.finish()
    assert shared.session.is_shared()
    shared.jobs.release(shared.run, OTHER)
    assert shared.waiting() == [1, 2, 3]
