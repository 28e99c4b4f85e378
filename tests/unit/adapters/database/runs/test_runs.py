"""Runs in the database: who works on them, how they end, and their order."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.chunks import ChunkStore
from backend.adapters.database.runs.runs import LOST, NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.runs.chunk import PLAN
from backend.domain.runs.run import ALIVE_S, QUEUED, START_S, Run
from backend.domain.runs.stop_reason import NEVER_BEGAN, StopKind
from backend.errors import RunError, StoreError


@pytest.fixture
def runs(store: Store) -> RunStore:
    return RunStore(store)


@pytest.fixture
def run(runs: RunStore) -> Run:
    return runs.create(NewRun("mood@1", 7, Subset("all")))


class StoreClock:
    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_800_000_000.0
        monkeypatch.setattr(store, "clock", lambda: sa.literal(self.now, sa.Double))


def test_a_new_run_is_pending_and_comes_back_as_it_is(runs: RunStore) -> None:
    made = runs.create(NewRun("mood@1", 7, Subset("ids", ids=tuple(range(1, 999, 2))), push=False, keep=True))
    assert (made.tag, made.project, made.push, made.keep) == ("mood@1", 7, False, True)
    assert (made.status, made.reason, made.tasks, made.seconds) == ("pending", "", None, 0)
    assert runs.run(made.id) == made
    assert runs.runs() == [made]


@pytest.mark.parametrize("wanted", ["", "nosuch", "x" * 500])
def test_a_run_that_is_not_there(runs: RunStore, run: Run, wanted: str) -> None:
    with pytest.raises(RunError, match="no run"):
        runs.run(wanted)


@pytest.mark.parametrize("wanted", ["\x00", "\ud800"])
def test_a_run_that_no_database_can_name(runs: RunStore, run: Run, wanted: str) -> None:
    with pytest.raises((RunError, StoreError)):
        runs.run(wanted)


def test_runs_come_newest_first_and_by_tag(runs: RunStore) -> None:
    made = [runs.create(NewRun(tag, 7, Subset("all"))) for tag in ("a@1", "b@1", "a@1", "a@10", "a@1")]
    assert runs.runs() == made[::-1]
    assert runs.runs("a@1") == [made[4], made[2], made[0]]
    assert runs.runs("c@1") == []


def test_runs_created_within_one_second_keep_their_order(runs: RunStore) -> None:
    made = [runs.create(NewRun("a@1", 7, Subset("all"))) for _ in range(20)]
    assert runs.runs() == made[::-1]


def test_one_process_at_a_time_works_on_a_run(runs: RunStore, run: Run) -> None:
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: runs.claim(run.id, "host:1"), range(8)))
    assert claims.count(True) == 1
    assert runs.run(run.id).status == "in_progress"


def test_a_run_without_a_sign_of_life_may_be_taken_over(
    store: Store, runs: RunStore, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = StoreClock(store, monkeypatch)
    assert runs.claim(run.id, "host:1")
    clock.now += ALIVE_S - 1
    assert not runs.claim(run.id, "host:1")
    assert runs.beat(run.id, 3) == "in_progress"
    clock.now += ALIVE_S - 1
    assert not runs.claim(run.id, "host:1")
    clock.now += 2
    assert runs.claim(run.id, "host:1")


def test_time_worked_on_adds_up(runs: RunStore, run: Run) -> None:
    runs.claim(run.id, "host:1")
    for seconds in (1, 2.5, 0):
        runs.beat(run.id, seconds)
    assert runs.run(run.id).seconds == 3.5


def test_what_a_run_waits_for_is_read_until_the_next_sign_of_life(runs: RunStore, run: Run) -> None:
    runs.claim(run.id, "host:1")
    runs.beat(run.id, 1, "The model's server answered 500.")
    assert runs.run(run.id).reason == "The model's server answered 500."
    runs.beat(run.id, 1)
    assert runs.run(run.id).reason == ""
    runs.finish(run.id, "failed", "The key was refused.")
    runs.beat(run.id, 1, "The model's server answered 500.")
    assert runs.run(run.id).reason == "The key was refused."


def test_a_run_that_ended_can_be_resumed(runs: RunStore, run: Run) -> None:
    runs.claim(run.id, "host:1")
    runs.finish(run.id, "failed", "The key was refused.")
    assert (runs.run(run.id).status, runs.run(run.id).reason) == ("failed", "The key was refused.")
    assert not runs.claim(run.id, "host:1")
    runs.reopen(run.id)
    assert runs.claim(run.id, "host:1")
    assert (runs.run(run.id).status, runs.run(run.id).reason) == ("in_progress", "")


def test_a_run_that_is_resumed_long_after_waits_for_its_process_anew(
    store: Store, runs: RunStore, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = StoreClock(store, monkeypatch)
    runs.finish(run.id, "failed")
    clock.now += 3600
    runs.reopen(run.id)
    assert runs.run(run.id).silent_s == 0


def test_runs_of_a_version_that_never_began_are_ended(
    store: Store, runs: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = StoreClock(store, monkeypatch)
    unbegun, begun, queued, other = (
        runs.create(NewRun(tag, 7, Subset("all"))).id for tag in ("mood@1", "mood@1", "mood@1", "mood@2")
    )
    assert runs.claim(begun, "a:1")
    ChunkStore(store).open(queued)
    clock.now += START_S - 1
    young = runs.create(NewRun("mood@1", 7, Subset("all"))).id
    assert runs.end_unbegun("mood@1") == frozenset()
    assert runs.run(unbegun).status == "pending", "its process may still begin"
    clock.now += 1
    assert runs.end_unbegun("mood@1") == {unbegun}
    ended = runs.run(unbegun)
    assert (ended.status, ended.reason, ended.stop) == ("failed", *NEVER_BEGAN)
    assert [runs.run(run_id).status for run_id in (begun, queued, other, young)] == ["in_progress", *["pending"] * 3]
    assert not runs.claim(unbegun, "a:2")
    runs.reopen(unbegun)
    assert runs.run(unbegun).stop is StopKind.OTHER
    assert runs.claim(unbegun, "a:3")


def test_a_run_either_begins_or_is_ended(store: Store, runs: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = StoreClock(store, monkeypatch)
    with ThreadPoolExecutor(2) as pool:
        for _ in range(20):
            run = runs.create(NewRun("mood@1", 7, Subset("all"))).id
            clock.now += START_S
            claimed, ended = pool.submit(runs.claim, run, "a:1"), pool.submit(runs.end_unbegun, "mood@1")
            status = "in_progress" if claimed.result() else "failed"
            ended.result()
            assert runs.run(run).status == status


def test_a_cancel_is_heard_at_the_next_sign_of_life(runs: RunStore, run: Run) -> None:
    runs.claim(run.id, "host:1")
    assert runs.cancel(run.id)
    assert runs.beat(run.id, 1) == "canceled"
    assert not runs.cancel(run.id)


@pytest.mark.parametrize("status", ["completed", "failed", "canceled"])
def test_what_has_ended_can_not_be_canceled(runs: RunStore, run: Run, status: str) -> None:
    runs.finish(run.id, status)
    assert not runs.cancel(run.id)
    assert runs.run(run.id).status == status


def test_nothing_happens_to_a_run_that_is_not_there(runs: RunStore) -> None:
    assert not runs.claim("nosuch", "host:1")
    assert not runs.cancel("nosuch")


def test_a_run_of_a_process_that_is_gone_may_be_taken_over_at_once(runs: RunStore, run: Run) -> None:
    assert runs.claim(run.id, "host:1")
    assert not runs.claim(run.id, "host:2", lambda worker: worker == "host:1")
    assert runs.claim(run.id, "host:2", lambda worker: worker != "host:1")
    assert runs.run(run.id).worker == "host:2"


def test_a_canceled_run_is_neither_taken_nor_completed(runs: RunStore, run: Run) -> None:
    assert runs.claim(run.id, "host:1")
    assert runs.cancel(run.id)
    assert not runs.complete(run.id)
    assert not runs.claim(run.id, "host:2")
    assert runs.run(run.id).status == "canceled"


def test_of_two_runs_started_at_the_same_instant_the_second_meets_the_first(runs: RunStore) -> None:
    def refuse(other: Run) -> None:
        raise RunError(f"{other.id} is there.")

    def start(_: int) -> Run | None:
        try:
            return runs.create(NewRun("mood@1", 7, Subset("all")), refuse)
        except RunError:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [run for run in pool.map(start, range(16)) if run]
    assert made == runs.runs()
    assert len(made) == 1
    runs.finish(made[0].id, "completed")
    assert runs.create(NewRun("mood@1", 7, Subset("all")), refuse)
    assert runs.create(NewRun("mood@2", 7, Subset("all")), refuse)


def test_a_run_is_not_taken_up_again_beside_another_one(runs: RunStore, run: Run) -> None:
    def refuse(other: Run) -> None:
        raise RunError(f"{other.id} is there")

    runs.cancel(run.id)
    another = runs.create(NewRun("mood@1", 7, Subset("all")))
    with pytest.raises(RunError, match=f"{another.id} is there"):
        runs.reopen(run.id, refuse)
    assert runs.run(run.id).status == "canceled"
    runs.cancel(another.id)
    runs.reopen(run.id, refuse)
    assert runs.run(run.id).status == "pending"


def test_who_lost_a_run_changes_nothing_of_it(
    runs: RunStore, run: Run, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = StoreClock(store, monkeypatch)
    runs.reopen(run.id)
    assert runs.claim(run.id, "a:1")
    assert runs.beat(run.id, 1.0, worker="a:1") == "in_progress"
    clock.now += 2 * ALIVE_S
    assert runs.claim(run.id, "b:1")
    assert runs.beat(run.id, 1.0, "It waits.", worker="a:1") == LOST
    runs.finish(run.id, "failed", "An error.", worker="a:1")
    assert not runs.complete(run.id, "a:1")
    found = runs.run(run.id)
    assert (found.status, found.reason, found.seconds) == ("in_progress", "", 1.0)
    assert runs.complete(run.id, "b:1")


def test_who_lost_a_run_to_the_queue_changes_nothing_of_it(runs: RunStore, run: Run, store: Store) -> None:
    assert runs.claim(run.id, "a:1")
    runs.reopen(run.id)
    ChunkStore(store).open(run.id)
    assert ChunkStore(store).claim(run.id, PLAN, "b:1")
    assert runs.beat(run.id, 1.0, worker="a:1") == LOST
    runs.finish(run.id, "failed", "An error.", worker="a:1")
    assert not runs.complete(run.id, "a:1")
    assert runs.run(run.id).status == "in_progress"
    assert runs.complete(run.id, QUEUED)
