"""Runs are taken up again when nothing stands against it, as they are started."""

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.person import Person
from backend.domain.runs.run import START_S, Run
from backend.domain.runs.stop_reason import NEVER_BEGAN
from backend.errors import RunError
from backend.services.runs.lifecycle import RunLifecycle
from backend.services.runs.options import RunOptions
from tests.scripted import version

ALL = Subset("all")


class MoodRuns:
    def __init__(self, store: Store) -> None:
        self.run_store, self.given = RunStore(store), list[str]()
        self.under_way = False
        self.monthly_budget: float | None = None
        self.mood: Any = SimpleNamespace(version=version(name="mood"), project=SimpleNamespace(id=7))
        resolver: Any = SimpleNamespace(resolved=lambda _: self.mood)
        batches: Any = SimpleNamespace(
            check=lambda _: None, is_under_way=lambda _: self.under_way, base_url="http://localhost:1"
        )
        author = lambda: Person(1, "")  # noqa: E731
        self.runs = RunLifecycle(
            self.run_store,
            resolver,
            lambda _: batches,
            lambda *_: lambda *_: 0.1,
            author,
            lambda _: self.monthly_budget,
        )

    def ended(self, **options: Any) -> Run:
        run = self.run_store.create(NewRun("mood@1", 7, ALL, **options))
        self.run_store.cancel(run.id)
        return run

    def resume(self, run: Run) -> None:
        self.runs.reopen(run.id, SimpleNamespace(give=self.given.append))


@pytest.fixture
def world(store: Store) -> MoodRuns:
    return MoodRuns(store)


def test_a_run_is_not_resumed_beside_another_one(world: MoodRuns) -> None:
    first = world.ended()
    second = world.run_store.create(NewRun("mood@1", 7, ALL))
    with pytest.raises(RunError, match=f"Run {second.id} of mood@1 waits"):
        world.resume(first)
    assert world.given == []
    world.run_store.cancel(second.id)
    world.resume(first)
    assert world.given == [first.id]


def test_a_batch_is_resumed_under_a_monthly_budget_only_to_collect_what_is_paid(world: MoodRuns) -> None:
    run = world.ended(batch=True)
    world.monthly_budget = 5.0
    with pytest.raises(RunError, match="can't keep the monthly budget of connection 'default'"):
        world.resume(run)
    world.under_way = True
    world.resume(run)
    assert world.given == [run.id]


@pytest.fixture
def now(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The database's clock."""
    moment = [1_800_000_000.0]
    monkeypatch.setattr(store, "clock", lambda: sa.literal(moment[0], sa.Double))
    return moment


@pytest.mark.parametrize("batch", [False, True])
def test_a_run_that_never_began_keeps_no_other_from_starting(world: MoodRuns, now: list[float], batch: bool) -> None:
    options = RunOptions(batch=batch)
    first = world.runs.start(world.mood, ALL, options)
    now[0] += START_S - 1
    with pytest.raises(RunError, match=f"Run {first.id} of mood@1 waits"):
        world.runs.start(world.mood, ALL, options)
    now[0] += 1
    second = world.runs.start(world.mood, ALL, options)
    assert world.run_store.run(second.id).status == "pending"
    ended = world.run_store.run(first.id)
    assert (ended.status, ended.reason, ended.stop) == ("failed", *NEVER_BEGAN)
    assert not world.run_store.claim(first.id, "late:1"), "its process comes too late"


def test_a_run_that_never_began_is_resumed_as_others_that_failed(world: MoodRuns, now: list[float]) -> None:
    run = world.run_store.create(NewRun("mood@1", 7, ALL))
    now[0] += START_S
    world.resume(run)
    assert world.given == [run.id]
    assert world.run_store.claim(run.id, "here:1")
    assert world.run_store.complete(run.id, "here:1")


def test_an_ended_run_is_resumed_beside_one_that_never_began(world: MoodRuns, now: list[float]) -> None:
    first = world.ended()
    second = world.run_store.create(NewRun("mood@1", 7, ALL))
    now[0] += START_S
    world.resume(first)
    assert world.run_store.run(second.id).stop is NEVER_BEGAN.kind
    with pytest.raises(RunError, match=f"Run {first.id} of mood@1 waits"):
        world.resume(second)
    world.run_store.cancel(first.id)
    world.resume(second)
    assert world.given == [first.id, second.id]
