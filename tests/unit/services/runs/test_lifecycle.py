"""Runs are taken up again when nothing stands against it, as they are started."""

from types import SimpleNamespace
from typing import Any

import pytest

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.runs.run import Run
from backend.errors import RunError
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
