"""Chunks: each is done by one worker at a time, and by another one if that is gone."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.chunks import ChunkStore
from backend.adapters.database.runs.runs import LOST, NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.runs.chunk import END, NOBODY, PLAN
from backend.domain.runs.run import ALIVE_S, Run
from tests.scripted import some

ME, OTHER = "here:1", "there:2"


@pytest.fixture
def runs(store: Store) -> RunStore:
    return RunStore(store)


@pytest.fixture
def jobs(store: Store) -> ChunkStore:
    return ChunkStore(store)


@pytest.fixture
def run(runs: RunStore, jobs: ChunkStore) -> Run:
    run = runs.create(NewRun("mood@1", 7, Subset("all")))
    jobs.open(run.id)
    return run


@pytest.fixture
def planned(jobs: ChunkStore, run: Run) -> Run:
    """A run of three chunks."""
    assert jobs.claim(run.id, PLAN, ME)
    for number, ids in enumerate([[1, 2, 3], [9, 4], [5]], 1):
        assert jobs.add(run.id, number, "ask", ids)
    jobs.done(run.id, [PLAN], ME)
    return run


def nobody_is_gone(_worker: str) -> None:
    """Nor is it known that somebody is there."""
    return None


def only_other_is_gone(worker: str) -> bool:
    return worker != OTHER


def test_a_run_is_taken_up_with_its_first_job(runs: RunStore, jobs: ChunkStore, run: Run) -> None:
    assert runs.run(run.id).is_queued
    assert runs.run(run.id).status == "pending"
    assert not runs.claim(run.id, ME), "it is not one process' own"
    job = some(jobs.claim(run.id, PLAN, ME))
    assert (job.run_id, job.number, job.kind, job.ids, job.deaths) == (run.id, PLAN, "plan", (), 0)
    assert runs.run(run.id).status == "in_progress"
    assert jobs.claim(run.id, PLAN, OTHER) is None
    assert jobs.claim(run.id, 1, OTHER) is None
    assert jobs.claim("nosuch", PLAN, OTHER) is None


def test_chunks_come_in_order_with_their_tasks_each_to_one(jobs: ChunkStore, planned: Run) -> None:
    found = [jobs.next_chunk(planned.id, ME) for _ in range(4)]
    assert [job and job.ids for job in found] == [(1, 2, 3), (9, 4), (5,), None]
    last, ids = jobs.planned(planned.id)
    assert (last, len(ids), any(map(ids.add, (1, 2, 3, 4, 5, 9)))) == (3, 6, False)
    assert not jobs.add(planned.id, 3, "ask", [7]), "a chunk is planned once"


def test_many_hands_take_each_chunk_once(jobs: ChunkStore, run: Run) -> None:
    jobs.claim(run.id, PLAN, ME)
    for number in range(1, 31):
        jobs.add(run.id, number, "ask", [number])

    def take_all(worker: int) -> list[int]:
        taken = []
        while job := jobs.next_chunk(run.id, f"here:{worker}"):
            taken.append(job.number)
        return taken

    with ThreadPoolExecutor(6) as pool:
        taken = [number for numbers in pool.map(take_all, range(6)) for number in numbers]
    assert sorted(taken) == list(range(1, 31))


def test_it_is_asked_when_planned_and_all_chunks_are_done(jobs: ChunkStore, planned: Run) -> None:
    for job in (some(jobs.claim(planned.id, number, ME)) for number in (1, 2, 3)):
        assert not jobs.is_asked(planned.id)
        jobs.done(planned.id, [job.number], ME)
    assert jobs.is_asked(planned.id)
    assert jobs.add(planned.id, END, "end")
    assert not jobs.add(planned.id, END, "end")
    assert jobs.is_asked(planned.id), "the end itself is not asked for"


def test_a_run_is_asked_as_long_as_its_end_is_not_there(runs: RunStore, jobs: ChunkStore, planned: Run) -> None:
    jobs.done(planned.id, [1, 2], NOBODY)
    assert jobs.finished_run_ids() == []
    jobs.done(planned.id, [3], NOBODY)
    assert jobs.finished_run_ids() == [planned.id]
    jobs.add(planned.id, END, "end")
    assert jobs.finished_run_ids() == []
    jobs.done(planned.id, [END], NOBODY)
    runs.cancel(planned.id)
    assert jobs.finished_run_ids() == []


def test_what_a_dead_worker_had_goes_to_others_and_is_counted(jobs: ChunkStore, planned: Run) -> None:
    jobs.next_chunk(planned.id, ME)
    jobs.next_chunk(planned.id, OTHER)
    assert jobs.revive(nobody_is_gone) == []
    (job,) = jobs.revive(only_other_is_gone)
    assert (job.number, job.deaths) == (2, 1)
    assert jobs.revive(only_other_is_gone) == []
    assert jobs.waiting() == [(planned.id, 2), (planned.id, 3)]
    assert some(jobs.next_chunk(planned.id, ME)).number == 3, "what ended a worker goes alone"
    assert jobs.next_chunk(planned.id, ME) is None
    assert some(jobs.claim(planned.id, 2, ME)).deaths == 1


def test_a_silent_worker_loses_its_jobs_a_beating_one_does_not(
    store: Store, runs: RunStore, jobs: ChunkStore, planned: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=1_800_000_000.0)
    monkeypatch.setattr(store, "clock", lambda: sa.literal(clock.now, sa.Double))
    jobs.next_chunk(planned.id, ME)
    jobs.next_chunk(planned.id, OTHER)
    jobs.beat(planned.id, ME)
    clock.now += ALIVE_S - 1
    assert jobs.beat(planned.id, ME) == ("in_progress", {1})
    clock.now += 2
    assert [job.number for job in jobs.revive(nobody_is_gone)] == [2]


def test_a_worker_learns_which_chunks_are_its_own(
    store: Store, runs: RunStore, jobs: ChunkStore, planned: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=1_800_000_000.0)
    monkeypatch.setattr(store, "clock", lambda: sa.literal(clock.now, sa.Double))
    jobs.next_chunk(planned.id, ME)
    jobs.next_chunk(planned.id, ME)
    assert jobs.beat(planned.id, ME) == ("in_progress", {1, 2})
    clock.now += ALIVE_S + 1
    jobs.revive(nobody_is_gone)
    assert jobs.claim(planned.id, 2, ME)
    assert jobs.beat(planned.id, ME) == ("in_progress", {2})
    jobs.claim(planned.id, 1, OTHER)
    jobs.done(planned.id, [2], ME)
    silent_s = runs.run(planned.id).silent_s
    clock.now += 1
    assert jobs.beat(planned.id, ME) == ("in_progress", set())
    assert runs.run(planned.id).silent_s == silent_s + 1, "it is no sign of life of the run"
    assert jobs.beat(planned.id, OTHER) == ("in_progress", {1})
    jobs.open(planned.id)
    assert jobs.beat(planned.id, OTHER) == ("pending", set())
    store.delete("mood")
    assert jobs.beat(planned.id, OTHER) == (LOST, set())


def test_a_chunk_is_done_when_its_owner_says_so(jobs: ChunkStore, planned: Run) -> None:
    jobs.next_chunk(planned.id, OTHER)
    jobs.done(planned.id, [1, 2], ME)
    jobs.done(planned.id, [1, 3], NOBODY)
    assert jobs.waiting() == [(planned.id, 2)]
    assert jobs.beat(planned.id, OTHER) == ("in_progress", {1})
    jobs.done(planned.id, [1], OTHER)
    jobs.done(planned.id, [1], ME)
    assert jobs.beat(planned.id, OTHER) == ("in_progress", set())
    jobs.claim(planned.id, 2, ME)
    jobs.done(planned.id, [2], ME)
    assert jobs.is_asked(planned.id)


def test_seconds_are_those_in_which_somebody_worked(
    store: Store, runs: RunStore, jobs: ChunkStore, planned: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=1_800_000_000.0)
    monkeypatch.setattr(store, "clock", lambda: sa.literal(clock.now, sa.Double))
    jobs.next_chunk(planned.id, OTHER)
    jobs.next_chunk(planned.id, ME)
    jobs.beat(planned.id, ME)
    start = runs.run(planned.id).seconds
    for worker in (ME, OTHER, ME, OTHER):
        clock.now += 1
        jobs.beat(planned.id, worker)
    clock.now += 1000
    jobs.beat(planned.id, ME)
    assert runs.run(planned.id).seconds - start == pytest.approx(4)


def test_what_a_shared_run_waits_for_is_read_until_the_next_sign_of_life(
    runs: RunStore, jobs: ChunkStore, planned: Run
) -> None:
    jobs.next_chunk(planned.id, OTHER)
    jobs.next_chunk(planned.id, ME)
    jobs.beat(planned.id, ME, "The model's server answered 500.")
    assert runs.run(planned.id).reason == "The model's server answered 500."
    jobs.beat(planned.id, OTHER)
    assert runs.run(planned.id).reason == ""
    runs.cancel(planned.id)
    jobs.beat(planned.id, ME, "The model's server answered 500.")
    assert runs.run(planned.id).reason == "It was canceled."


def test_given_back_work_waits_and_is_nobodys_fault(jobs: ChunkStore, planned: Run) -> None:
    jobs.next_chunk(planned.id, ME)
    jobs.release(planned.id, OTHER)
    assert jobs.waiting() == [(planned.id, 2), (planned.id, 3)]
    jobs.release(planned.id, ME)
    assert some(jobs.next_chunk(planned.id, OTHER)).deaths == 0


def test_nobody_takes_jobs_of_a_run_that_has_ended(runs: RunStore, jobs: ChunkStore, planned: Run) -> None:
    runs.cancel(planned.id)
    assert jobs.waiting() == []
    assert jobs.next_chunk(planned.id, ME) is None
    assert jobs.claim(planned.id, 1, ME) is None
    assert jobs.beat(planned.id, ME)[0] == "canceled"


def test_opening_again_forgets_the_plan(runs: RunStore, jobs: ChunkStore, planned: Run) -> None:
    runs.finish(planned.id, "failed", "No.")
    jobs.open(planned.id)
    last, ids = jobs.planned(planned.id)
    assert (last, len(ids)) == (0, 0)
    assert jobs.waiting() == [(planned.id, PLAN)]
    assert runs.run(planned.id).status == "pending"
    jobs.close(planned.id)
    assert jobs.waiting() == []


def test_jobs_go_with_their_run(store: Store, runs: RunStore, jobs: ChunkStore, planned: Run) -> None:
    store.delete("mood")
    assert jobs.waiting() == []
