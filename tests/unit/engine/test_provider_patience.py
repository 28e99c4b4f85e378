"""An outage that all requests meet costs no task; what one request meets is its own. The clock is the test's."""

import asyncio
from collections.abc import Callable

import pytest

from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure
from backend.engine import provider_patience, request_executor
from backend.engine.completion_writer import CompletionWriter
from backend.engine.failure_handling import TRIES, FailureHandling
from backend.engine.provider_patience import PATIENCE_S, ProviderPatience
from backend.engine.request_executor import RequestExecutor
from backend.engine.response_cache import RequestResult
from backend.engine.stored_model import StoredModel
from backend.errors import ProviderAwayError
from tests.scripted import GOOD, Reply, ScriptedModel, completion, request, run

DOWN = Failure("server", "The model's server answered 500.")


class Unwritten(CompletionWriter):
    """Storing takes no time."""

    async def record(self, completion: Completion, free: object = None) -> None:
        return

    async def close(self) -> None:
        return


class WaitedClock:
    """Time that passes only where somebody waits for it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> WaitedClock:
    clock = WaitedClock()

    async def pause(_over: asyncio.Event, seconds: float) -> None:
        await asyncio.sleep(0)
        clock.now += seconds / 8  # eight wait at the same time

    def delay(failure: Failure, tries: int) -> float:
        clock.now += (failure.retry_after or 0.5 * 2**tries) / 8
        return 0

    monkeypatch.setattr(provider_patience, "time", clock)
    monkeypatch.setattr(provider_patience, "_pause", pause)
    monkeypatch.setattr(request_executor, "_delay", delay)
    return clock


def labelled(
    script: Callable[[ChatRequest, int], Reply], number: int = 60, patience_s: float = PATIENCE_S
) -> tuple[list[RequestResult], list[str], ScriptedModel]:
    """What became of so many tasks, eight at a time, what the user was told, and the model."""

    async def reply(request: ChatRequest, attempt: int) -> Reply:
        await asyncio.sleep(0)
        return script(request, attempt)

    async def scene() -> tuple[list[RequestResult], list[str], ScriptedModel]:
        model, told = ScriptedModel(reply), list[str]()
        executor = RequestExecutor(StoredModel(model, lambda _: None), 8, failures=FailureHandling(patience_s))
        executor.patience.notify = told.append
        executor._writer = Unwritten(lambda _: None)
        left, found = iter(range(number)), list[RequestResult]()

        async def worker() -> None:
            for n in left:
                found.append(await executor.ask(request(f"text {n}")))

        try:
            await asyncio.gather(*(worker() for _ in range(8)))
        finally:
            await executor.close()
        return found, told, model

    return run(scene())


@pytest.mark.parametrize(
    "trouble",
    [
        DOWN,
        Failure("server", "The model's server answered 503.", 5.0),
        Failure("rate_limited", "The provider's rate limit was reached.", 1.0),
        Failure("connection", "No connection to the model's server."),
        Failure("timeout", "The model's server did not answer in time."),
    ],
)
def test_an_outage_of_a_minute_costs_no_task(trouble: Failure, clock: WaitedClock) -> None:
    gone = (clock.now + 20, clock.now + 80)

    def script(*_: object) -> Reply:
        clock.now += 0.5
        return trouble if gone[0] < clock.now < gone[1] else GOOD

    found, told, model = labelled(script, 120)
    assert [result.failure for result in found] == [None] * 120
    assert clock.now > gone[1]
    assert told[-1] == "The model's server answers again."
    assert "All requests wait until it answers, at most 5 minutes." in told[0]
    assert len(told) <= 4
    assert len(model.requests) < 120 + 80


def test_an_outage_without_end_ends_the_run_and_not_its_tasks(clock: WaitedClock) -> None:
    def script(*_: object) -> Reply:
        clock.now += 0.5
        return GOOD if clock.now < 1005 else DOWN

    with pytest.raises(ProviderAwayError, match=r"500\. That lasted 5 minutes: the answers are kept"):
        labelled(script)
    assert PATIENCE_S <= clock.now - 1005 < 2 * PATIENCE_S


def test_a_task_that_always_fails_is_only_that_tasks_failure(clock: WaitedClock) -> None:
    found, told, model = labelled(lambda asked, _: DOWN if asked.user.endswith(" 7") else GOOD)
    assert [result.failure for result in found if result.failure] == [DOWN]
    assert sum(asked.user.endswith(" 7") for asked in model.requests) == TRIES["server"]
    assert told == []


def test_a_wait_of_minutes_is_told_and_one_too_long_is_not_made(clock: WaitedClock) -> None:
    later = Failure("rate_limited", "The provider's rate limit was reached.", 25.0)
    told: list[str] = []
    patience = ProviderPatience(notify=told.append)
    patience.notify_wait(25.0, later)
    patience.notify_wait(25.0, later)
    assert told == ["The provider's rate limit was reached. It is asked again in 25 s."]
    much_later = Failure("rate_limited", "The provider's rate limit was reached.", 1500.0)
    with pytest.raises(ProviderAwayError, match="It asks to wait 25 minutes"):
        labelled(lambda *_: much_later, 60)


def test_what_is_waited_for_since_when_and_until_when_can_be_read_while_it_lasts(clock: WaitedClock) -> None:
    patience = ProviderPatience(notify=lambda _: None)
    assert patience.waits() == ""
    for n in range(5):
        patience.record(str(n), Failure("server", "The model's server answered 503.", 20.0))
        clock.now += 1
    said = "The model's server answered 503. All requests have waited for 5 s; the next try is in 19 s."
    assert patience.waits() == said
    clock.now += 200
    assert patience.waits().endswith(" have waited for 3 minutes; it is asked again now.")
    patience.record("0", Failure("bad_request", "No."), probed=True)
    assert patience.waits() == ""


def test_an_answer_to_what_was_sent_before_the_outage_does_not_end_it() -> None:
    told: list[str] = []
    patience = ProviderPatience(notify=told.append)
    answer, gone = completion(), Failure("connection", "No connection to the model's server.")
    for reply in (answer, gone, answer, gone):
        patience.record("", reply)
    assert patience.outage
    assert told == ["No connection to the model's server. All requests wait until it answers, at most 5 minutes."]
    patience.record("", answer, probed=True)
    assert not patience.outage
    assert told[1:] == ["The model's server answers again."]


def test_a_request_that_waits_alone_can_be_read_too(clock: WaitedClock) -> None:
    patience = ProviderPatience(notify=lambda _: None)
    patience.notify_wait(25.0, Failure("rate_limited", "The provider's rate limit was reached.", 25.0))
    clock.now += 5
    assert patience.waits() == "The provider's rate limit was reached. It is asked again in 20 s."
    clock.now += 25
    assert patience.waits() == ""


def test_without_patience_each_failure_counts() -> None:
    patience = ProviderPatience(0)
    assert all(patience.record(str(n), DOWN) for n in range(50))
    assert not patience.outage


def test_who_waits_for_a_slot_when_an_outage_begins_is_not_sent(clock: WaitedClock) -> None:
    """Eight have a slot and fail; then one at a time asks whether it is over, not those who waited for a slot."""
    gone = Failure("connection", "No connection to the model's server.")
    sent, active, together = 0, 0, list[int]()

    async def reply(_request: ChatRequest, _attempt: int) -> Reply:
        nonlocal sent, active
        sent, active = sent + 1, active + 1
        number = sent
        if 9 < number <= 14:
            together.append(active)
        await asyncio.sleep(0)
        active -= 1
        return gone if 1 < number <= 14 else GOOD

    async def scene() -> list[RequestResult]:
        executor = RequestExecutor(StoredModel(ScriptedModel(reply), lambda _: None), 8)
        executor._writer = Unwritten(lambda _: None)
        await executor.ask(request("the first"))
        found = await asyncio.gather(*(executor.ask(request(f"text {n}")) for n in range(20)))
        await executor.close()
        return found

    assert [result.failure for result in run(scene())] == [None] * 20
    assert together == [1] * 5


@pytest.mark.slow
def test_requests_under_way_when_an_outage_begins_put_off_no_probe() -> None:
    """However many fail at once, the first probe is made after a second."""

    async def scene() -> float:
        told: list[str] = []
        patience = ProviderPatience(notify=told.append)
        for n in range(32):
            patience.record(f"text {n}", DOWN)
        began = asyncio.get_running_loop().time()
        assert await patience.turn()
        assert len(told) == 1
        return asyncio.get_running_loop().time() - began

    assert run(scene()) < 3
