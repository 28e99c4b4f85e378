"""Live requests: the Predictor that all requests of the labelling screen share, so that equal requests are joined.

It runs on an event loop in a thread of its own. With a daily limit there is a new one every day, and another one for a
connection whose monthly budget is changed.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from backend.adapters.database.projects.project_data import ForgetStore
from backend.adapters.database.prompts import Store
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.outcome import Outcome
from backend.domain.resolution.pricing import Pricing
from backend.domain.task import Task
from backend.engine.budgets.budget_rules import OverBudget
from backend.engine.budgets.daily_limit import DailyLimit, used_up
from backend.engine.cascade_predictor import CascadePredictor
from backend.engine.collected_outcomes import CollectedOutcomes
from backend.engine.predictor import Predictor
from backend.engine.request_executor import RequestExecutor
from backend.engine.unreachable_model import unreachable
from backend.errors import PromptsError, SettingsError

T = TypeVar("T")
MonthlyBudgets = Mapping[str, float | None]
"""USD a month by connection; None for no limit."""
Terms = tuple[str, float | None]
"""The day and the monthly budget of the connection for which executors were made."""
log = logging.getLogger(__name__)
OLD_S = 60.0
"""Seconds for which yesterday's requests under way are waited for, after the last call that asks."""


class EventLoopThread:
    """One event loop in a thread of its own, started at the first call and kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Waits for `work`, from any thread."""
        return asyncio.run_coroutine_threadsafe(work, self._started()).result()

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="predict", daemon=True).start()
            return self._loop


@dataclass(frozen=True, slots=True)
class Labelled:
    """Outcomes by task number.

    late: whether there was no time for all
    trouble: why some were not asked about
    requests_of: the digests of the requests about each task
    is_sending: whether one is in flight, whose answer will be stored
    """

    outcomes: dict[int, Outcome]
    late: bool = False
    trouble: PromptsError | None = None
    requests_of: Mapping[int, Sequence[str]] = field(default_factory=dict)
    is_sending: Callable[[str], bool] = bool

    def under_way(self) -> set[int]:
        """The tasks without an outcome that have requests in flight."""
        left = {task: digests for task, digests in self.requests_of.items() if task not in self.outcomes}
        return {task for task, digests in left.items() if any(map(self.is_sending, digests))}


