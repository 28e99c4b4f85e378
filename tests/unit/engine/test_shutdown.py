"""Told to end: what is in flight is finished and stored, nothing more is sent, and whoever waits hears of it."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from backend.adapters.providers.prices import price_of
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure, Outcome
from backend.engine.predictor import Predictor
from backend.engine.request_executor import RequestExecutor
from backend.engine.shutdown import Shutdown, Stopped, process_stop
from backend.engine.stored_model import StoredModel
from tests.scripted import BROKEN, GOOD, ScriptedModel, builder, request, run, tasks

SLOTS = 4
SLOW_DOWN = Failure("rate_limited", "Slow down.", 60.0)


class NothingStored:
    """Facts of a database that is empty."""

    def completions(self, _digests: Sequence[str]) -> dict[str, list[Completion]]:
        return {}


class Work:
    """100 tasks in pages of 50, a model that can be held, and what came of it."""

    def __init__(self, script: Any = GOOD) -> None:
        self.model = ScriptedModel(script if callable(script) else [script])
        self.stored: list[Completion] = []
        self.outcomes: list[Outcome] = []
        self.stop = Shutdown()
        self.executor = RequestExecutor(StoredModel(self.model, self.stored.extend), SLOTS)

    async def label(self) -> None:
        async def sink(found: list[Outcome]) -> None:
            self.outcomes += found

        predictor = Predictor(self.executor, NothingStored(), lambda model, _: price_of(model), stop=self.stop)
        try:
            await predictor.label(builder(), [tasks(50), tasks(50, 51)], sink)
        finally:
            await self.executor.close()


def test_what_is_in_flight_comes_and_nothing_more_is_sent() -> None:
    async def go() -> Work:
        gate = asyncio.Event()

        async def reply(_request: ChatRequest, _attempt: int) -> str:
            if len(work.model.requests) > 10:
                await gate.wait()
            return GOOD

        work = Work(reply)
        labeler = asyncio.create_task(work.label())
        await work.model.arrived(10 + SLOTS)  # all slots are taken, by requests that wait
        work.stop.request()
        await asyncio.sleep(0)
        gate.set()
        with pytest.raises(Stopped):
            await labeler
        return work

    work = run(go())
    assert len(work.stored) == len(work.outcomes) == len(work.model.requests) == 10 + SLOTS
    assert all(outcome.sent == 1 and outcome.answer for outcome in work.outcomes)
    assert work.model.closed


@pytest.mark.parametrize("reply", [BROKEN, SLOW_DOWN])
def test_nothing_is_asked_again(reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.engine.first_answer.WARM_UP_S", 0)

    async def go() -> Work:
        work = Work(reply)
        work.model.hold = asyncio.Event()
        labeler = asyncio.create_task(work.label())
        await work.model.arrived(SLOTS)
        work.stop.request()
        await asyncio.sleep(0)
        work.model.hold.set()
        with pytest.raises(Stopped):
            await labeler
        return work

    work = run(go())
    assert len(work.model.requests) == len(work.outcomes) == SLOTS
    assert len(work.stored) == (SLOTS if reply == BROKEN else 0)


def test_what_waits_a_minute_to_be_sent_again_is_given_up() -> None:
    async def go() -> Work:
        work = Work(SLOW_DOWN)
        labeler = asyncio.create_task(work.label())
        await work.model.arrived(SLOTS + 1)
        work.stop.request()
        with pytest.raises(Stopped):
            await labeler
        return work

    assert run(go()).stored == []


def test_a_stop_before_the_first_request_sends_none() -> None:
    work = Work()
    work.stop.request()
    with pytest.raises(Stopped):
        run(work.label())
    assert work.model.requests == []


def test_an_answer_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.engine.request_executor.STOP_S", 0.1)

    async def go() -> Work:
        work = Work()
        work.model.hold = asyncio.Event()
        labeler = asyncio.create_task(work.label())
        await work.model.arrived(1)
        work.stop.request()
        with pytest.raises(Stopped):
            await labeler
        return work

    work = run(go())
    assert (work.stored, work.outcomes) == ([], [])


def test_a_cancel_while_stopping_is_a_cancel() -> None:
    async def go() -> None:
        model = ScriptedModel()
        model.hold = asyncio.Event()
        executor = RequestExecutor(StoredModel(model, lambda _: None), 1)
        asking = asyncio.create_task(executor.ask(request()))
        await model.arrived(1)
        executor.stop()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        with pytest.raises(Stopped):
            await executor.ask(request("another"))
        model.hold.set()
        await executor.close()

    run(go())


def test_a_stop_calls_those_who_listen_once_and_says_whether_there_are_any() -> None:
    stop, calls = Shutdown(), []
    with stop.calling(lambda: calls.append("first")):
        assert stop.request()
        assert stop.request()
        with stop.calling(lambda: calls.append("second")):
            pass
    assert calls == ["first", "second"]
    assert not stop.request()


def test_a_stop_may_come_from_any_thread() -> None:
    stop, heard = Shutdown(), threading.Event()
    with stop.calling(heard.set):
        threading.Thread(target=stop.request).start()
        assert heard.wait(10)


def test_a_process_has_one_stop() -> None:
    assert process_stop() is process_stop()
    assert not process_stop().requested
