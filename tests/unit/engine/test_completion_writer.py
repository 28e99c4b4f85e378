"""Recorder: who returns is stored, many share a commit, and trouble reaches everyone it concerns."""

import asyncio
import contextlib
import threading
from typing import Any

import pytest

from backend.domain.chat.request import Completion
from backend.engine import completion_writer as module
from backend.engine import paid_completions as paid
from backend.engine.completion_writer import CompletionWriter
from backend.engine.shutdown import Shutdown
from backend.errors import StoreAwayError, StoreError
from tests.scripted import completion, run, some


class WrittenBatches:
    """Keeps what is written, batch by batch; `hold` stops it, `trouble` is raised."""

    def __init__(self) -> None:
        self.batches: list[list[Completion]] = []
        self.threads: set[int] = set()
        self.trouble: Exception | None = None
        self.hold: threading.Event | None = None
        self.begun = threading.Event()

    def write(self, batch: list[Completion]) -> None:
        self.begun.set()
        self.threads.add(threading.get_ident())
        if self.hold is not None:
            assert self.hold.wait(10)
        if self.trouble is not None:
            raise self.trouble
        self.batches.append(list(batch))


def facts(number: int) -> list[Completion]:
    return [completion(digest=f"{n:064x}") for n in range(number)]


def test_what_comes_together_is_committed_together_and_in_order() -> None:
    record = WrittenBatches()

    async def scene() -> None:
        recorder = CompletionWriter(record.write)
        await asyncio.gather(*(recorder.record(fact) for fact in facts(100)))
        await recorder.close()

    run(scene())
    assert record.batches == [facts(100)]


def test_who_returns_is_stored_and_who_is_not_waits() -> None:
    record = WrittenBatches()
    record.hold = threading.Event()

    async def scene() -> None:
        recorder = CompletionWriter(record.write)
        first = asyncio.create_task(recorder.record(facts(1)[0]))
        await asyncio.to_thread(record.begun.wait, 10)
        later = [asyncio.create_task(recorder.record(fact)) for fact in facts(3)[1:]]
        await asyncio.sleep(0)
        assert not any(task.done() for task in (first, *later))
        some(record.hold).set()
        await first
        assert record.batches == [facts(1)]
        await asyncio.gather(*later)
        await recorder.close()

    run(scene())
    assert record.batches == [facts(1), facts(3)[1:]]


def test_the_loop_never_waits_for_the_disk() -> None:
    record = WrittenBatches()

    async def scene() -> None:
        recorder = CompletionWriter(record.write)
        await recorder.record(facts(1)[0])
        await recorder.close()

    run(scene())
    assert threading.get_ident() not in record.threads
    assert len(record.threads) == 1


@pytest.mark.parametrize("trouble", [StoreError("The disk is full."), ValueError("anything")])
def test_trouble_reaches_all_in_the_commit_and_no_later_one(trouble: Any) -> None:
    record = WrittenBatches()
    record.trouble = trouble

    async def scene() -> None:
        recorder = CompletionWriter(record.write)
        found = await asyncio.gather(*(recorder.record(fact) for fact in facts(5)), return_exceptions=True)
        assert found == [trouble] * 5
        record.trouble = None
        await recorder.record(facts(6)[5])
        await recorder.close()

    run(scene())
    assert record.batches == [facts(6)[5:]]


def test_who_is_cancelled_is_stored_all_the_same() -> None:
    record = WrittenBatches()
    record.hold = threading.Event()

    async def scene() -> None:
        recorder = CompletionWriter(record.write)
        tasks = [asyncio.create_task(recorder.record(fact)) for fact in facts(3)]
        await asyncio.to_thread(record.begun.wait, 10)
        tasks[1].cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await tasks[1]
        some(record.hold).set()
        await asyncio.gather(tasks[0], tasks[2])
        await recorder.close()

    run(scene())
    assert record.batches == [facts(3)]


def test_closing_waits_for_what_is_pending() -> None:
    record = WrittenBatches()

    async def scene() -> None:
        recorder = CompletionWriter(record.write)
        task = asyncio.create_task(recorder.record(facts(1)[0]))
        await asyncio.sleep(0)
        await recorder.close()
        assert task.done() or record.batches
        await task

    run(scene())
    assert record.batches == [facts(1)]


def test_closing_with_nothing_pending_and_twice() -> None:
    async def scene() -> None:
        record = WrittenBatches()
        recorder = CompletionWriter(record.write)
        await recorder.close()
        await recorder.close()
        assert record.batches == []

    run(scene())


