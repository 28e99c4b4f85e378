"""Every repository waits for a database that went away as long as the Store does."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from backend.adapters.database import retry as module
from backend.adapters.database.budgets.budget_ledger import BudgetLedger
from backend.adapters.database.calibrations import CalibrationStore
from backend.adapters.database.embeddings import EmbeddingStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import RetryPolicy
from backend.adapters.database.runs.batches import BatchStore
from backend.adapters.database.runs.chunks import ChunkStore
from backend.adapters.database.runs.run_tasks import RunTaskStore
from backend.adapters.database.runs.runs import RunStore

READS: dict[type[Repository], Callable[[Any], object]] = {
    RunTaskStore: lambda part: part.some("mood@1", 5),
    BatchStore: lambda part: part.of_run("nosuch"),
    EmbeddingStore: lambda part: part.vectors(["a" * 64]),
    ChunkStore: lambda part: part.waiting(),
    RunStore: lambda part: part.runs(),
}


class Flaky:
    """An engine whose database is away for the first connection."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine, self.away = engine, 1

    def connect(self) -> sa.Connection:
        if self.away:
            self.away -= 1
            raise OperationalError("SELECT", {}, Exception("away"), connection_invalidated=True)
        return self._engine.connect()


@pytest.mark.parametrize("kind", READS)
def test_it_waits_as_long_as_the_store(store: Store, kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN_S", 0.0)
    part = kind(store.with_retry(RetryPolicy(30.0)))
    part._engine = Flaky(part._engine)
    assert not READS[kind](part)
    assert part._engine.away == 0


@pytest.mark.parametrize(
    "kind", [RunTaskStore, BatchStore, CalibrationStore, EmbeddingStore, ChunkStore, RunStore, BudgetLedger]
)
def test_they_all_do(kind: type) -> None:
    assert issubclass(kind, Repository)