class SharedPredictors:
    """Those of one connection by address, which the calls of one event loop share as long as `terms` hold."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._made: dict[str, Predictor] = {}
        self._calls = 0
        self._unused = asyncio.Event()
        self._unused.set()

    @contextmanager
    def used(self) -> Iterator[None]:
        """A call that uses them goes on inside it; `close` waits for its end."""
        self._calls += 1
        self._unused.clear()
        try:
            yield
        finally:
            self._calls -= 1
            if not self._calls:
                self._unused.set()

    def get(self, url: str, make: Callable[[], Predictor]) -> Predictor:
        """That of an address; made at the first time."""
        if url not in self._made:
            self._made[url] = make()
        return self._made[url]

    async def close_unused(self, patience_s: float) -> None:
        """Closes them after the last call that uses them: until then each may still ask and store answers."""
        await self._unused.wait()
        await self.close(patience_s)

    async def close(self, patience_s: float) -> None:
        """Waits up to `patience_s` seconds for requests in flight, whose answers are stored."""
        await asyncio.gather(*(predictor.executor.close(patience_s) for predictor in self._made.values()))


class Live:
    """Safe to call from any thread.

    daily: the limit of the executors that `make_executor` makes for a connection, if there is one
    budgets: the monthly budgets of connections as they are now; one that is changed makes new executors for its own
    """

    def __init__(
        self,
        make_executor: Callable[[str], RequestExecutor],
        store: Store,
        pricing: Pricing,
        daily: DailyLimit | None = None,
        budgets: Callable[[], MonthlyBudgets] = dict,
    ) -> None:
        self.daily = daily
        self._make_executor = make_executor
        self._store = store
        self._sources = ForgetStore(store)
        self._pricing = pricing
        self._loop = EventLoopThread()
        self._shared: dict[str, SharedPredictors] = {}
        self._budgets = budgets
        self._closing: set[asyncio.Task[None]] = set()

    def label(self, builder: RequestBuilder, tasks: list[Task], deadline_s: float, project: int) -> Labelled:
        """The outcomes after at most `deadline_s` seconds. `project`: the owner of the tasks, noted in the database."""
        try:
            budgets = self._budgets()
        except PromptsError as error:
            return Labelled({}, trouble=self._noted_error(error))
        collected = CollectedOutcomes(partial(self._sources.note, project))
        return self._loop.run(self._label(builder, tasks, deadline_s, collected, budgets))

    def close(self, patience_s: float) -> None:
        """Waits that long for requests in flight, which may outlive a deadline, so that their answers are stored."""
        self._loop.run(self._close(patience_s))

    async def _close(self, patience_s: float) -> None:
        current = [asyncio.create_task(shared.close(patience_s)) for shared in self._shared.values()]
        if closing := {*current, *self._closing}:
            await asyncio.wait(closing, timeout=patience_s)
        await asyncio.gather(*current)

    async def _label(
        self,
        builder: RequestBuilder,
        tasks: list[Task],
        deadline_s: float,
        collected: CollectedOutcomes,
        budgets: MonthlyBudgets,
    ) -> Labelled:
        outcomes = collected.outcomes
        try:
            shared = self._current(budgets, [step.connection for step, _ in builder.servers])
            with ExitStack() as calls:
                for each in shared.values():
                    calls.enter_context(each.used())
                predictor = self._chosen(builder, shared)
                labelling = predictor.label(builder, builder.cut([tasks]), collected.add, collected.plan)
                await asyncio.wait_for(labelling, deadline_s)
        except TimeoutError:
            sending = predictor.is_sending
            return Labelled(outcomes, late=True, requests_of=collected.digests, is_sending=sending)
        except PromptsError as error:
            return Labelled(outcomes, trouble=self._noted_error(error))
        return Labelled(outcomes)

    def _current(self, budgets: MonthlyBudgets, connections: Sequence[str]) -> Mapping[str, SharedPredictors]:
        """Those of these connections. What was reserved in a former day, or under a former budget of a connection, is
        released by those that it was reserved for; a change of one connection leaves the others alone."""
        day = self.daily.today() if self.daily else ""
        old = [name for name, shared in self._shared.items() if shared.terms != (day, budgets.get(name))]
        for name in old:
            self._retire(self._shared.pop(name))
        for name in connections:
            if name not in self._shared:
                self._shared[name] = SharedPredictors((day, budgets.get(name)))
        return {name: self._shared[name] for name in connections}

    def _chosen(self, builder: RequestBuilder, shared: Mapping[str, SharedPredictors]) -> Predictor:
        """Each connection has its own, so that one whose server is slow or away delays no other."""
        cascade = builder.version.cascade
        first, *others = (
            self._step(shared[step.connection], step.connection, url, cascade is not None)
            for step, url in builder.servers
        )
        return first if cascade is None else CascadePredictor(first, others[0].executor, cascade)

    def _step(self, shared: SharedPredictors, connection: str, url: str, in_cascade: bool) -> Predictor:
        """Raises SettingsError where the key is not here; in a cascade the other model is asked instead."""
        try:
            return shared.get(url, partial(self._made, connection))
        except SettingsError as error:
            if not in_cascade:
                raise
            return Predictor(unreachable(error), self._store, self._pricing)

    def _made(self, connection: str) -> Predictor:
        return Predictor(self._make_executor(connection), self._store, self._pricing)

    def _retire(self, shared: SharedPredictors) -> None:
        task = asyncio.create_task(shared.close_unused(OLD_S))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _noted_error(self, error: PromptsError) -> PromptsError:
        if isinstance(error, OverBudget) and self.daily is not None:
            error = used_up(self.daily.limit)
        log.error("%s", error)
        return error
