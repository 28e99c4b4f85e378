"""What was paid for, and a database that is locked, full or away: the real one, held by another connection."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from backend.adapters.database.embeddings import EmbeddingStore
from backend.adapters.database.engine import may_pass
from backend.adapters.database.prompts import Store
from backend.engine import paid_completions as paid
from backend.engine.completion_writer import CompletionWriter
from backend.engine.embedder import Embedder
from backend.engine.shutdown import Shutdown
from backend.errors import StoreAwayError
from tests.databases import DATABASES, postgresql
from tests.running import until
from tests.scripted import completion, run

Held = tuple[Store, sa.Connection]


class Impatient(Store):
    """Gives up on a lock at once: half a minute would be too long for a test."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        wait = "SET lock_timeout = '50ms'" if self.engine.dialect.name == "postgresql" else "PRAGMA busy_timeout = 50"
        sa.event.listen(self.engine, "connect", lambda connection, _: _do(connection, wait))
        self.engine.dispose()


def _do(connection: Any, statement: str) -> None:
    cursor = connection.cursor()
    cursor.execute(statement)
    connection.commit()
    cursor.close()


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'record.sqlite3'}"
        return
    with postgresql() as found:
        yield found


LOCK = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "LOCK TABLE completions, embeddings IN ACCESS EXCLUSIVE MODE"}


@pytest.fixture
def held(url: str) -> Iterator[Held]:
    """A store, and the connection of somebody else who holds all of it."""
    store = Impatient(url)
    other = Store(url)
    with other.engine.connect() as connection:
        connection.exec_driver_sql(LOCK[other.engine.dialect.name])
        yield store, connection
    store.close()
    other.close()


def test_answers_wait_for_a_record_that_somebody_locks(
    held: Held, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, lock = held
    monkeypatch.setattr(paid, "AGAIN_S", 0.02)

    async def scene() -> None:
        recorder = CompletionWriter(store.add_completions, Shutdown())
        waiting = asyncio.create_task(recorder.record(completion()))
        while not caplog.records:
            await asyncio.sleep(0.01)
        assert not waiting.done()
        lock.rollback()
        await waiting
        await recorder.close()

    run(scene())
    assert store.completions([completion().digest])
    assert len(caplog.records) == 1


def test_embeddings_wait_as_well(held: Held, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    store, lock = held
    monkeypatch.setattr(paid, "AGAIN_S", 0.02)
    part = EmbeddingStore(store)

    class EqualVectors:
        asked = 0

        def vectors(self, model: str, texts: Sequence[str]) -> list[bytes]:
            EqualVectors.asked += 1
            return [b"\x00\x00\x80\x3f" * 2 for _ in texts]

    class NoVectors:
        def vectors(self, digests: Sequence[str]) -> dict[str, bytes]:
            return {}

        def add(self, vectors: dict[str, bytes]) -> None:
            part.add(vectors)

    worker = threading.Thread(target=lambda: Embedder(NoVectors(), EqualVectors, "http://model.test")("m", ["a", "b"]))
    worker.start()
    until(lambda: caplog.records)
    lock.rollback()
    worker.join(20)
    assert not worker.is_alive()
    assert EqualVectors.asked == 1
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM embeddings").scalar() == 2


def test_a_full_disk_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(f"sqlite:///{tmp_path / 'record.sqlite3'}")
    pages: list[int] = []

    def full(connection: sqlite3.Connection, _record: object) -> None:
        if pages:
            connection.execute(f"PRAGMA max_page_count = {pages[0]}")

    sa.event.listen(store.engine, "connect", full)
    with store.engine.connect() as connection:
        pages.append(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    store.engine.dispose()
    large = completion(text="x" * 200_000)
    with pytest.raises(StoreAwayError, match="full"):
        store.add_completions([large])
    monkeypatch.setattr(paid, "AGAIN_S", 0)

    async def scene() -> None:
        recorder = CompletionWriter(store.add_completions, Shutdown())
        waiting = asyncio.create_task(recorder.record(large))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        pages.clear()
        store.engine.dispose()
        await waiting
        await recorder.close()

    run(scene())
    assert store.completions([large.digest])
    store.close()


def test_what_is_no_matter_of_time_is_told_at_once(tmp_path: Path) -> None:
    broken = sqlite3.DatabaseError("file is not a database")
    assert not may_pass(OperationalError("INSERT", {}, broken))
