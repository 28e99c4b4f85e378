"""Every part of the record waits for a database that went away as long as the record itself does."""

import pytest
from sqlalchemy.exc import OperationalError

from backend.edges import store as module
from backend.edges.annex import Annex
from backend.edges.ask_store import AskStore
from backend.edges.batch_store import BatchStore
from backend.edges.calibration_store import CalibrationStore
from backend.edges.embedding_store import EmbeddingStore
from backend.edges.job_store import JobStore
from backend.edges.ledger import Ledger
from backend.edges.run_store import RunStore

READS = {
    AskStore: lambda part: part.some("mood@1", 5),
    BatchStore: lambda part: part.of_run("nosuch"),
    EmbeddingStore: lambda part: part.vectors(["a" * 64]),
    JobStore: lambda part: part.waiting(),
    RunStore: lambda part: part.runs(),
}


class Flaky:
    """An engine whose database is away for the first connection."""

    def __init__(self, engine):
        self._engine, self.away = engine, 1

    def connect(self):
        if self.away:
            self.away -= 1
            raise OperationalError("SELECT", {}, Exception("away"), connection_invalidated=True)
        return self._engine.connect()


@pytest.mark.parametrize("kind", READS)
def test_it_waits_as_long_as_the_store(store, kind, monkeypatch):
    monkeypatch.setattr(module, "AGAIN_S", 0.0)
    store.patience_s = 30.0
    part = kind(store)
    part._engine = Flaky(part._engine)
    assert not READS[kind](part)
    assert part._engine.away == 0


@pytest.mark.parametrize("kind", [AskStore, BatchStore, CalibrationStore, EmbeddingStore, JobStore, RunStore, Ledger])
def test_they_all_do(kind):
    assert issubclass(kind, Annex)
