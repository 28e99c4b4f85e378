"""Predict: tasks -> outcomes. The only concurrency there is: bounded workers that pull from pages of tasks.

What is stored already is read, not asked. Nothing holds more than two pages of tasks at a time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from backend.core.answers import judge, settled
from backend.core.chat import ChatRequest, Completion, Recipe
from backend.core.derive import Pricing, derive, failed
from backend.core.outcomes import Failure, Outcome
from backend.core.tasks import Task
from backend.errors import PromptsError, where
from backend.flows.asker import Asker
from backend.flows.stop import Stop, Stopped
from backend.logs import about

log = logging.getLogger(__name__)

Sink = Callable[[list[Outcome]], Awaitable[None]]
Plan = Callable[[list[tuple[int, ChatRequest | Failure]]], None]
"""Called in a thread with the tasks of a page and what will be asked, before anything is."""


class Facts(Protocol):
    def completions(self, digests: Sequence[str]) -> dict[str, list[Completion]]: ...


@dataclass(frozen=True, slots=True)
class Todo:
    task_id: int
    request: ChatRequest
    stored: Sequence[Completion]


class Predictor:
    """Labels pages of tasks; `workers` is twice the requests in flight, so that those who wait leave no slot empty."""

    def __init__(self, asker: Asker, facts: Facts, pricing: Pricing, stop: Stop | None = None) -> None:
        self.asker = asker
        self._facts = facts
        self._pricing = pricing
        self._stop = stop or Stop()
        self._workers = 2 * asker.slots.pace.most

    async def label(self, recipe: Recipe, pages: Iterable[list[Task]], sink: Sink, plan: Plan | None = None) -> None:
        """Hands the outcome of every task to `sink`, in no order, as they come.

        Raises ProviderError or StoreError as soon as no task could be answered; what is stored stays. Raises Stopped
        when the process was told to end, after what was in flight then.
        """
        loop = asyncio.get_running_loop()
        todo: asyncio.Queue[Todo | None] = asyncio.Queue(self._workers)
        try:
            with self._stop.calling(lambda: loop.call_soon_threadsafe(self.asker.stop)):
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._feed(recipe, iter(pages), todo, sink, plan))
                    for _ in range(self._workers):
                        group.create_task(self._work(todo, sink))
        except BaseExceptionGroup as errors:
            raise _first(errors) from None
        if self.asker.stopping:
            raise Stopped

    async def _feed(
        self,
        recipe: Recipe,
        pages: Iterator[list[Task]],
        todo: "asyncio.Queue[Todo | None]",
        sink: Sink,
        plan: Plan | None,
    ) -> None:
        """Reads the next page while the last one is being asked about."""
        upcoming = asyncio.create_task(asyncio.to_thread(next, pages, None))
        try:
            while (page := await upcoming) is not None and not self.asker.stopping:
                upcoming = asyncio.create_task(asyncio.to_thread(next, pages, None))
                for item in await self._look_up(recipe, page, sink, plan):
                    await todo.put(item)
        finally:
            upcoming.cancel()
        for _ in range(self._workers):
            await todo.put(None)

    async def _look_up(self, recipe: Recipe, page: list[Task], sink: Sink, plan: Plan | None) -> list[Todo]:
        """Settles what needs no model; the rest."""
        asks = [(task.id, recipe.request(task)) for task in page]
        if plan is not None:
            await asyncio.to_thread(plan, asks)
        digests = list({ask.digest for _, ask in asks if isinstance(ask, ChatRequest)})
        stored = await asyncio.to_thread(self._facts.completions, digests)
        known: list[Outcome] = []
        rest: list[Todo] = []
        for task_id, ask in asks:
            if isinstance(ask, Failure):
                known.append(failed(task_id, ask))
                continue
            attempts = stored.get(ask.digest, [])
            if settled(attempts, judge(attempts, ask.frame.schema)[0]):
                outcome = derive(task_id, attempts, ask.frame.schema, self._pricing)
                known += [replace(outcome, reused=True)] if outcome else []
            else:
                rest.append(Todo(task_id, ask, attempts))
        if known:
            self.asker.observer.settled(known)
            await sink(known)
        return rest

    async def _work(self, todo: "asyncio.Queue[Todo | None]", sink: Sink) -> None:
        while (item := await todo.get()) is not None:
            with suppress(Stopped), about(task=item.task_id):
                outcome = await self._ask(item)
                self.asker.observer.settled([outcome])
                await sink([outcome])

    async def _ask(self, item: Todo) -> Outcome:
        """Whatever goes wrong with one task, known or not, leaves the others alone."""
        try:
            return await self._asked(item)
        except (PromptsError, Stopped):
            raise
        except Exception as error:
            log.error("a task crashed: %s", where(error))
            crash = Failure("crashed", f"Something unexpected happened here ({type(error).__name__}).")
            return failed(item.task_id, crash, item.request.digest)

    async def _asked(self, item: Todo) -> Outcome:
        asked = await self.asker.ask(item.request, item.stored)
        outcome = derive(item.task_id, asked.attempts, item.request.frame.schema, self._pricing)
        if outcome is None:
            failure = asked.failure or Failure("crashed", "The request was given up.")
            return failed(item.task_id, failure, item.request.digest, asked.sent)
        return replace(outcome, sent=asked.sent, reused=asked.sent == 0)


def _first(errors: BaseException) -> BaseException:
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors
