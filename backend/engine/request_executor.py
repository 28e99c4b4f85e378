"""RequestExecutor: one request -> stored completions. Single flight, slots, retries, and what not to ask again soon.

Waiting (for `Retry-After`, for a back-off) never holds a slot. A request that is under way is never abandoned: when
nobody waits for it any more, its answer is still stored, because it was paid for.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.domain.chat.model import ChatModel
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.chat.response_parser import judge, settled
from backend.domain.outcome import Failure, Rejection
from backend.engine.completion_writer import CompletionWriter
from backend.engine.concurrency_limiter import ConcurrencyLimiter
from backend.engine.observer import Observer, Unobserved
from backend.engine.response_cache import RequestResult, ResponseCache
from backend.engine.shutdown import Stopped
from backend.errors import ProviderError

TRIES = {"rate_limited": 12, "server": 6, "connection": 6, "timeout": 3}
"""How often a request is sent before its trouble is a Failure; other kinds: once."""
UNREACHABLE_TRIES = 3
WARM_UP_S = 2.0
DRAIN_S = 10.0
STOP_S = 30.0
"""How long a process that was told to end waits for answers under way."""


@dataclass(slots=True)
class InFlightRequest:
    request: ChatRequest
    attempts: list[Completion]
    task: "asyncio.Task[RequestResult] | None" = None
    waiters: int = 0
    sending: bool = False
    sent: int = 0


@dataclass(slots=True)
class ExecutorCounts:
    """What an RequestExecutor did so far. Times are of `time.monotonic`; None when nothing was sent."""

    sent: int = 0
    first_sent: float | None = None
    last_stored: float | None = None

    @property
    def seconds(self) -> float:
        """First request sent to last completion stored; 0 when none was."""
        return max(0.0, self.last_stored - self.first_sent) if self.first_sent and self.last_stored else 0.0


class RequestExecutor:
    """Lives on one event loop. `failure_ttl_s`: how long a failed request is not sent again."""

    def __init__(
        self,
        model: ChatModel,
        write: Callable[[list[Completion]], None],
        concurrency: int,
        failure_ttl_s: float = 0,
        observer: Observer | None = None,
    ) -> None:
        self.observer = observer or Unobserved()
        self.slots = ConcurrencyLimiter(concurrency)
        self.tally = ExecutorCounts()
        self._model = model
        self._recorder = CompletionWriter(write)
        self._in_flight: dict[str, InFlightRequest] = {}
        self._recent = ResponseCache(failure_ttl_s)
        self._gates: dict[str, asyncio.Future[None]] = {}
        self._reached = False
        self.stopping = False

    async def ask(self, request: ChatRequest, stored: Sequence[Completion] = ()) -> RequestResult:
        """All attempts about `request`, those in `stored` first; sends what is missing, once for all who ask now.

        Raises ProviderError when the provider will answer nothing, StoreError when answers can't be stored, Stopped
        when nothing more is sent.
        """
        if self.stopping:
            raise Stopped
        failed = self._recent.failure(request.digest)
        if failed is not None:
            return failed
        in_flight_request = self._in_flight.get(request.digest)
        mine = in_flight_request is None
        if in_flight_request is None:
            known = max(stored, self._recent.answered.get(request.digest, ()), key=len)
            in_flight_request = self._in_flight[request.digest] = InFlightRequest(request, list(known))
            in_flight_request.task = asyncio.create_task(self._fly(in_flight_request))
            in_flight_request.task.add_done_callback(lambda task: task.cancelled() or task.exception())
        else:
            self.observer.joined()
        assert in_flight_request.task is not None
        in_flight_request.waiters += 1
        try:
            asked = await asyncio.shield(in_flight_request.task)
        except asyncio.CancelledError:
            if self.stopping and in_flight_request.task.cancelled() and not _is_cancelled():
                raise Stopped from None
            raise
        finally:
            in_flight_request.waiters -= 1
            if not in_flight_request.waiters and not in_flight_request.sending:
                self._forget(in_flight_request)
                in_flight_request.task.cancel()
        return asked if mine else RequestResult(asked.attempts, asked.failure)

    def stop(self) -> None:
        """Sends nothing more: what waits ends with Stopped at once, what is under way when STOP_S are over."""
        self.stopping = True
        self._give_up()
        asyncio.get_running_loop().call_later(STOP_S, self._give_up, True)

    def _give_up(self, sending: bool = False) -> None:
        for in_flight_request in self._in_flight.values():
            if in_flight_request.task is not None and (sending or not in_flight_request.sending):
                in_flight_request.task.cancel()

    async def close(self, patience_s: float | None = None) -> None:
        """Waits so long (DRAIN_S) for requests under way, so that their answers are stored, then ends."""
        tasks = [
            in_flight_request.task
            for in_flight_request in self._in_flight.values()
            if in_flight_request.task is not None
        ]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=DRAIN_S if patience_s is None else patience_s)
            for task in late:
                task.cancel()
        await self._recorder.close()
        await self._model.close()

    async def _fly(self, in_flight_request: InFlightRequest) -> RequestResult:
        digest = in_flight_request.request.digest
        try:
            asked = await self._until_settled(in_flight_request)
            self._recent.add(digest, asked)
            return asked
        except ProviderError as error:
            self._recent.add_failure(digest, error)
            raise
        finally:
            self._forget(in_flight_request)

    def _forget(self, in_flight_request: InFlightRequest) -> None:
        """Another flight for the same request may have begun since; that one stays."""
        if self._in_flight.get(in_flight_request.request.digest) is in_flight_request:
            del self._in_flight[in_flight_request.request.digest]

    async def _until_settled(self, in_flight_request: InFlightRequest) -> RequestResult:
        schema = in_flight_request.request.template.schema
        verdict, _ = judge(in_flight_request.attempts, schema)
        while not settled(in_flight_request.attempts, verdict, in_flight_request.request.template.attempts):
            if isinstance(verdict, Rejection):
                self.observer.retried(verdict.reason)
            reply = await self._answer(in_flight_request)
            if isinstance(reply, Failure):
                return RequestResult(tuple(in_flight_request.attempts), reply, in_flight_request.sent)
            in_flight_request.attempts.append(reply)
            verdict, _ = judge(in_flight_request.attempts, schema)
            if not in_flight_request.waiters or self.stopping:
                break
        return RequestResult(tuple(in_flight_request.attempts), None, in_flight_request.sent)

    async def _answer(self, in_flight_request: InFlightRequest) -> Completion | Failure:
        """One completion, stored; trouble that may pass is met with patience, without a slot."""
        tries = 0
        while True:
            await self._warm_up(in_flight_request.request.template.model)
            async with self.slots.slot():
                reply = await self._send(in_flight_request)
            tries += 1
            if isinstance(reply, Completion):
                return reply
            if reply.kind == "connection" and not self._reached and tries >= UNREACHABLE_TRIES:
                raise ProviderError(f"{reply.detail} Start it, or correct its address in the settings.")
            if tries >= TRIES.get(reply.kind, 1) or not in_flight_request.waiters or self.stopping:
                return reply
            await asyncio.sleep(_delay(reply, tries))
            self.observer.retried(reply.kind)

    async def _send(self, in_flight_request: InFlightRequest) -> Completion | Failure:
        """Sends once; a completion holds its slot until it is committed."""
        model = in_flight_request.request.template.model
        in_flight_request.sending = True
        in_flight_request.sent += 1
        self.tally.sent += 1
        self.tally.first_sent = self.tally.first_sent or time.monotonic()
        try:
            reply = await self._model.complete(in_flight_request.request, len(in_flight_request.attempts))
            if isinstance(reply, Completion):
                await self._recorder.record(reply)
                self.tally.last_stored = time.monotonic()
        except ProviderError as error:
            self._open_gate(model, error)
            raise
        finally:
            in_flight_request.sending = False
            self._open_gate(model)
        refused = isinstance(reply, Failure) and (reply.kind == "rate_limited" or reply.retry_after is not None)
        self._reached = self._reached or not isinstance(reply, Failure) or reply.kind != "connection"
        self.slots.heard(refused)
        return reply

    async def _warm_up(self, model: str) -> None:
        """The first request to a model goes alone for a moment: what stops it for good stops the others unsent."""
        gate = self._gates.get(model)
        if gate is None:
            self._gates[model] = asyncio.get_running_loop().create_future()
        elif not gate.done():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WARM_UP_S):  # wait_for of 3.11 may swallow a cancellation
                    await asyncio.shield(gate)

    def _open_gate(self, model: str, error: ProviderError | None = None) -> None:
        """Lets those through who wait; after an error none of them, and the next request is a first one again."""
        gate = self._gates.get(model)
        if error is not None:
            self._gates.pop(model, None)
        if gate is None or gate.done():
            return
        if error is None:
            gate.set_result(None)
        else:
            gate.set_exception(error)
            gate.exception()  # nobody may be waiting, which is no mistake


def _is_cancelled() -> bool:
    """Whether it is we who were canceled, not what we wait for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _delay(failure: Failure, tries: int) -> float:
    """Seconds to wait: what the provider asked for if more than 0, else from half a second doubling to a minute."""
    wait = failure.retry_after or min(60.0, 0.5 * 2 ** (tries - 1))
    return wait * random.uniform(1.0, 1.25)  # noqa: S311
