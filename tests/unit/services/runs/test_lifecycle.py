"""Runs are taken up again when nothing stands against it, as they are started."""

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.optimize.search import SearchOptions
from backend.domain.runs.run import START_S, Run
from backend.errors import RunError, UsedUpError
from backend.services.runs.lifecycle import RunLifecycle
from tests.scripted import version

ALL = Subset("all")


class World:
    def __init__(self, store: Store) -> None:
        self.record, self.given = RunStore(store), list[str]()
        self.under_way = False
        self.monthly_budget: float | None = None
        resolver: Any = SimpleNamespace(resolved=lambda _: SimpleNamespace(version=version()))
        batches: Any = SimpleNamespace(check=lambda _: None, is_under_way=lambda _: self.under_way)
        nobody: Any = lambda: None  # noqa: E731
        self.runs = RunLifecycle(
            self.record, resolver, lambda _: batches, lambda *_: lambda *_: 0.1, nobody, lambda _: self.monthly_budget
        )

    def ended(self, **options: Any) -> Run:
        run = self.record.create(NewRun("mood@1", 7, ALL, **options))
        self.record.cancel(run.id)
        return run

    def resume(self, run: Run) -> None:
        self.runs.reopen(run.id, SimpleNamespace(give=self.given.append))


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def test_a_run_is_not_resumed_beside_another_one(world: World) -> None:
    first = world.ended()
    second = world.record.create(NewRun("mood@1", 7, ALL))
    with pytest.raises(RunError, match=f"Run {second.id} of mood@1 waits"):
        world.resume(first)
    assert world.given == []
    world.record.cancel(second.id)
    world.resume(first)
    assert world.given == [first.id]


def test_a_batch_is_resumed_under_a_monthly_budget_only_to_collect_what_is_paid(world: World) -> None:
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


def test_a_run_whose_server_ended_before_it_began_is_handed_over_once(world: World, now: list[float]) -> None:
    workers: Any = SimpleNamespace(give=world.given.append)
    run = world.record.create(NewRun("mood@1", 7, Subset("rest", ids=(3,)), keep=True))
    reserved: list[Run] = []
    world.runs.take_up("mood@1", workers, reserved.append)
    assert world.given == [], "its process may still begin"
    now[0] += START_S
    seen_by_both = world.record.run(run.id)
    assert seen_by_both.never_began
    world.runs.take_up("mood@1", workers, reserved.append)
    assert not world.record.take_up(run.id), "another server that saw the same leaves it alone"
    world.runs.take_up("mood@1", workers, reserved.append)
    assert world.given == [other.id for other in reserved] == [run.id]


def test_a_run_without_money_is_handed_over_later(world: World, now: list[float]) -> None:
    workers: Any = SimpleNamespace(give=world.given.append)
    run = world.record.create(NewRun("mood@1", 7, ALL))
    now[0] += START_S

    def reserve(_run: Run) -> None:
        raise UsedUpError("Nothing is left today.")

    with pytest.raises(UsedUpError):
        world.runs.take_up("mood@1", workers, reserve)
    assert world.given == []
    now[0] += START_S
    world.runs.take_up("mood@1", workers, lambda _: None)
    assert world.given == [run.id]


@pytest.mark.parametrize("status", ["canceled", "in_progress", "search"])
def test_what_is_at_work_or_has_ended_is_not_handed_over(world: World, now: list[float], status: str) -> None:
    workers: Any = SimpleNamespace(give=world.given.append)
    run = world.record.create(NewRun("mood@1", 7, SearchOptions("a-teacher") if status == "search" else ALL))
    if status == "canceled":
        world.record.cancel(run.id)
    elif status == "in_progress":
        world.record.claim(run.id, "a:1")
    now[0] += START_S
    world.runs.take_up("mood@1", workers, lambda _: None)
    assert world.given == []