def test_after_closing_nothing_is_taken_in_silence() -> None:
    async def scene() -> None:
        recorder = CompletionWriter(WrittenBatches().write)
        await recorder.close()
        with pytest.raises(RuntimeError):
            await recorder.record(completion())

    run(scene())


def test_commits_are_few_however_many_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GATHER_S", 0)
    record = WrittenBatches()

    async def scene() -> None:
        recorder = CompletionWriter(record.write)
        for turn in range(20):
            await asyncio.gather(*(recorder.record(completion(attempt=turn * 50 + n)) for n in range(50)))
        await recorder.close()

    run(scene())
    assert len(record.batches) == 20
    assert sum(map(len, record.batches)) == 1000


async def _one_by_one(recorder: CompletionWriter, number: int) -> None:
    """A completion for each time that the writer looks whether more have come."""
    tasks = []
    for fact in facts(number):
        tasks.append(asyncio.create_task(recorder.record(fact)))
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    await recorder.close()


@pytest.mark.parametrize(("room", "first"), [(0, 2), (4, 2), (12, 6), (100, 10)])
def test_while_more_come_they_share_a_commit_up_to_half_of_the_room(
    monkeypatch: pytest.MonkeyPatch, room: int, first: int
) -> None:
    monkeypatch.setattr(module, "GATHER_S", 0)
    record = WrittenBatches()
    run(_one_by_one(CompletionWriter(record.write, room=room), 10))
    assert len(record.batches[0]) == first
    assert sum(map(len, record.batches)) == 10


def test_one_alone_waits_once(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    sleep = asyncio.sleep

    async def counted(seconds: float) -> None:
        waits.append(seconds)
        await sleep(seconds)

    monkeypatch.setattr(asyncio, "sleep", counted)
    run(_one_by_one(CompletionWriter(WrittenBatches().write, room=100), 1))
    assert waits.count(module.GATHER_S) == 1


def test_what_is_paid_waits_for_a_record_that_is_away_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(paid, "AGAIN_S", 0)
    record = WrittenBatches()
    record.trouble = StoreAwayError("The database can't be written (database is locked).")

    async def scene() -> None:
        recorder = CompletionWriter(record.write, Shutdown())
        tasks = [asyncio.create_task(recorder.record(fact)) for fact in facts(3)]
        while not caplog.records:
            await asyncio.sleep(0)
        closing = asyncio.create_task(recorder.close())
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in (*tasks, closing)), "closing waits as well"
        record.trouble = None
        await asyncio.gather(*tasks, closing)

    run(scene())
    assert record.batches == [facts(3)]
    (line,) = caplog.messages
    assert "database is locked" in line
    assert "3 answers" in line


def test_who_is_told_to_end_tries_once_more_and_says_what_is_lost(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(paid, "AGAIN_S", 0)
    monkeypatch.setattr(paid, "LAST_S", 0.05)
    record, stop = WrittenBatches(), Shutdown()
    record.trouble = StoreAwayError("Locked.")
    stop.request()

    async def scene() -> None:
        recorder = CompletionWriter(record.write, stop)
        with pytest.raises(StoreAwayError):
            await recorder.record(facts(1)[0])
        await recorder.close()

    run(scene())
    assert "Not stored, though paid for: 1 answers" in caplog.messages[-1]


def test_so_many_let_the_next_one_go_before_their_commit_and_the_others_after_it() -> None:
    record = WrittenBatches()
    record.hold = threading.Event()
    freed: list[int] = []

    async def scene() -> None:
        recorder = CompletionWriter(record.write, room=2)
        tasks = [
            asyncio.create_task(recorder.record(fact, lambda place=place: freed.append(place)))  # type: ignore[misc]
            for place, fact in enumerate(facts(5))
        ]
        await asyncio.to_thread(record.begun.wait, 10)
        assert freed == [0, 1]
        later = asyncio.create_task(recorder.record(completion(digest="f" * 64), lambda: freed.append(5)))
        await asyncio.sleep(0)
        assert freed == [0, 1]
        some(record.hold).set()
        await asyncio.gather(*tasks, later)
        await recorder.close()
        assert recorder._room == 2

    run(scene())
    assert freed == [0, 1, 5]


def test_trouble_gives_the_room_back() -> None:
    record = WrittenBatches()
    record.trouble = StoreError("The disk is full.")

    async def scene() -> int:
        recorder = CompletionWriter(record.write, room=3)
        await asyncio.gather(*(recorder.record(fact) for fact in facts(2)), return_exceptions=True)
        await recorder.close()
        return recorder._room

    assert run(scene()) == 3
