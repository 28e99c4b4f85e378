"""Predictor: tasks -> outcomes. The only concurrency is here: a bounded number of workers that pull from pages.

Stored completions are read, not asked. At most two pages of tasks are in memory at a time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from backend.domain.chat.judged import Judged, judge
from backend.domain.chat.request import ChatRequest, Completion, PlannedRequests
from backend.domain.outcome import Failure, Outcome
from backend.domain.resolution.pricing import Pricing
from backend.domain.resolution.resolve import failed, outcome_of
from backend.domain.task import Task
from backend.engine.request_executor import RequestExecutor
from backend.engine.request_source import RequestSource, requests_of
from backend.engine.sampling import ask_all, failure_of
from backend.engine.shutdown import Shutdown, Stopped
from backend.errors import PromptsError, where
from backend.logs import about

log = logging.getLogger(__name__)

OTHERS_S = 0.5
"""Seconds between two looks for answers that another process asks for."""
Sink = Callable[[list[Outcome]], Awaitable[None]]
Plan = Callable[[PlannedRequests], None]
"""Called in a thread with the tasks of a page and what will be asked, before anything is."""


class StoredCompletions(Protocol):
    def completions(self, digests: Sequence[str]) -> dict[str, list[Completion]]: ...


class RequestClaims(Protocol):
    """The requests that are ours to ask, if others may ask too."""

    def take(self, digests: Sequence[str]) -> Collection[str]:
        """The digests that nobody else asks now; the others are to be looked for in the database later."""

    def drop(self, digests: Sequence[str]) -> None:
        """Their answers are stored, so that whoever takes them finds those."""

    def release(self) -> None:
        """What we claimed is stored or given up."""


class NoSharing:
    """Nobody else asks."""

    def take(self, digests: Sequence[str]) -> Collection[str]:
        return digests

    def drop(self, digests: Sequence[str]) -> None:
        return

    def release(self) -> None:
        return


@dataclass(frozen=True, slots=True)
class PendingTask:
    """`stored`: attempts by digest, for each sample of the request."""

    task_id: int
    request: ChatRequest
    stored: Mapping[str, Sequence[Completion]]


class Predictor:
    """Predicts pages of tasks. `workers` is twice the requests in flight, so waiting requests leave no slot empty."""

    def __init__(
        self,
        executor: RequestExecutor,
        store: StoredCompletions,
        pricing: Pricing,
        claims: RequestClaims | None = None,
        stop: Shutdown | None = None,
    ) -> None:
        self.executor = executor
        self._store = store
        self._pricing = pricing
        self._claims = claims or NoSharing()
        self._stop = stop or Shutdown()
        self._elsewhere: list[tuple[int, ChatRequest | Failure]] = []
        self._stored: list[str] = []

    @property
    def workers(self) -> int:
        return 2 * self.executor.slots.adaptive.most

    def is_sending(self, digest: str) -> bool:
        """Whether a request is in flight, maybe one that nobody waits for any more. From any thread."""
        return is_sending(self.executor, digest)

    def halt(self) -> None:
        """Sends nothing more."""
        self.executor.stop()

    async def label(
        self, builder: RequestSource, pages: Iterable[list[Task]], sink: Sink, plan: Plan | None = None
    ) -> None:
        """Passes the outcome of every task to `sink` as it comes, in no order.

        Raises ProviderError or StoreError as soon as no task could be answered; stored completions stay. Raises Stopped
        if the process was told to end, after the requests in flight then.
        """
        loop = asyncio.get_running_loop()
        todo: asyncio.Queue[PendingTask | None] = asyncio.Queue(self.workers)
        try:
            with self._stop.calling(lambda: loop.call_soon_threadsafe(self.halt)):
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._feed(builder, iter(pages), todo, sink, plan))
                    for _ in range(self.workers):
                        group.create_task(self._work(todo, sink))
        except BaseExceptionGroup as errors:
            raise _first(errors) from None
        if self.executor.stopping:
            raise Stopped

    async def _feed(
        self,
        builder: RequestSource,
        pages: Iterator[list[Task]],
        todo: "asyncio.Queue[PendingTask | None]",
        sink: Sink,
        plan: Plan | None,
    ) -> None:
        """Reads the next page while the last one is being asked about."""
        upcoming = asyncio.create_task(asyncio.to_thread(next, pages, None))
        try:
            while (page := await upcoming) is not None and not self.executor.stopping:
                upcoming = asyncio.create_task(asyncio.to_thread(next, pages, None))
                planned = await requests_of(builder, page)
                if plan is not None:
                    await asyncio.to_thread(plan, planned)
                await self._hand_out(planned, todo, sink)
        finally:
            upcoming.cancel()
        await self._wait_for_others(todo, sink)
        for _ in range(self.workers):
            await todo.put(None)

    async def _hand_out(self, planned: PlannedRequests, todo: "asyncio.Queue[PendingTask | None]", sink: Sink) -> None:
        """Settles tasks that need no model; the workers get the rest."""
        requests = [ask for _, ask in planned if isinstance(ask, ChatRequest)]
        claimed, stored = await asyncio.to_thread(self._claim_and_read, requests)
        settled: list[Outcome] = []
        pending: list[PendingTask] = []
        for task_id, ask in planned:
            if isinstance(ask, Failure):
                settled.append(failed(task_id, ask))
                continue
            if (outcome := self.stored_outcome(task_id, ask, stored)) is not None:
                self._stored.extend(_claimed_digests(ask))
                settled.append(outcome)
            elif ask.digest in claimed:
                pending.append(PendingTask(task_id, ask, stored))
            else:
                self._elsewhere.append((task_id, ask))
        if settled:
            self.executor.observer.settled(settled)
            await sink(settled)
        for item in pending:
            await todo.put(item)

    def stored_outcome(
        self, task_id: int, request: ChatRequest, stored: Mapping[str, Sequence[Completion]]
    ) -> Outcome | None:
        """What stored completions come to; None if the model is to be asked."""
        judged = [judge(stored.get(sample.digest, ()), request.template.spec) for sample in request.samples]
        if not all(map(Judged.settles, judged, request.samples)):
            return None
        return outcome_of(task_id, judged, self._pricing, bool(request.orders), sent=0)

    def _claim_and_read(self, requests: list[ChatRequest]) -> tuple[Collection[str], dict[str, list[Completion]]]:
        """Claims first and reads then, so that completions which another process stored before our claim are seen.

        A claim to a request covers all its samples. Claims to what is stored by now are dropped, or a run of millions
        would leave as many.
        """
        done, self._stored = self._stored, []
        self._claims.drop(done)
        claimed = self._claims.take(list({request.digest for request in requests}))
        return claimed, self._store.completions(list({s.digest for request in requests for s in request.all_samples}))

    async def _wait_for_others(self, todo: "asyncio.Queue[PendingTask | None]", sink: Sink) -> None:
        """Requests of others are stored sooner or later, or become ours to ask. Workers of a cascade add to them."""
        await todo.join()
        while self._elsewhere and not self.executor.stopping:
            await asyncio.to_thread(self._claims.release)  # two processes that wait for each other would wait for ever
            await asyncio.sleep(OTHERS_S)
            planned, self._elsewhere = self._elsewhere, []
            await self._hand_out(planned, todo, sink)
            await todo.join()

    async def _work(self, todo: "asyncio.Queue[PendingTask | None]", sink: Sink) -> None:
        while (item := await todo.get()) is not None:
            with suppress(Stopped), about(task=item.task_id):
                outcome = await self._ask(item)
                if outcome is not None:
                    if not isinstance(outcome.verdict, Failure):
                        self._stored.extend(_claimed_digests(item.request))
                    self.executor.observer.settled([outcome])
                    await sink([outcome])
            todo.task_done()

    async def _ask(self, item: PendingTask) -> Outcome | None:
        """An error with one task, expected or not, leaves the others alone."""
        try:
            return await self.outcome(item)
        except (PromptsError, Stopped):
            raise
        except Exception as error:
            log.error("a task crashed: %s", where(error))
            crash = Failure("crashed", f"Something unexpected happened here ({type(error).__name__}).")
            return failed(item.task_id, crash, item.request.digest)

    async def outcome(self, item: PendingTask) -> Outcome | None:
        """None if the task waits."""
        return await self.answered(self.executor, item)

    async def answered(self, executor: RequestExecutor, item: PendingTask) -> Outcome:
        """Asks, as far as that is needed. Raises what `RequestExecutor.ask` raises."""
        results = await ask_all(executor, item.request, item.stored)
        sent = sum(result.sent for result in results)
        judged = [result.read_by(item.request.template.spec) for result in results]
        outcome = outcome_of(item.task_id, judged, self._pricing, bool(item.request.orders), sent)
        return outcome or failed(item.task_id, failure_of(results), item.request.digest, sent)


def _claimed_digests(request: ChatRequest) -> list[str]:
    """What is claimed for a task: its request and, of a cascade, the one to the second model."""
    return [part.digest for part in (request, request.then) if part is not None]


def is_sending(executor: RequestExecutor, digest: str) -> bool:
    pending = executor.in_flight.get(digest)
    return pending is not None and pending.sending


def _first(errors: BaseException) -> BaseException:
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors
