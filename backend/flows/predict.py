"""Predict: tasks -> outcomes. The only concurrency there is: bounded workers that pull from pages of tasks.

What is stored already is read, not asked. Nothing holds more than two pages of tasks at a time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from backend.core.answers import is_done
from backend.core.chat import Asks, ChatRequest, Completion
from backend.core.derive import Pricing, derive, failed
from backend.core.outcomes import Failure, Outcome
from backend.core.tasks import Task
from backend.errors import PromptsError, where
from backend.flows.asker import Asker
from backend.flows.samples import ask_all, failure_of
from backend.flows.stop import Stop, Stopped
from backend.logs import about

log = logging.getLogger(__name__)

OTHERS_S = 0.5
FEWEST_WORKERS = 8
"""Of how many tasks some may be in trouble without the others being kept from showing that the model answers."""
Sink = Callable[[list[Outcome]], Awaitable[None]]
Plan = Callable[[Asks], None]
"""Called in a thread with the tasks of a page and what will be asked, before anything is."""


class Facts(Protocol):
    def completions(self, digests: Sequence[str]) -> dict[str, list[Completion]]: ...


class Requests(Protocol):
    """What to ask about tasks: a Recipe, or something like it."""

    def asks(self, tasks: Sequence[Task]) -> Asks: ...


class Claims(Protocol):
    """What is ours to ask, where others may be asking too."""

    def take(self, digests: Sequence[str]) -> Collection[str]:
        """Those nobody else is asking now; the others are to be looked for in the record later."""

    def release(self) -> None:
        """What we claimed is stored or given up."""


class Alone:
    """Nobody else asks."""

    def take(self, digests: Sequence[str]) -> Collection[str]:
        return digests

    def release(self) -> None:
        return


@dataclass(frozen=True, slots=True)
class Todo:
    """`stored`: attempts by digest, of each sample of the request."""

    task_id: int
    request: ChatRequest
    stored: Mapping[str, Sequence[Completion]]


class Predictor:
    """Labels pages of tasks; there are twice as many workers as requests in flight, so that those who wait leave no
    slot empty. `settled`: tasks with an outcome so far."""

    def __init__(
        self, asker: Asker, facts: Facts, pricing: Pricing, claims: Claims | None = None, stop: Stop | None = None
    ) -> None:
        self.asker = asker
        self._facts = facts
        self._pricing = pricing
        self._claims = claims or Alone()
        self._stop = stop or Stop()
        self._elsewhere: list[tuple[int, ChatRequest | Failure]] = []
        self.settled = 0
        self._workers = max(FEWEST_WORKERS, 2 * asker.slots.pace.most)

    @property
    def waits_for_others(self) -> bool:
        """Whether somebody else asks what is wanted here."""
        return bool(self._elsewhere)

    async def label(self, recipe: Requests, pages: Iterable[list[Task]], sink: Sink, plan: Plan | None = None) -> None:
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
        recipe: Requests,
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
                asks = await asyncio.to_thread(recipe.asks, page)
                if plan is not None:
                    await asyncio.to_thread(plan, asks)
                await self._hand_out(asks, todo, sink)
        finally:
            upcoming.cancel()
        await self._wait_for_others(todo, sink)
        for _ in range(self._workers):
            await todo.put(None)

    async def _hand_out(self, asks: Asks, todo: "asyncio.Queue[Todo | None]", sink: Sink) -> None:
        """Settles what needs no model; the rest is for the workers."""
        requests = [ask for _, ask in asks if isinstance(ask, ChatRequest)]
        ours, stored = await asyncio.to_thread(self._claim_and_read, requests)
        known: list[Outcome] = []
        rest: list[Todo] = []
        for task_id, ask in asks:
            if isinstance(ask, Failure):
                known.append(failed(task_id, ask))
                continue
            if all(is_done(sample, stored.get(sample.digest, [])) for sample in ask.samples):
                attempts = [stored[sample.digest] for sample in ask.samples]
                outcome = derive(task_id, attempts, ask.frame.schema, self._pricing)
                known += [replace(outcome, reused=True)] if outcome else []
                self.asker.known(ask.frame.model)
            elif ask.digest in ours:
                rest.append(Todo(task_id, ask, stored))
            else:
                self._elsewhere.append((task_id, ask))
        if known:
            self._note(known)
            await sink(known)
        for item in rest:
            await todo.put(item)

    def _claim_and_read(self, requests: list[ChatRequest]) -> tuple[Collection[str], dict[str, list[Completion]]]:
        """In this order: what another one asked and stored before we claimed it is seen. A claim to a request is one to
        all its samples."""
        ours = self._claims.take(list({request.digest for request in requests}))
        return ours, self._facts.completions(list({s.digest for request in requests for s in request.samples}))

    async def _wait_for_others(self, todo: "asyncio.Queue[Todo | None]", sink: Sink) -> None:
        """What others ask is stored sooner or later, or it becomes ours to ask."""
        while self._elsewhere and not self.asker.stopping:
            await todo.join()
            await asyncio.to_thread(self._claims.release)  # two who waited for each other would wait for ever
            await asyncio.sleep(OTHERS_S)
            asks, self._elsewhere = self._elsewhere, []
            await self._hand_out(asks, todo, sink)

    async def _work(self, todo: "asyncio.Queue[Todo | None]", sink: Sink) -> None:
        while (item := await todo.get()) is not None:
            with suppress(Stopped), about(task=item.task_id):
                outcome = await self._ask(item)
                self._note([outcome])
                await sink([outcome])
            todo.task_done()

    def _note(self, outcomes: list[Outcome]) -> None:
        self.settled += len(outcomes)
        self.asker.observer.settled(outcomes)

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
        asked = await ask_all(self.asker, item.request, item.stored)
        sent = sum(one.sent for one in asked)
        outcome = derive(item.task_id, [one.attempts for one in asked], item.request.frame.schema, self._pricing)
        if outcome is None:
            return failed(item.task_id, failure_of(asked), item.request.digest, sent)
        return replace(outcome, sent=sent, reused=sent == 0)


def _first(errors: BaseException) -> BaseException:
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors
