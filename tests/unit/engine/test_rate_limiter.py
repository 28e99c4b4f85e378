"""Requests wait for their connection's rate limit: in order, without a slot, and never for longer than it takes."""

import asyncio
from dataclasses import replace

import pytest

from backend.domain.chat.request import ChatRequest
from backend.domain.outcome import Failure
from backend.domain.runs.rate_limit import BURST, FILL_SHARE, RateClaim, RateLimit
from backend.engine.rate_limiter import ProcessBucket, RateBuckets, RateLimiter
from backend.engine.request_executor import RequestExecutor
from backend.engine.stored_model import StoredModel
from tests.scripted import GOOD, ScriptedModel, completion, request, run

LIMITED = Failure("rate_limited", "Slow down.", 7.0)


class Time:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def limiter(limit: RateLimit, time: Time) -> RateLimiter:
    buckets = RateBuckets(lambda _name: ProcessBucket(lambda: time.now))
    return RateLimiter(lambda _connection, _model: limit, buckets, time.sleep)


def test_requests_go_at_the_pace_of_the_limit_in_the_order_in_which_they_came() -> None:
    time, sent = Time(), list[tuple[int, float]]()
    rates = limiter(RateLimit(requests=60), time)

    async def ask(number: int) -> None:
        await rates.turn(request(str(number)))
        sent.append((number, time.now))

    async def main() -> None:
        await asyncio.gather(*map(ask, range(10)))

    run(main())
    assert [number for number, _ in sent] == list(range(10))
    assert sent[-1][1] == pytest.approx((10 - BURST * 60) / FILL_SHARE, abs=0.01)
    assert rates.waits_for == {}


def test_without_a_limit_nobody_waits() -> None:
    rates = RateLimiter()
    run(rates.turn(request("a")))
    rates.settle(request("a"), completion(GOOD))
    assert rates.waits_for == {}


def test_the_tokens_of_answers_tell_what_the_next_requests_will_take() -> None:
    seen = list[RateClaim]()

    class Bucket:
        async def take(self, limit: RateLimit, claim: RateClaim) -> float:
            seen.append(claim)
            return 0.0

    rates = RateLimiter(lambda *_: RateLimit(tokens=1000), RateBuckets(lambda _name: Bucket()))
    one = request("a" * 100)
    letters = len(one.template.system) + len(one.texts)

    async def ask(tokens: int) -> None:
        await rates.turn(one)
        rates.settle(one, replace(completion(GOOD), prompt_tokens=tokens, completion_tokens=0))

    run(ask(3 * letters))
    run(ask(3 * letters))
    assert seen[0] == RateClaim(letters / 4)
    assert seen[1].tokens == pytest.approx(3 * letters), "as many per letter as before"
    assert seen[1].owed == pytest.approx(2.75 * letters), "what the first took beyond what was expected"


def test_a_429_holds_all_back_and_gives_its_tokens_back() -> None:
    time = Time()
    rates = limiter(RateLimit(requests=6000, tokens=6000), time)

    async def main() -> None:
        await rates.turn(request("a"))
        rates.settle(request("a"), LIMITED)
        await rates.turn(request("b"))

    run(main())
    assert time.now == 7.0


def test_who_gives_up_while_waiting_takes_nothing_and_lets_the_next_go() -> None:
    async def main() -> list[str]:
        went = list[str]()
        rates = limiter(RateLimit(requests=1200), Time())

        async def ask(text: str) -> None:
            await rates.turn(request(text))
            went.append(text)

        for number in range(24):
            await ask(str(number))  # what it holds
        first, second = asyncio.create_task(ask("first")), asyncio.create_task(ask("second"))
        await asyncio.sleep(0)
        assert sum(rates.waits_for.values()) == 2
        first.cancel()
        await second
        return went[24:]

    assert run(main()) == ["second"]


