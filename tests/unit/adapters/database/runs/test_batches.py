"""Batches in the database: one process takes each step, answers are stored once, the rest gets a reason."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.adapters.database.budgets.connection_ledger import ConnectionLedger
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.batches import BatchLine, BatchStore, StoredBatch
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.chat.request import Completion
from backend.domain.dataset.subset import Subset
from backend.domain.outcome import Failure
from tests.scripted import completion, some

A, B, C = "a" * 64, "b" * 64, "c" * 64
URL = "http://model.test/v1"
NO = Failure("deadline", "It expired.")


@pytest.fixture
def batches(store: Store) -> BatchStore:
    return BatchStore(store)


@pytest.fixture
def batch(store: Store, batches: BatchStore) -> StoredBatch:
    run = RunStore(store).create(NewRun("mood@1", 7, Subset("all"), batch=True))
    made = batches.create(run.id, URL, "m")
    batches.add(made, {A: 1, B: 2, C: 3})
    return made


def test_a_step_is_taken_by_one(batches: BatchStore, batch: StoredBatch) -> None:
    with ThreadPoolExecutor(4) as pool:
        moved = list(pool.map(lambda _: batches.move(batch, "uploading"), range(4)))
    assert len([found for found in moved if found]) == 1
    assert batches.of_run(batch.run_id)[0].state == "uploading"


def test_what_came_is_stored_once_however_often_it_is_given(
    store: Store, batches: BatchStore, batch: StoredBatch
) -> None:
    store.add_completions([completion(digest=A)])
    found: dict[str, Completion | Failure] = {
        A: completion(digest=A, batch=True),
        B: Failure("server", "No."),
        "f" * 64: completion(digest="f" * 64),
    }
    for _ in range(3):
        batches.keep(batch, found)
    stored = store.completions([A, B, "f" * 64])
    assert [(c.attempt, c.batch) for c in stored[A]] == [(0, False), (1, True)]
    assert list(stored) == [A]
    batches.end(batch, NO)
    kept = sorted(batches.lines([A, B, C], [batch.id]), key=lambda line: line.digest)
    assert kept == [BatchLine(A, 1, None), BatchLine(B, 2, Failure("server", "No.")), BatchLine(C, 3, NO)]
    assert batches.of_run(batch.run_id) == []


def test_two_who_download_at_once_store_it_once(store: Store, batches: BatchStore, batch: StoredBatch) -> None:
    found = {digest: completion(digest=digest, batch=True) for digest in (A, B, C)}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: batches.keep(batch, found), range(4)))
    assert [len(attempts) for attempts in store.completions([A, B, C]).values()] == [1, 1, 1]


def test_another_run_waits_for_what_the_provider_has(batches: BatchStore, batch: StoredBatch) -> None:
    assert batches.under_way([A, "f" * 64], "another") == {}
    assert set(batches.under_way([A, "f" * 64], batch.run_id)) == {A}
    opened = batches.move(batch, "open", batch_id="batch_1")
    assert batches.under_way([A], "another") == {A: opened}
    assert batches.adopt(some(opened), "another").run_id == "another"
    assert [b.id for b in batches.of_run("another")] == [batch.id]


def test_a_cancel_forgets_what_was_not_asked_for(batches: BatchStore, batch: StoredBatch) -> None:
    asked = batches.create(batch.run_id, URL, "m")
    asked = some(batches.move(asked, "creating", file_id="file-1"))
    batches.cancel(batch.run_id)
    (left,) = batches.of_run(batch.run_id)
    assert (left.id, left.canceled) == (asked.id, True)
    assert batches.move(batch, "creating") is None
    batches.drop(left)
    assert batches.of_run(batch.run_id) == [left]


def test_what_came_through_a_stored_connection_counts_in_its_month(
    store: Store, batches: BatchStore, batch: StoredBatch
) -> None:
    def pricing(_model: str, _connection: str) -> Callable[[int, int, int], float]:
        return lambda prompt, cached, said: 0.25

    batches.keep(batch, {A: completion(digest=A, connection="groq", batch=True)})
    assert ConnectionLedger(store, "groq", 1.0, pricing).spent() > 0
