"""Labelling: pages of a run's tasks are asked about, and what became of them is noted under the run.

Also how it ends early: a cancel is heard from the run's pulse.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol

from backend.core.chat import MAX_ATTEMPTS, Asks, ChatRequest, Recipe
from backend.core.derive import Pricing
from backend.core.nearest import Embed
from backend.core.outcomes import Outcome
from backend.core.runs import Run
from backend.core.subsets import read_subset
from backend.core.tasks import Task
from backend.edges.ask_store import Ask
from backend.edges.run_store import RunStore
from backend.edges.store import Store
from backend.errors import StoreError
from backend.flows.asker import Asker
from backend.flows.budget import CAP
from backend.flows.place import Tell
from backend.flows.predict import Alone, Claims, Predictor
from backend.flows.progress import to_log
from backend.flows.prompts import Bound
from backend.flows.pulse import Pulse
from backend.flows.silence import Silence
from backend.flows.slots import Slots
from backend.flows.stop import Stop

Flush = Callable[[], Awaitable[None]]
"""Returns when the notes on all outcomes so far are written."""
Seen = Callable[[list[Outcome], Flush], Awaitable[None]]
"""Told of outcomes as they come."""
NOTES_EVERY_S = 1.0


Join = Callable[[str, Slots], AbstractContextManager[Claims]]
"""Model and slots -> how an asker shares its limits with those of other processes, while it is entered."""


def alone(_model: str, _slots: Slots) -> AbstractContextManager[Claims]:
    """There are no others."""
    return nullcontext(Alone())


class MakeAsker(Protocol):
    def __call__(self, run: Run | None = None, *, tell: Tell = to_log) -> Asker:
        """An Asker whose completions `run` pays for, within its budget. `tell`: of a wait for the provider."""


@dataclass(frozen=True, slots=True)
class Labelling:
    store: Store
    record: RunStore
    make_asker: MakeAsker
    base_url: str
    pricing: Pricing
    join: Join = alone
    stop: Stop = field(default_factory=Stop)
    embed: Embed | None = None

    def recipe(self, bound: Bound, attempts: int = MAX_ATTEMPTS, cap: int | None = None) -> Recipe:
        """How tasks are asked about."""
        return Recipe(bound.version, bound.schema, self.base_url, attempts, cap, self.embed)

    async def label(
        self, run: Run, bound: Bound, pages: Iterable[list[Task]], seen: Seen, pulse: Pulse, tell: Tell = to_log
    ) -> float:
        """Seconds from the first request sent to the last completion stored; 0 when none was sent. `tell`: of what the
        run waits for.

        Raises CancelledError when the pulse says so; else what `Predictor.label` raises, Stopped among it.
        """
        notes = Notes(lambda asks: self.record.asks.note(run.id, asks))

        async def sink(found: list[Outcome]) -> None:
            await notes.add([Ask.of(outcome) for outcome in found if outcome.sent or outcome.answer is None])
            await seen(found, notes.flush)

        def plan(asks: Asks) -> None:
            rows = [Ask(task_id, ask.digest) for task_id, ask in asks if isinstance(ask, ChatRequest)]
            self.record.asks.note(run.id, rows)

        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        if task is not None:
            pulse.when_canceled(lambda: loop.call_soon_threadsafe(task.cancel))
        attempts, cap = read_subset(run.subset).attempts, None if run.budget is None else CAP
        recipe = self.recipe(bound, attempts, cap)
        notice = self._notice(run, tell)
        asker = self.make_asker(run, tell=notice)
        with self.join(bound.version.model, asker.slots) as claims:  # held until the last request under way has ended
            async with closing(asker):
                predictor = Predictor(asker, self.store, self.pricing, claims, self.stop)
                silence = asyncio.create_task(Silence(asker, predictor, notice).watch())
                try:
                    await predictor.label(recipe, pages, sink, plan)
                finally:
                    silence.cancel()
                    await notes.flush()
        return asker.tally.seconds

    def _notice(self, run: Run, tell: Tell) -> Tell:
        """Also for those who watch the run from elsewhere. To be called on the event loop, which waits for nothing."""

        def remark(sentence: str) -> None:
            with contextlib.suppress(StoreError):  # a database that is away may be what it is about
                self.record.remark(run.id, sentence)

        def notice(sentence: str) -> None:
            tell(sentence)
            asyncio.get_running_loop().run_in_executor(None, remark, sentence)

        return notice


class Notes:
    """What became of tasks, written every second: a transaction for each would cost more than asking does."""

    def __init__(self, write: Callable[[list[Ask]], None]) -> None:
        self._write = write
        self._asks: list[Ask] = []
        self._last = time.monotonic()

    async def add(self, asks: list[Ask]) -> None:
        self._asks += asks
        if time.monotonic() - self._last > NOTES_EVERY_S:
            await self.flush()

    async def flush(self) -> None:
        self._last = time.monotonic()
        asks, self._asks = self._asks, []
        if asks:
            await asyncio.to_thread(self._write, asks)


@asynccontextmanager
async def closing(asker: Asker) -> AsyncIterator[Asker]:
    """Stores what is under way, whatever ended the work."""
    try:
        yield asker
    finally:
        await asyncio.shield(asker.close())