def test_a_run_that_is_told_to_end_does_not_wait_for_the_limit() -> None:
    async def main() -> int:
        model = ScriptedModel()
        rates = RateLimiter(lambda *_: RateLimit(requests=1))
        executor = RequestExecutor(StoredModel(model, lambda _: None), 8, rates=rates)
        await executor.ask(request("first"))
        waiting = asyncio.create_task(executor.ask(request("second")))
        while not rates.waits_for:
            await asyncio.sleep(0)
        assert executor.slots.in_flight == 0, "who waits has no slot"
        executor.stop()
        with pytest.raises(Exception, match=r"^$"):
            await waiting
        await executor.close()
        return len(model.requests)

    assert run(main()) == 1


def test_connections_have_limits_of_their_own() -> None:
    def limit(connection: str, _model: str) -> RateLimit | None:
        return RateLimit(requests=1, name="tight") if connection == "tight" else None

    def through(connection: str, text: str) -> ChatRequest:
        one = request(text)
        return replace(one, template=replace(one.template, connection=connection))

    async def main() -> None:
        rates = RateLimiter(limit)
        await rates.turn(through("tight", "a"))
        waiting = asyncio.create_task(rates.turn(through("tight", "b")))
        await asyncio.wait_for(rates.turn(through("free", "c")), 5)
        assert not waiting.done()
        waiting.cancel()

    run(main())


class Claims:
    """A bucket that notes what is taken from it."""

    def __init__(self) -> None:
        self.claims = list[RateClaim]()

    async def take(self, limit: RateLimit, claim: RateClaim) -> float:
        self.claims.append(claim)
        return 0.0


def noted() -> tuple[RateLimiter, Claims]:
    bucket = Claims()
    return RateLimiter(lambda *_: RateLimit(tokens=1e6), RateBuckets(lambda _name: bucket)), bucket


def test_who_is_given_up_after_its_turn_gives_its_tokens_back() -> None:
    async def main() -> list[RateClaim]:
        rates, bucket = noted()
        await rates.turn(request("first"))
        rates.give_up(request("first"))
        rates.give_up(request("first"))
        await rates.turn(request("second"))
        return bucket.claims

    first, second = run(main())
    assert second.owed == -first.tokens


def test_a_request_that_was_not_sent_has_one_turn() -> None:
    async def main() -> list[RateClaim]:
        rates, bucket = noted()
        await rates.turn(request("first"))
        await rates.turn(request("first"))
        return bucket.claims

    assert len(run(main())) == 1


def test_what_was_sent_and_has_no_known_end_counts() -> None:
    async def main() -> list[RateClaim]:
        rates, bucket = noted()
        await rates.turn(request("first"))
        rates.settle(request("first"), None)
        rates.give_up(request("first"))
        await rates.turn(request("first"))
        return bucket.claims

    assert [claim.owed for claim in run(main())] == [0.0, 0.0]


def test_requests_that_are_canceled_while_they_wait_for_a_slot_take_no_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.engine.first_answer.WARM_UP_S", 0)

    async def main() -> tuple[int, list[RateClaim]]:
        rates, bucket = noted()
        model = ScriptedModel()
        model.hold = asyncio.Event()
        executor = RequestExecutor(StoredModel(model, lambda _: None), 1, rates=rates)
        answered = [asyncio.create_task(executor.ask(request(str(number)))) for number in range(4)]
        await model.arrived(1)
        while len(bucket.claims) < 4:
            await asyncio.sleep(0)
        for task in answered[1:]:
            task.cancel()
        await asyncio.gather(*answered[1:], return_exceptions=True)
        model.hold.set()
        await answered[0]
        await executor.ask(request("the last"))
        await executor.close()
        return len(model.requests), bucket.claims

    sent, claims = run(main())
    assert sent == 2
    took = 15 - claims[0].tokens  # a scripted completion has 15 tokens
    assert claims[-1].owed == pytest.approx(took - sum(claim.tokens for claim in claims[1:4]))
