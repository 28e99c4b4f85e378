"""Synchronous session: asks about tasks step by step, for code that is not asynchronous, such as an optimiser.

Between two steps no request is in flight. The steps share one event loop, one RequestExecutor and with it one budget.
"""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from backend.domain.outcome import Failure, Outcome
from backend.domain.task import Task
from backend.engine.budgets.budget_allocation import TOO_MUCH
from backend.engine.budgets.budget_rules import OverBudget
from backend.engine.predictor import Plan, Predictor
from backend.engine.request_executor import RequestExecutor
from backend.engine.request_source import RequestSource
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.progress import Progress
from backend.services.run_control.waiting import waiting
from backend.services.runs.task_labeler import TaskLabeler, closing


class SyncSession:
    """A context manager; leaving it stores what is under way. `make_executor` is called on its event loop."""

    def __init__(
        self,
        labeler: TaskLabeler,
        make_executor: Callable[[], RequestExecutor],
        heartbeat: Heartbeat,
        progress: Progress,
    ) -> None:
        self._labeler = labeler
        self._make_executor = make_executor
        self._heartbeat = heartbeat
        self._progress = progress
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self._executor = self._runner.run(self._made())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._runner:
            self._runner.run(self._close())

    def outcomes(
        self, requests: RequestSource, tasks: Sequence[Task], who: str, plan: Plan | None = None
    ) -> dict[int, Outcome]:
        """What became of the tasks, by id; what is stored already is read. `who` is waited for, and to do what, is told
        every so often.

        Raises what `Predictor.label` raises, CancelledError when the heartbeat says so.
        """
        with waiting(self._progress.notify, who):
            return self._runner.run(self._ask(requests, list(tasks), plan))

    async def _made(self) -> RequestExecutor:
        executor = self._make_executor()
        self._heartbeat.waits_for = executor.patience.waits
        return executor

    async def _ask(self, requests: RequestSource, tasks: list[Task], plan: Plan | None) -> dict[int, Outcome]:
        settled = list[Outcome]()
        self._heartbeat.cancels_this_task()

        async def sink(outcomes: list[Outcome]) -> None:
            settled.extend(outcomes)
            self._progress.add(outcomes)

        labeler = self._labeler
        predictor = Predictor(self._executor, labeler.store, labeler.pricing, stop=labeler.stop)
        await predictor.label(requests, [tasks], sink, plan)
        if settled and all(_is_too_large(outcome) for outcome in settled):
            raise OverBudget(TOO_MUCH)
        return {outcome.task_id: outcome for outcome in settled}

    async def _close(self) -> None:
        async with closing(self._executor):
            pass


def _is_too_large(outcome: Outcome) -> bool:
    """Whether its request exceeds the whole budget, and was not sent."""
    return isinstance(outcome.verdict, Failure) and outcome.verdict.kind == "budget" and not outcome.sent
