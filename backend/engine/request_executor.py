"""RequestExecutor: one request -> stored completions. Joins equal requests, takes slots, retries, remembers failures.

A request that waits (for `Retry-After`, a back-off or a rate limit) never holds a slot. A request in flight is never
abandoned: if nobody waits for it any more, its answer is still stored, because it was paid for.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from backend.domain.chat.judged import Judged, judge
from backend.domain.chat.packed import packed
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure, Rejection
from backend.engine.budgets.budget_rules import AboveBudget
from backend.engine.completion_writer import CompletionWriter
from backend.engine.concurrency_limiter import ConcurrencyLimiter, Slot
from backend.engine.executor_counts import ExecutorCounts
from backend.engine.failure_handling import PATIENT, TRIES, UNREACHABLE_TRIES, FailureHandling, is_too_much
from backend.engine.first_answer import FirstAnswer
from backend.engine.observer import Observer, Unobserved
from backend.engine.provider_patience import ProviderPatience
from backend.engine.rate_limiter import RateLimiter
from backend.engine.response_cache import RequestResult, ResponseCache
from backend.engine.shutdown import Stopped
from backend.engine.stored_model import RecordedModel
from backend.errors import ProviderError

UNSTORED = 4
"""Of so many slots, one completion may wait for its commit without holding its slot. A process that is killed loses the
answers to its requests in flight, and these."""
DRAIN_S = 10.0
"""Seconds for which `close` waits for requests in flight, unless it is told otherwise."""
STOP_S = 30.0
"""Seconds for which a process that was told to end waits for answers under way."""


@dataclass(slots=True)
class InFlightRequest:
    request: ChatRequest
    judged: Judged
    task: "asyncio.Task[RequestResult]" = field(init=False)
    waiters: int = 0
    sending: bool = False
    sent: int = 0

    def result(self, failure: Failure | None = None) -> RequestResult:
        return RequestResult(self.judged.attempts, failure, self.sent, self.judged)


class RequestExecutor:
    """Belongs to one event loop.

    concurrency: most requests in flight
    rates: the rate limits that it keeps; none by default
    """

    def __init__(
        self,
        model: RecordedModel,
        concurrency: int,
        rates: RateLimiter | None = None,
        observer: Observer | None = None,
        failures: FailureHandling = PATIENT,
    ) -> None:
        self.observer = observer or Unobserved()
        self.slots = ConcurrencyLimiter(concurrency)
        self.rates = rates or RateLimiter()
        self.counts = ExecutorCounts()
        self._model = model
        self._writer = CompletionWriter(model.write, room=concurrency // UNSTORED)
        self.in_flight: dict[str, InFlightRequest] = {}
        self._recent = ResponseCache(failures.repeat_after_s)
        self._first_answers: defaultdict[str, FirstAnswer] = defaultdict(FirstAnswer)
        self._reached = False
        self.patience = ProviderPatience(failures.patience_s)
        self.stopping = False

    @property
    def waits(self) -> int:
        """Number of requests that are neither answered nor in flight."""
        return sum(not pending.sending for pending in self.in_flight.values())

    async def ask(self, request: ChatRequest, stored: Sequence[Completion] = ()) -> RequestResult:
        """All attempts for `request`, those in `stored` first; sends what is missing, once for all who ask now.

        Raises ProviderError if the provider answers nothing, StoreError if answers cannot be stored, or Stopped.
        """
        if self.stopping:
            raise Stopped
        failed = self._recent.failure(request.digest)
        if failed is not None:
            return failed
        pending = self.in_flight.get(request.digest)
        first = pending is None
        if pending is None:
            attempts = max(stored, self._recent.answered.get(request.digest, ()), key=len)
            pending = self.in_flight[request.digest] = InFlightRequest(request, judge(attempts, request.template.spec))
            pending.task = asyncio.create_task(self._settle_and_cache(pending))
            pending.task.add_done_callback(lambda task: task.cancelled() or task.exception())
        else:
            self.observer.joined()
        pending.waiters += 1
        try:
            result = await asyncio.shield(pending.task)
        except asyncio.CancelledError:
            if self.stopping and pending.task.cancelled() and not _is_cancelled():
                raise Stopped from None
            raise
        finally:
            pending.waiters -= 1
            if not pending.waiters and not pending.sending:
                self._forget(pending)
                pending.task.cancel()
        return result if first else replace(result, sent=0)

    def stop(self) -> None:
        """Sends nothing more: waiting requests end with Stopped at once, those in flight after STOP_S seconds."""
        self.stopping = True
        self._give_up()
        asyncio.get_running_loop().call_later(STOP_S, self._give_up, True)

    def _give_up(self, sending: bool = False) -> None:
        for pending in self.in_flight.values():
            if sending or not pending.sending:
                pending.task.cancel()

    async def close(self, patience_s: float | None = None) -> None:
        """Waits up to `patience_s` (DRAIN_S) seconds for requests in flight, whose answers are stored; then ends."""
        tasks = [pending.task for pending in self.in_flight.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=DRAIN_S if patience_s is None else patience_s)
            for task in late:
                task.cancel()
        await self._writer.close()
        await self._model.close()

    async def _settle_and_cache(self, pending: InFlightRequest) -> RequestResult:
        digest = pending.request.digest
        try:
            result = await self._until_settled(pending)
            self._recent.add(digest, result)
            return result
        except ProviderError as error:
            self._recent.add_failure(digest, error)
            raise
        finally:
            self._forget(pending)

    def _forget(self, pending: InFlightRequest) -> None:
        """Another flight for the same request may have begun since; that one stays."""
        if self.in_flight.get(pending.request.digest) is pending:
            del self.in_flight[pending.request.digest]

    async def _until_settled(self, pending: InFlightRequest) -> RequestResult:
        while not pending.judged.settles(pending.request):
            if isinstance(pending.judged.verdict, Rejection):
                self.observer.retried(pending.judged.verdict.reason)
            reply = await self._answer(pending)
            if isinstance(reply, Failure):
                return pending.result(reply)
            pending.judged = pending.judged.plus(reply)
            if not pending.waiters or self.stopping:
                break
        return pending.result()

    async def _answer(self, pending: InFlightRequest) -> Completion | Failure:
        """One stored completion. Errors that may pass are retried, without a slot."""
        tries = 0
        while True:
            try:
                reply, counts = await self._try(pending)
            except AboveBudget as error:
                pending.sent, self.counts.sent = pending.sent - 1, self.counts.sent - 1
                return Failure("budget", str(error), unbilled=True)
            if isinstance(reply, Completion):
                return reply
            if reply.kind == "auth":  # others were answered; otherwise the run would have ended
                return replace(reply, kind="refused")
            tries += counts
            if reply.kind == "connection" and not self._reached and tries >= UNREACHABLE_TRIES:
                raise ProviderError(f"{reply.detail} Start it, or correct its address in the settings.")
            over = tries >= TRIES.get(reply.kind, 1) or not pending.waiters or self.stopping
            if over or self.patience.is_too_long(reply):
                return reply
            if counts:
                delay = _delay(reply, tries)
                self.patience.notify_wait(delay, reply)
                await asyncio.sleep(delay)
            self.observer.retried(reply.kind)

    async def _try(self, pending: InFlightRequest) -> tuple[Completion | Failure, bool]:
        """Sends once, when it may; returns the reply, and whether a Failure counts against this request."""
        first = self._first_answers[pending.request.template.model]
        probes = False
        await first.turn()
        try:
            reply = None
            while reply is None:
                probes = await self.patience.turn() if self.patience.outage else False
                await self.rates.turn(pending.request)
                async with self.slots.slot() as slot:
                    began = self.patience.outage and not probes  # while this one waited for its slot
                    reply = None if began else await self._send(pending, slot)
            first.record(pending.request.digest, reply)
            return reply, self.patience.record(pending.request.digest, reply, probes)
        except ProviderError as error:
            first.stopped(error)
            raise
        finally:
            self.rates.give_up(pending.request)
            first.release()
            if probes:
                self.patience.probed()

    async def _send(self, pending: InFlightRequest, slot: Slot) -> Completion | Failure:
        """Sends once, and stores the completion. The slot is free as soon as it has come, if few wait for a commit."""
        pending.sending = True
        pending.sent += 1
        self.counts.sent += 1
        self.counts.first_sent = self.counts.first_sent or time.monotonic()
        reply: Completion | Failure | None = None
        try:
            reply = await self._model.complete(pending.request, len(pending.judged.attempts))
            if isinstance(reply, Completion):
                reply = packed(reply)
                await self._writer.record(reply, slot.free)
                self.counts.last_stored = time.monotonic()
        finally:
            pending.sending = False
            self.rates.settle(pending.request, reply)
        self._reached = self._reached or not isinstance(reply, Failure) or reply.kind != "connection"
        self.slots.count(isinstance(reply, Failure) and is_too_much(reply))
        return reply


def _is_cancelled() -> bool:
    """Whether this task was canceled, and not the one it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _delay(failure: Failure, tries: int) -> float:
    """Seconds to wait: what the provider asked for if more than 0, else half a second, doubled each time, up to a
    minute."""
    wait = failure.retry_after or min(60.0, 0.5 * 2 ** (tries - 1))
    return wait * random.uniform(1.0, 1.25)  # noqa: S311
