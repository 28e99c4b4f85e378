"""RequestExecutor: each request is sent once, its trouble met with patience, and what was paid for is kept."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from backend.domain.chat.judged import judge
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure
from backend.engine import completion_writer as recorder
from backend.engine import request_executor as module
from backend.engine import response_cache as recent_module
from backend.engine.failure_handling import TRIES, UNREACHABLE_TRIES, FailureHandling
from backend.engine.provider_patience import PATIENCE_S
from backend.engine.request_executor import UNSTORED, RequestExecutor, _delay
from backend.engine.response_cache import RequestResult, ResponseCache
from backend.engine.stored_model import StoredModel
from backend.errors import ProviderError, StoreError
from tests.scripted import BROKEN, GOOD, Reply, ScriptedModel, completion, request, run

LIMITED = Failure("rate_limited", "Slow down.")
SERVER = Failure("server", "It failed.")
BAD = Failure("bad_request", "No.")
UNREACHABLE = Failure("connection", "Nobody listens.")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Failure, int]]:
    """No waiting between tries or for others in a commit; `quick` lists the waits there would have been."""
    waits: list[tuple[Failure, int]] = []

    def delay(failure: Failure, tries: int) -> float:
        waits.append((failure, tries))
        return 0

    monkeypatch.setattr(module, "_delay", delay)
    monkeypatch.setattr(recorder, "GATHER_S", 0)
    return waits


@contextlib.asynccontextmanager
async def asking(
    model: ScriptedModel,
    concurrency: int = 8,
    ttl: float = 0.0,
    stored: list[Completion] | None = None,
    patience_s: float = PATIENCE_S,
) -> AsyncIterator[RequestExecutor]:
    """An executor about `model` that writes into the list `stored`."""
    kept = [] if stored is None else stored
    failures = FailureHandling(patience_s, ttl)
    executor = RequestExecutor(StoredModel(model, kept.extend), concurrency, failures=failures)
    try:
        yield executor
    finally:
        await executor.close()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()


def texts(asked: RequestResult) -> list[str]:
    return [fact.text for fact in asked.attempts]


def asked_once(model: ScriptedModel, **how: Any) -> RequestResult:
    async def scene() -> RequestResult:
        async with asking(model, **how) as executor:
            return await executor.ask(request())

    return run(scene())


# One request


def test_an_answer_is_stored_before_it_is_given() -> None:
    stored: list[Completion] = []

    async def scene() -> None:
        async with asking(ScriptedModel(), stored=stored) as executor:
            asked = await executor.ask(request())
            assert stored == list(asked.attempts)
            assert (texts(asked), asked.failure, asked.sent) == ([GOOD], None, 1)

    run(scene())


def test_closing_closes_the_model() -> None:
    model = ScriptedModel()
    asked_once(model)
    assert model.closed


def test_what_is_stored_already_is_not_asked_for() -> None:
    model, fact = ScriptedModel(), completion(GOOD, request().digest)

    async def scene() -> RequestResult:
        async with asking(model) as executor:
            return await executor.ask(request(), [fact])

    assert run(scene()) == RequestResult((fact,), None, 0)
    assert model.requests == []


def test_a_malformed_answer_is_asked_for_once_more_under_the_next_attempt() -> None:
    model = ScriptedModel([BROKEN, GOOD])
    asked = asked_once(model)
    assert (texts(asked), model.attempts, asked.sent) == ([BROKEN, GOOD], [0, 1], 2)


def test_and_only_once() -> None:
    model = ScriptedModel([BROKEN])
    asked = asked_once(model)
    assert (texts(asked), model.attempts) == ([BROKEN, BROKEN], [0, 1])


def test_a_malformed_answer_that_is_stored_counts() -> None:
    model, fact = ScriptedModel(), completion(BROKEN, request().digest)

    async def scene() -> RequestResult:
        async with asking(model) as executor:
            return await executor.ask(request(), [fact])

    asked = run(scene())
    assert (texts(asked), model.attempts, asked.sent) == ([BROKEN, GOOD], [1], 1)


def test_a_refusal_is_not_argued_with() -> None:
    model = ScriptedModel([completion("I can't.", request().digest, refused=True)])
    assert texts(asked_once(model)) == ["I can't."]
    assert model.attempts == [0]


@pytest.mark.parametrize("kind", ["rate_limited", "server", "connection", "timeout"])
def test_trouble_that_may_pass_is_met_with_patience(kind: str, quick: list[tuple[Failure, int]]) -> None:
    trouble = Failure(kind, "For a while.")
    model = ScriptedModel([trouble, trouble, GOOD])
    asked = asked_once(model)
    assert (texts(asked), asked.failure, asked.sent) == ([GOOD], None, 3)
    assert model.attempts == [0, 0, 0]
    assert quick == [(trouble, 1), (trouble, 2)]


@pytest.mark.parametrize("kind", ["rate_limited", "server", "timeout"])
def test_patience_ends(kind: str) -> None:
    model = ScriptedModel([Failure(kind, "For ever.")])
    asked = asked_once(model)
    assert asked == RequestResult((), Failure(kind, "For ever."), TRIES[kind])
    assert len(model.requests) == TRIES[kind]


@pytest.mark.parametrize("kind", ["bad_request", "bad_task", "crashed"])
def test_trouble_that_will_not_pass_is_not_tried_again(kind: str, quick: list[tuple[Failure, int]]) -> None:
    asked = asked_once(ScriptedModel([Failure(kind, "No.")]))
    assert (asked.failure, asked.sent, quick) == (Failure(kind, "No."), 1, [])


def test_a_failure_after_an_attempt_keeps_the_attempt() -> None:
    asked = asked_once(ScriptedModel([BROKEN, BAD]))
    assert (texts(asked), asked.failure, asked.sent) == ([BROKEN], BAD, 2)


def test_a_server_that_was_never_reached_ends_the_whole() -> None:
    model = ScriptedModel([UNREACHABLE])
    with pytest.raises(ProviderError, match=r"Nobody listens\. Start it, or correct its address"):
        asked_once(model)
    assert len(model.requests) == UNREACHABLE_TRIES


def test_a_server_that_was_reached_once_may_be_away_for_longer() -> None:
    model = ScriptedModel([GOOD, UNREACHABLE])

    async def scene() -> RequestResult:
        async with asking(model, patience_s=0) as executor:
            await executor.ask(request("one"))
            return await executor.ask(request("two"))

    assert run(scene()) == RequestResult((), UNREACHABLE, TRIES["connection"])


# The same request from many


def test_many_who_ask_the_same_at_once_are_one_request() -> None:
    model, stored = ScriptedModel(), list[Completion]()

    async def scene() -> list[RequestResult]:
        model.hold = asyncio.Event()
        async with asking(model, stored=stored) as executor:
            tasks = [asyncio.create_task(executor.ask(request())) for _ in range(50)]
            await model.arrived(1)
            await settle()
            model.hold.set()
            return await asyncio.gather(*tasks)

    found = run(scene())
    assert len(model.requests) == len(stored) == 1
    assert sorted(asked.sent for asked in found) == [0] * 49 + [1]
    assert {asked.attempts for asked in found} == {tuple(stored)}


def test_who_asks_later_gets_the_same_answer() -> None:
    model = ScriptedModel()

    async def scene() -> tuple[RequestResult, RequestResult]:
        async with asking(model) as executor:
            return await executor.ask(request()), await executor.ask(request())

    first, second = run(scene())
    assert (first.attempts, first.sent, second.sent) == (second.attempts, 1, 0)
    assert len(model.requests) == 1


def test_other_texts_are_other_requests() -> None:
    model = ScriptedModel()

    async def scene() -> None:
        async with asking(model) as executor:
            await asyncio.gather(*(executor.ask(request(f"text {number}")) for number in range(20)))

    run(scene())
    assert len({asked.digest for asked in model.requests}) == 20


def test_trouble_of_the_provider_reaches_all_who_wait() -> None:
    model = ScriptedModel([ProviderError("The key was refused.")])

    async def scene() -> list[RequestResult | BaseException]:
        model.hold = asyncio.Event()
        async with asking(model) as executor:
            tasks = [asyncio.create_task(executor.ask(request())) for _ in range(5)]
            await model.arrived(1)
            model.hold.set()
            return await asyncio.gather(*tasks, return_exceptions=True)

    found = run(scene())
    assert [str(error) for error in found] == ["The key was refused."] * 5
    assert len(model.requests) == 1


def test_an_answer_that_can_not_be_stored_is_an_error_and_is_asked_for_again() -> None:
    model, full = ScriptedModel(), [True]

    def write(batch: list[Completion]) -> None:
        if full[0]:
            raise StoreError("The disk is full.")

    async def scene() -> RequestResult:
        executor = RequestExecutor(StoredModel(model, write), 8)
        with pytest.raises(StoreError):
            await executor.ask(request())
        full[0] = False
        asked = await executor.ask(request())
        await executor.close()
        return asked

    assert texts(run(scene())) == [GOOD]
    assert model.attempts == [0, 0]


# What failed is left alone for a while


class PatchedClock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(recent_module, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now))


def test_what_failed_is_not_asked_again_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    model, clock = ScriptedModel([BAD, GOOD]), PatchedClock(monkeypatch)

    async def scene() -> tuple[Any, ...]:
        async with asking(model, ttl=30) as executor:
            first = await executor.ask(request())
            clock.now += 29
            second = await executor.ask(request())
            clock.now += 2
            return first, second, await executor.ask(request())

    first, second, third = run(scene())
    assert (first.failure, first.sent) == (BAD, 1)
    assert (second.failure, second.sent) == (BAD, 0)
    assert (texts(third), third.failure) == ([GOOD], None)


def test_what_failed_after_an_attempt_looks_the_same_while_it_is_left_alone() -> None:
    model = ScriptedModel([BROKEN, BAD])

    async def scene() -> tuple[RequestResult, RequestResult]:
        async with asking(model, ttl=30) as executor:
            return await executor.ask(request()), await executor.ask(request())

    first, second = run(scene())
    assert (first.attempts, first.failure, first.sent) == (second.attempts, second.failure, 2)
    assert second.sent == 0


def test_a_provider_that_refused_is_not_asked_again_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    model, clock = ScriptedModel([ProviderError("No."), GOOD]), PatchedClock(monkeypatch)

    async def scene() -> RequestResult:
        async with asking(model, ttl=30) as executor:
            for _ in range(2):
                with pytest.raises(ProviderError):
                    await executor.ask(request())
            clock.now += 31
            return await executor.ask(request())

    assert texts(run(scene())) == [GOOD]
    assert len(model.requests) == 2


def test_without_a_while_everything_is_asked_again_at_once() -> None:
    model = ScriptedModel([BAD, ProviderError("No."), GOOD])

    async def scene() -> RequestResult:
        async with asking(model, ttl=0) as executor:
            assert (await executor.ask(request())).failure == BAD
            with pytest.raises(ProviderError):
                await executor.ask(request())
            return await executor.ask(request())

    assert texts(run(scene())) == [GOOD]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent_module, "RECENT", 10)
    clock = PatchedClock(monkeypatch)

    async def scene() -> None:
        good = ScriptedModel(lambda asked, _: BAD if "bad" in asked.user else GOOD)
        async with asking(good, ttl=1) as executor:
            for number in range(50):
                await executor.ask(request(f"text {number}"))
                await executor.ask(request(f"bad {number}"))
                clock.now += 0.2
            assert len(executor._recent.answered) <= 10
            assert len(executor._recent.failed) <= 10

    run(scene())


@pytest.mark.slow
def test_what_is_remembered_is_bounded_in_memory_too() -> None:
    """Answers of a megabyte, and of many tokens; those of the same request replace each other."""
    many = tuple(("x", -0.1) for _ in range(10_000))
    recent = ResponseCache(ttl_s=30)
    for number in range(200):
        attempts = (completion("x" * 1_000_000, logprobs=many), completion(BROKEN))
        recent.add(f"digest {number % 150}", RequestResult(attempts, SERVER))
    assert 10 < len(recent.answered) < 80
    assert list(recent.answered)[-1] == "digest 49"
    assert recent.failure("digest 49") == RequestResult(attempts, SERVER)
    assert recent.failure("digest 60") == RequestResult((), SERVER)


# Slots


def test_no_more_are_in_flight_than_allowed() -> None:
    async def slowly(*_: ChatRequest | int) -> str:
        await settle()
        return GOOD

    model = ScriptedModel(slowly)

    async def scene() -> None:
        async with asking(model, concurrency=4) as executor:
            await asyncio.gather(*(executor.ask(request(f"text {number}")) for number in range(60)))
            assert executor.slots.in_flight == 0

    run(scene())
    assert 1 < model.peak <= 4


@pytest.mark.parametrize("trouble", [LIMITED, SERVER])
def test_who_waits_to_try_again_holds_no_slot(trouble: Failure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_delay", lambda *_: 3600)
    model = ScriptedModel(lambda asked, _: trouble if "busy" in asked.user else GOOD)

    async def scene() -> None:
        async with asking(model, concurrency=1) as executor:
            busy = asyncio.create_task(executor.ask(request("busy")))
            await model.arrived(1)
            await settle()
            asked = await executor.ask(request("free"))
            assert (texts(asked), executor.slots.in_flight, busy.done()) == ([GOOD], 0, False)
            await cancelled(busy)

    run(scene())


def _held_while_written(concurrency: int, asked: int) -> list[int]:
    """Slots that are taken while the first commit is under way, and at the end."""
    held: list[int] = []

    async def scene() -> None:
        gate = threading.Event()

        def write(_batch: list[Completion]) -> None:
            assert gate.wait(10)

        model = ScriptedModel()
        executor = RequestExecutor(StoredModel(model, write), concurrency)
        tasks = [asyncio.create_task(executor.ask(request(f"text {number}"))) for number in range(asked)]
        await model.arrived(1)
        await asyncio.sleep(0.05)
        held.append(executor.slots.in_flight)
        gate.set()
        await asyncio.gather(*tasks)
        held.append(executor.slots.in_flight)
        await executor.close()

    run(scene())
    return held


def test_a_slot_is_free_when_its_answer_has_come() -> None:
    assert _held_while_written(8, 1) == [0, 0]


def test_few_slots_are_held_until_the_answer_is_stored() -> None:
    assert _held_while_written(3, 1) == [1, 0]


def test_what_is_answered_and_not_stored_is_at_most_a_quarter_more_than_the_slots() -> None:
    sent: list[int] = []

    async def scene() -> None:
        gate = threading.Event()

        def write(_batch: list[Completion]) -> None:
            assert gate.wait(10)

        model = ScriptedModel()
        executor = RequestExecutor(StoredModel(model, write), 8)
        executor._first_answers[request().template.model].record("", completion())
        tasks = [asyncio.create_task(executor.ask(request(f"text {number}"))) for number in range(40)]
        await asyncio.sleep(0.2)
        sent.append(executor.counts.sent)
        gate.set()
        await asyncio.gather(*tasks)
        sent.append(executor.counts.sent)
        await executor.close()

    run(scene())
    assert sent == [8 + 8 // UNSTORED, 40]


def test_429s_and_timeouts_make_it_slower_and_other_trouble_does_not() -> None:
    async def scene(trouble: Reply) -> int:
        model = ScriptedModel([trouble])
        async with asking(model, concurrency=8, patience_s=0) as executor:
            await asyncio.gather(*(executor.ask(request(f"text {number}")) for number in range(8)))
            return executor.slots.adaptive.limit

    assert run(scene(LIMITED)) < 8
    assert run(scene(Failure("server", "Busy.", retry_after=0.1))) < 8
    assert run(scene(Failure("timeout", "Not in time."))) < 8
    assert run(scene(SERVER)) == 8


def test_the_first_request_to_a_model_goes_alone_for_a_moment() -> None:
    model = ScriptedModel()

    async def scene() -> None:
        model.hold = asyncio.Event()
        async with asking(model) as executor:
            tasks = [asyncio.create_task(executor.ask(request(f"text {number}"))) for number in range(5)]
            await model.arrived(1)
            await settle()
            assert len(model.requests) == 1
            model.hold.set()
            await asyncio.gather(*tasks)

    run(scene())
    assert len(model.requests) == 5


def test_but_not_for_longer_than_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.engine.first_answer.WARM_UP_S", 0)
    model = ScriptedModel()

    async def scene() -> None:
        model.hold = asyncio.Event()
        async with asking(model) as executor:
            tasks = [asyncio.create_task(executor.ask(request(f"text {number}"))) for number in range(5)]
            await model.arrived(5)
            model.hold.set()
            await asyncio.gather(*tasks)

    run(scene())
    assert len(model.requests) == 5


def test_what_stops_the_first_request_for_good_stops_those_that_wait_for_it_unsent() -> None:
    model = ScriptedModel([ProviderError("The key was refused."), GOOD])

    async def scene() -> RequestResult:
        model.hold = asyncio.Event()
        async with asking(model) as executor:
            tasks = [asyncio.create_task(executor.ask(request(f"text {number}"))) for number in range(5)]
            await model.arrived(1)
            await settle()
            model.hold.set()
            found = await asyncio.gather(*tasks, return_exceptions=True)
            assert [str(error) for error in found] == ["The key was refused."] * 5
            assert len(model.requests) == 1
            return await executor.ask(request("after the key was corrected"))

    assert texts(run(scene())) == [GOOD]


def test_a_failure_of_the_first_request_lets_the_others_try() -> None:
    model = ScriptedModel(lambda asked, _: BAD if asked.user.endswith("0") else GOOD)

    async def scene() -> list[RequestResult]:
        async with asking(model) as executor:
            return await asyncio.gather(*(executor.ask(request(f"text {number}")) for number in range(5)))

    assert [asked.failure for asked in run(scene())] == [BAD, None, None, None, None]


def test_every_model_has_its_own_first_request() -> None:
    model = ScriptedModel()

    async def scene() -> None:
        model.hold = asyncio.Event()
        async with asking(model) as executor:
            asks = [request(model=name) for name in ("a", "b")]
            tasks = [asyncio.create_task(executor.ask(each)) for each in asks]
            await model.arrived(2)
            model.hold.set()
            await asyncio.gather(*tasks)

    run(scene())
    assert len(model.requests) == 2


# Who stops waiting


def test_a_request_under_way_is_finished_and_stored_though_nobody_waits() -> None:
    model, stored = ScriptedModel(), list[Completion]()

    async def scene() -> None:
        model.hold = asyncio.Event()
        async with asking(model, stored=stored) as executor:
            task = asyncio.create_task(executor.ask(request()))
            await model.arrived(1)
            await cancelled(task)
            model.hold.set()

    run(scene())
    assert [fact.text for fact in stored] == [GOOD]


def test_who_asks_while_it_is_still_under_way_joins_it() -> None:
    model = ScriptedModel()

    async def scene() -> RequestResult:
        model.hold = asyncio.Event()
        async with asking(model) as executor:
            task = asyncio.create_task(executor.ask(request()))
            await model.arrived(1)
            await cancelled(task)
            again = asyncio.create_task(executor.ask(request()))
            await settle()
            model.hold.set()
            return await again

    asked = run(scene())
    assert (texts(asked), asked.sent, len(model.requests)) == ([GOOD], 0, 1)


def test_one_of_two_who_wait_may_go() -> None:
    model = ScriptedModel()

    async def scene() -> RequestResult:
        model.hold = asyncio.Event()
        async with asking(model) as executor:
            first, second = (asyncio.create_task(executor.ask(request())) for _ in range(2))
            await model.arrived(1)
            await cancelled(first)
            model.hold.set()
            return await second

    assert texts(run(scene())) == [GOOD]


def test_what_waits_for_a_slot_is_not_sent_when_nobody_waits_for_it() -> None:
    model = ScriptedModel()

    async def scene() -> None:
        async with asking(model, concurrency=1) as executor:
            await executor.ask(request("warm"))
            model.hold = asyncio.Event()
            first = asyncio.create_task(executor.ask(request("one")))
            await model.arrived(2)
            second = asyncio.create_task(executor.ask(request("two")))
            await settle()
            await cancelled(second)
            model.hold.set()
            await first
            assert executor.in_flight == {}
            assert executor.slots.in_flight == 0

    run(scene())
    assert [user.split()[-1] for user in model.users] == ["warm", "one"]


@pytest.mark.parametrize("ticks", range(12))
def test_what_waits_for_the_first_request_is_not_sent_when_nobody_waits_for_it(ticks: int) -> None:
    """Whenever its waiter goes: before the first request is answered, after, or at that very moment."""
    model = ScriptedModel([BAD, GOOD])

    async def scene() -> None:
        model.hold, sent = asyncio.Event(), list[int]()

        async def impatient() -> None:
            try:
                await executor.ask(request("two"))
            finally:
                sent.append(len(model.requests))

        async with asking(model) as executor:
            first, second = asyncio.create_task(executor.ask(request("one"))), asyncio.create_task(impatient())
            await model.arrived(1)
            await settle()
            model.hold.set()
            for _ in range(ticks):
                await asyncio.sleep(0)
            second.cancel()
            await asyncio.gather(first, second, return_exceptions=True)
            await settle()
            assert sent == [len(model.requests)]

    run(scene())


def test_what_waits_to_try_again_is_not_sent_when_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_delay", lambda *_: 3600)
    model = ScriptedModel([LIMITED, GOOD])

    async def scene() -> RequestResult:
        async with asking(model) as executor:
            task = asyncio.create_task(executor.ask(request()))
            await model.arrived(1)
            await settle()
            await cancelled(task)
            await settle()
            assert len(model.requests) == 1
            return await executor.ask(request())

    assert texts(run(scene())) == [GOOD]
    assert len(model.requests) == 2


def test_a_malformed_answer_nobody_waited_for_is_asked_for_once_more_by_the_next_who_asks() -> None:
    model, stored = ScriptedModel([BROKEN, GOOD]), list[Completion]()

    async def scene() -> RequestResult:
        model.hold = asyncio.Event()
        async with asking(model, stored=stored) as executor:
            task = asyncio.create_task(executor.ask(request()))
            await model.arrived(1)
            await cancelled(task)
            model.hold.set()
            while executor.in_flight:
                await asyncio.sleep(0)
            assert len(model.requests) == 1
            return await executor.ask(request(), list(stored))

    asked = run(scene())
    assert (texts(asked), model.attempts) == ([BROKEN, GOOD], [0, 1])
    assert not isinstance(judge(asked.attempts, request().template.spec).verdict, Failure)


def test_a_request_asked_again_at_the_moment_it_failed_is_still_one_request() -> None:
    """The first one's waiter wakes up only after the second flight has begun; it must not forget that one."""
    replies: list[Reply] = [BAD, GOOD, GOOD]
    model = ScriptedModel(replies)

    async def scene() -> tuple[RequestResult, RequestResult]:
        async with asking(model) as executor:
            first = asyncio.create_task(executor.ask(request()))
            await model.arrived(1)
            while executor.in_flight:
                await asyncio.sleep(0)
            assert not first.done()
            model.hold = asyncio.Event()
            second = asyncio.create_task(executor.ask(request()))
            await model.arrived(2)
            assert (await first).failure == BAD
            third = asyncio.create_task(executor.ask(request()))
            await settle()
            model.hold.set()
            return await second, await third

    second, third = run(scene())
    assert len(model.requests) == 2
    assert (second.sent, third.sent) == (1, 0)


