"""Asker: one request -> stored completions. Single flight, and what not to ask again soon; sending is the Sender's.

A request that is under way is never abandoned: when nobody waits for it any more, its answer is still stored, because
it was paid for.
"""

import asyncio
from collections.abc import Callable, Sequence

from backend.core.answers import judge, settled
from backend.core.chat import ChatRequest, Completion
from backend.core.outcomes import Failure, Rejection
from backend.errors import ProviderError
from backend.flows.flight import Flight, Model, Tally
from backend.flows.observer import Observer, Unobserved
from backend.flows.provider import Patience
from backend.flows.recent import Asked, Recent
from backend.flows.recorder import Recorder
from backend.flows.sender import Sender
from backend.flows.slots import Slots
from backend.flows.stop import Stopped

DRAIN_S = 10.0
STOP_S = 30.0
"""How long a process that was told to end waits for answers under way."""


class Asker:
    """Lives on one event loop. `failure_ttl_s`: how long a failed request is not sent again; `patience`: with a
    provider that is away."""

    def __init__(
        self,
        model: Model,
        write: Callable[[list[Completion]], None],
        concurrency: int,
        failure_ttl_s: float = 0,
        observer: Observer | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.observer = observer or Unobserved()
        self.slots = Slots(concurrency)
        self._model = model
        self._recorder = Recorder(write)
        self._sender = Sender(model, self._recorder, self.slots, self.observer, patience or Patience())
        self._flights: dict[str, Flight] = {}
        self._recent = Recent(failure_ttl_s)

    @property
    def tally(self) -> Tally:
        return self._sender.tally

    @property
    def stopping(self) -> bool:
        return self._sender.stopping

    @property
    def storing(self) -> int:
        """Answers that wait for the database."""
        return self._recorder.waiting

    @property
    def is_provider_away(self) -> bool:
        """Whether all requests to a model wait for its provider."""
        return self._sender.is_provider_away

    def known(self, model: str) -> None:
        """A stored answer of `model` was met: its provider answers such requests."""
        self._sender.provider(model).known = True

    async def ask(self, request: ChatRequest, stored: Sequence[Completion] = ()) -> Asked:
        """All attempts about `request`, those in `stored` first; sends what is missing, once for all who ask now.

        Raises ProviderError when the provider will answer nothing, StoreError when answers can't be stored, Stopped
        when nothing more is sent.
        """
        if self.stopping:
            raise Stopped
        failed = self._recent.failure(request.digest)
        if failed is not None:
            return failed
        flight = self._flights.get(request.digest)
        mine = flight is None
        if flight is None:
            known = max(stored, self._recent.answered.get(request.digest, ()), key=len)
            flight = self._flights[request.digest] = Flight(request, list(known))
            flight.task = asyncio.create_task(self._fly(flight))
            flight.task.add_done_callback(lambda task: task.cancelled() or task.exception())
        else:
            self.observer.joined()
        assert flight.task is not None
        flight.waiters += 1
        try:
            asked = await asyncio.shield(flight.task)
        except asyncio.CancelledError:
            if self.stopping and flight.task.cancelled() and not _is_cancelled():
                raise Stopped from None
            raise
        finally:
            flight.waiters -= 1
            if not flight.waiters and not flight.sending:
                self._forget(flight)
                flight.task.cancel()
        return asked if mine else Asked(asked.attempts, asked.failure)

    def stop(self) -> None:
        """Sends nothing more: what waits ends with Stopped at once, what is under way when STOP_S are over."""
        self._sender.stopping = True
        self._give_up()
        asyncio.get_running_loop().call_later(STOP_S, self._give_up, True)

    def _give_up(self, sending: bool = False) -> None:
        for flight in self._flights.values():
            if flight.task is not None and (sending or not flight.sending):
                flight.task.cancel()

    async def close(self, patience_s: float | None = None) -> None:
        """Waits so long (DRAIN_S) for requests under way, so that their answers are stored, then ends."""
        tasks = [flight.task for flight in self._flights.values() if flight.task is not None]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=DRAIN_S if patience_s is None else patience_s)
            for task in late:
                task.cancel()
        await self._recorder.close()
        await self._model.close()

    async def _fly(self, flight: Flight) -> Asked:
        digest = flight.request.digest
        try:
            asked = await self._until_settled(flight)
            self._recent.add(digest, asked)
            return asked
        except ProviderError as error:
            self._recent.add_failure(digest, error)
            raise
        finally:
            self._forget(flight)

    def _forget(self, flight: Flight) -> None:
        """Another flight for the same request may have begun since; that one stays."""
        if self._flights.get(flight.request.digest) is flight:
            del self._flights[flight.request.digest]

    async def _until_settled(self, flight: Flight) -> Asked:
        schema = flight.request.frame.schema
        verdict, _ = judge(flight.attempts, schema)
        while not settled(flight.attempts, verdict, flight.request.frame.attempts):
            if isinstance(verdict, Rejection):
                self.observer.retried(verdict.reason)
            reply = await self._sender.answer(flight)
            if isinstance(reply, Failure):
                return Asked(tuple(flight.attempts), reply, flight.sent)
            flight.attempts.append(reply)
            verdict, _ = judge(flight.attempts, schema)
            if not flight.waiters or self.stopping:
                break
        return Asked(tuple(flight.attempts), None, flight.sent)


def _is_cancelled() -> bool:
    """Whether it is we who were canceled, not what we wait for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
