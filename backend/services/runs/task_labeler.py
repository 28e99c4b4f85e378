"""Task labeler: asks about pages of a run's tasks, and stores their outcomes with the run.

It ends early when the run's heartbeat reports a cancel.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.run_tasks import RunTask
from backend.adapters.database.runs.runs import RunStore
from backend.domain.chat.request import MAX_ATTEMPTS, PlannedRequests
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.chat.request_resources import RequestResources
from backend.domain.connections.connection import DEFAULT
from backend.domain.outcome import Outcome
from backend.domain.prompts.version import PromptVersion
from backend.domain.resolution.pricing import Pricing
from backend.domain.runs.run import Run
from backend.domain.task import Task
from backend.engine.budgets.budget_rules import CAP
from backend.engine.cascade_predictor import CascadePredictor
from backend.engine.concurrency_limiter import ConcurrencyLimiter
from backend.engine.executor_counts import together
from backend.engine.idle_notice import idle_notices
from backend.engine.predictor import NoSharing, Predictor, RequestClaims
from backend.engine.request_executor import RequestExecutor
from backend.engine.shutdown import Shutdown
from backend.logs import to_log
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.run_control.connection_use import check_server
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.ownership import subset_of

Flush = Callable[[], Awaitable[None]]
"""Returns when the notes on all outcomes so far are written."""
OutcomesSeen = Callable[[list[Outcome], Flush], Awaitable[None]]
"""Told of outcomes as they come."""
NOTES_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class RunListener:
    """Receives what happens in a run: outcomes, and sentences for the user."""

    on_outcomes: OutcomesSeen
    notify: Callable[[str], None] = to_log


JoinWorkers = Callable[[str, ConcurrencyLimiter], AbstractContextManager[RequestClaims]]
"""Base URL and model, slots -> how an asker shares its limits with those of other processes, while it is entered."""


def alone(_server: str, _slots: ConcurrencyLimiter) -> AbstractContextManager[RequestClaims]:
    """There are no others."""
    return nullcontext(NoSharing())


class MakeExecutor(Protocol):
    def __call__(
        self, run: Run | None = None, *, project: int | None = None, connection: str = DEFAULT
    ) -> RequestExecutor:
        """A RequestExecutor whose completions `run` pays for, within its budget; without a run, they are about the
        tasks of `project`, and asked for through `connection`."""


MakeExecutors = Callable[[Run], list[RequestExecutor]]
"""Those of the models of a run, in the order in which they are asked; they share its budget."""


@dataclass(frozen=True, slots=True)
class TaskLabeler:
    store: Store
    run_store: RunStore
    make_executor: MakeExecutor
    make_executors: MakeExecutors
    resources: RequestResources
    pricing: Pricing
    join: JoinWorkers = alone
    stop: Shutdown = field(default_factory=Shutdown)

    def builder(
        self, resolved: ResolvedVersion, attempts: int = MAX_ATTEMPTS, cap: int | None = None
    ) -> RequestBuilder:
        """How tasks are asked about."""
        return RequestBuilder(resolved.version, resolved.schema, self.resources, attempts, cap)

    async def label(
        self,
        run: Run,
        resolved: ResolvedVersion,
        pages: Iterable[list[Task]],
        listener: RunListener,
        heartbeat: Heartbeat,
    ) -> float:
        """Seconds from the first request sent to the last completion stored; 0 when none was sent.

        Raises CancelledError when the heartbeat says so; else what `Predictor.label` raises, Stopped among it.
        """
        heartbeat.cancels_this_task()
        check_server(run, resolved.version, self.resources.address)
        builder = self.builder(resolved, subset_of(run).attempts, None if run.budget is None else CAP)
        executors = self.make_executors(run)
        for executor in executors:
            executor.patience.notify = listener.notify
        heartbeat.waits_for = lambda: " ".join(filter(None, (each.patience.waits() for each in executors)))
        sink = OutcomeSink(self.run_store, run.id, listener, keep_all=resolved.version.cascade is not None)
        # joined until the last request under way has ended
        with ExitStack() as joined:
            claims = [joined.enter_context(self.join(*server)) for server in self._places(resolved, executors)]
            async with _opened(executors):
                try:
                    predictor = self._predictor(resolved.version, executors, claims[0])
                    await predictor.label(builder, builder.cut(pages), sink, sink.plan)
                finally:
                    await sink.flush()
        return together([executor.counts for executor in executors]).seconds

    def _predictor(
        self, version: PromptVersion, executors: Sequence[RequestExecutor], claims: RequestClaims
    ) -> Predictor:
        predictor = Predictor(executors[0], self.store, self.pricing, claims, self.stop)
        return CascadePredictor(predictor, executors[1], version.cascade) if version.cascade else predictor

    def _places(
        self, resolved: ResolvedVersion, executors: Sequence[RequestExecutor]
    ) -> list[tuple[str, ConcurrencyLimiter]]:
        """What `join` takes, for each model."""
        steps = zip(resolved.version.steps, executors, strict=True)
        return [(f"{self.resources.address(step.connection)} {step.model}", executor.slots) for step, executor in steps]


class OutcomeSink:
    """Where the outcomes of a run go: into its notes, then to who listens.

    keep_all: whether to note usable outcomes too that took no request now
    """

    def __init__(self, run_store: RunStore, run_id: str, listener: RunListener, keep_all: bool) -> None:
        self._run_tasks, self._run_id = run_store.run_tasks, run_id
        self._notes = OutcomeNotes(lambda asks: self._run_tasks.note(run_id, asks))
        self._listener = listener
        self._keep_all = keep_all

    async def __call__(self, outcomes: list[Outcome]) -> None:
        noted = (o for o in outcomes if o.sent or o.answer is None or self._keep_all)
        await self._notes.add([RunTask.of(outcome) for outcome in noted])
        await self._listener.on_outcomes(outcomes, self._notes.flush)

    async def flush(self) -> None:
        await self._notes.flush()

    def plan(self, asks: PlannedRequests) -> None:
        self._run_tasks.plan(self._run_id, asks)


class OutcomeNotes:
    """Outcomes of tasks, written every second: a transaction for each would cost more than the requests."""

    def __init__(self, write: Callable[[list[RunTask]], None]) -> None:
        self._write = write
        self._run_tasks: list[RunTask] = []
        self._last = time.monotonic()

    async def add(self, asks: list[RunTask]) -> None:
        self._run_tasks += asks
        if time.monotonic() - self._last > NOTES_EVERY_S:
            await self.flush()

    async def flush(self) -> None:
        self._last = time.monotonic()
        asks, self._run_tasks = self._run_tasks, []
        if asks:
            await asyncio.to_thread(self._write, asks)


@asynccontextmanager
async def _opened(executors: Sequence[RequestExecutor]) -> AsyncIterator[None]:
    """Closes all of them at the end, whatever ended the work."""
    async with AsyncExitStack() as stack:
        for executor in executors:
            await stack.enter_async_context(closing(executor))
        await stack.enter_async_context(idle_notices(*executors))
        yield


@asynccontextmanager
async def closing(executor: RequestExecutor) -> AsyncIterator[RequestExecutor]:
    """Stores what is under way, whatever ended the work."""
    try:
        yield executor
    finally:
        await asyncio.shield(executor.close())
