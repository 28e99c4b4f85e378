"""A run that is canceled learns of it, whenever it begins to listen."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from backend.adapters.database.runs.runs import LOST
from backend.services.run_control import heartbeat as heartbeats
from backend.services.run_control.heartbeat import Heartbeat


@pytest.fixture
def canceled(monkeypatch: pytest.MonkeyPatch) -> Iterator[Heartbeat]:
    """The heartbeat of a run that it knows to be canceled."""
    beats, known = list[int](), threading.Event()

    def beat(_seconds: float, _waits_for: str) -> str:
        beats.append(1)
        if len(beats) == 2:
            known.set()
        return "canceled"

    monkeypatch.setattr(heartbeats, "EVERY_S", 0.001)
    with Heartbeat(beat) as heartbeat:
        assert known.wait(20)
        yield heartbeat


def test_a_cancel_that_came_before_is_told_at_once_and_once(canceled: Heartbeat) -> None:
    told: list[int] = []
    canceled.when_canceled(lambda: told.append(1))
    assert told == [1]
    assert canceled.canceled


def test_a_cancel_that_came_before_ends_the_work(canceled: Heartbeat) -> None:
    async def label() -> None:
        canceled.cancels_this_task()
        await asyncio.wait_for(asyncio.Event().wait(), 20)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(label())


def test_a_cancel_is_told_once_from_its_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    told, twice = list[str](), threading.Event()

    def beat(_seconds: float, _waits_for: str) -> str:
        if told:
            twice.set()
        return "canceled"

    monkeypatch.setattr(heartbeats, "EVERY_S", 0.001)
    beats = threading.Semaphore(0)

    def going_on(_seconds: float, _waits_for: str) -> str:
        beats.release()
        return "in_progress"

    with Heartbeat(going_on) as going:
        going.when_canceled(lambda: told.append("no"))
        for _ in range(2):  # the first one was looked at when the second one comes
            assert beats.acquire(timeout=20)
    assert told == []
    heartbeat = Heartbeat(beat)
    heartbeat.when_canceled(lambda: told.append(threading.current_thread().name))
    with heartbeat:
        assert twice.wait(20)
    assert told == ["heartbeat"]


def test_a_run_that_was_suspended_asks_whose_it_is_before_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    status, now = ["in_progress"], [1000.0]
    monkeypatch.setattr(heartbeats, "EVERY_S", 1000)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    asked: list[float] = []

    def beat(seconds: float, _waits_for: str) -> str:
        asked.append(seconds)
        return status[0]

    heartbeat = Heartbeat(beat)
    assert not heartbeat.is_lost()
    assert asked == []
    now[0] += 600
    assert not heartbeat.is_lost()
    status[0] = LOST
    now[0] += 600
    assert heartbeat.is_lost()
    assert asked == [600, 600]
    status[0] = "canceled"
    assert heartbeat.is_lost()
    assert heartbeat.canceled


def test_a_canceled_run_is_not_lost() -> None:
    heartbeat = Heartbeat(lambda _seconds, _waits_for: "canceled")
    heartbeat._notify()
    assert heartbeat.canceled
    assert not heartbeat.is_lost()
