"""CascadePredictor: a Predictor for versions with two models. Each model has its own executor. So a slow model delays
the other one only on tasks that need both.

A server that is away stops only its own model: without the first, the second is asked about all tasks; without the
second, tasks that it would answer wait, and the others go on.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from backend.domain.cascade import Cascade, joined
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure, Outcome
from backend.domain.resolution.resolve import failed
from backend.domain.task import Task
from backend.engine.predictor import PendingTask, Plan, Predictor, Sink, is_sending
from backend.engine.request_executor import RequestExecutor
from backend.engine.request_source import RequestSource
from backend.errors import ProviderAwayError, ProviderError

OUTAGE_S = 30.0
"""How long an outage of one model is waited for: the other one has work to do meanwhile."""


@dataclass(slots=True)
class AskedModel:
    """One model of a cascade.

    instead: a sentence, what happens without it
    away: why it is not asked any more
    """

    executor: RequestExecutor
    instead: str
    away: ProviderError | None = None
    _is_away: asyncio.Event = field(default_factory=asyncio.Event)

    async def unless_away(self, asking: Awaitable[Outcome]) -> Outcome | None:
        """What it answers; None as soon as its server is known to be away, whoever found out."""
        answer = asyncio.ensure_future(asking)
        outage = asyncio.ensure_future(self._is_away.wait())
        try:
            await asyncio.wait({answer, outage}, return_when=asyncio.FIRST_COMPLETED)
            return await answer if answer.done() else None
        except ProviderError as error:
            if self.away is None:
                self.away = error
                self._is_away.set()
                self.executor.patience.notify(f"{error} {self.instead}")
            return None
        finally:
            outage.cancel()
            answer.cancel()
            await asyncio.gather(answer, return_exceptions=True)


class CascadePredictor(Predictor):
    """For one call of `label` at a time."""

    def __init__(self, base: Predictor, second: RequestExecutor, cascade: Cascade) -> None:
        """`base`: a Predictor of the first model."""
        super().__init__(base.executor, base._store, base._pricing, base._claims, base._stop)
        self._cascade = cascade
        self._first = AskedModel(base.executor, f"{cascade.reference} is asked in its place.")
        self._second = AskedModel(second, "Tasks that need it wait, the others go on.")
        self._waiting = 0

    @property
    def workers(self) -> int:
        """So many that each model has enough to do, however slow the other one is."""
        return 2 * (self.executor.slots.adaptive.most + self._second.executor.slots.adaptive.most)

    def is_sending(self, digest: str) -> bool:
        return super().is_sending(digest) or is_sending(self._second.executor, digest)

    def halt(self) -> None:
        super().halt()
        self._second.executor.stop()

    async def label(
        self, builder: RequestSource, pages: Iterable[list[Task]], sink: Sink, plan: Plan | None = None
    ) -> None:
        """See Predictor. Raises ProviderAwayError at the end if tasks wait for the second model."""
        await super().label(builder, pages, sink, plan)
        if self._second.away is not None and self._waiting:
            raise ProviderAwayError(self._left(self._second.away))

    def stored_outcome(
        self, task_id: int, request: ChatRequest, stored: Mapping[str, Sequence[Completion]]
    ) -> Outcome | None:
        first = super().stored_outcome(task_id, request, stored)
        if first is None or request.then is None or not self._cascade.goes_on(first):
            return first
        second = super().stored_outcome(task_id, request.then, stored)
        return second and joined(first, second)

    async def outcome(self, item: PendingTask) -> Outcome | None:
        first = await self._first_outcome(item)
        if item.request.then is None or not self._cascade.goes_on(first):
            return first
        return await self._second_outcome(item, item.request.then, first)

    async def _first_outcome(self, item: PendingTask) -> Outcome:
        stored = super().stored_outcome(item.task_id, item.request, item.stored)
        if stored is not None:
            return stored
        away = self._first.away
        outcome = None if away else await self._first.unless_away(self.answered(self.executor, item))
        return outcome or failed(item.task_id, _away_failure(self._first.away), item.request.digest)

    async def _second_outcome(self, item: PendingTask, then: ChatRequest, first: Outcome) -> Outcome | None:
        """None where the task waits: for the second model, or because another process asks the same just now."""
        if self._second.away is not None:
            self._waiting += 1
            return None
        claimed, stored = await asyncio.to_thread(self._claim_and_read, [then])
        if then.digest not in claimed:
            self._elsewhere.append((item.task_id, item.request))
            return None
        pending = PendingTask(item.task_id, then, stored)
        second = await self._second.unless_away(self.answered(self._second.executor, pending))
        self._waiting += second is None
        return second and joined(first, second)

    def _left(self, away: ProviderError) -> str:
        tasks = f"{self._waiting:,} task{'s' * (self._waiting != 1)}"
        return (
            f"{away} {tasks} {'wait' if self._waiting != 1 else 'waits'} for {self._cascade.reference}; what the first "
            "model answered is kept."
        )


def _away_failure(away: ProviderError | None) -> Failure:
    return Failure("connection", str(away or "The first model's server is away."))