def test_closing_waits_for_what_is_under_way() -> None:
    model, stored = ScriptedModel(), list[Completion]()

    async def scene() -> None:
        model.hold = asyncio.Event()
        executor = RequestExecutor(StoredModel(model, stored.extend), 8)
        task = asyncio.create_task(executor.ask(request()))
        await model.arrived(1)
        closing = asyncio.create_task(executor.close())
        await settle()
        assert not closing.done()
        model.hold.set()
        await closing
        assert texts(await task) == [GOOD]

    run(scene())
    assert len(stored) == 1


def test_closing_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DRAIN_S", 0)
    model = ScriptedModel()

    async def scene() -> None:
        model.hold = asyncio.Event()
        executor = RequestExecutor(StoredModel(model, lambda batch: None), 8)
        task = asyncio.create_task(executor.ask(request()))
        await model.arrived(1)
        await executor.close()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    run(scene())
    assert model.in_flight == 0
    assert model.closed


# Numbers


def test_it_counts_what_it_sends() -> None:
    async def scene() -> None:
        async with asking(ScriptedModel([LIMITED, BROKEN, GOOD])) as executor:
            assert (executor.counts.sent, executor.counts.seconds) == (0, 0)
            await executor.ask(request())
            assert executor.counts.sent == 3
            assert executor.counts.seconds > 0

    run(scene())


@pytest.mark.parametrize(("tries", "seconds"), [(1, 0.5), (2, 1), (3, 2), (8, 60), (30, 60)])
def test_the_wait_doubles_to_a_minute_with_jitter(tries: int, seconds: float) -> None:
    for _ in range(50):
        assert seconds <= _delay(SERVER, tries) <= 1.25 * seconds


def test_the_wait_is_what_the_provider_asked_for_and_a_little_more() -> None:
    for _ in range(50):
        assert 7 <= _delay(Failure("rate_limited", "", 7.0), 12) <= 8.75


def test_a_provider_that_asks_for_no_wait_gets_our_own() -> None:
    for _ in range(50):
        assert 1 <= _delay(Failure("rate_limited", "", 0.0), 2) <= 1.25
