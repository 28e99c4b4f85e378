"""Dialogue: asks about tasks step by step, for code that is not asynchronous, such as an optimiser.

Between two steps nothing is under way. The steps share one event loop, one Asker and with it one budget.
"""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from backend.core.outcomes import Outcome
from backend.core.tasks import Task
from backend.flows.asker import Asker
from backend.flows.labelling import Labelling, closing
from backend.flows.predict import Plan, Predictor, Requests
from backend.flows.progress import Progress
from backend.flows.pulse import Pulse
from backend.flows.waiting import waiting


class Dialogue:
    """A context manager; leaving it stores what is under way. `make_asker` is called on its event loop."""

    def __init__(self, labelling: Labelling, make_asker: Callable[[], Asker], pulse: Pulse, progress: Progress) -> None:
        self._labelling = labelling
        self._make_asker = make_asker
        self._pulse = pulse
        self._progress = progress
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self._asker = self._runner.run(self._made())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._runner:
            self._runner.run(self._close())

    def outcomes(
        self, requests: Requests, tasks: Sequence[Task], who: str, plan: Plan | None = None
    ) -> dict[int, Outcome]:
        """What became of the tasks, by id; what is stored already is read. `who` is waited for, and to do what, is told
        every so often.

        Raises what `Predictor.label` raises, CancelledError when the pulse says so.
        """
        with waiting(self._progress.tell, who):
            return self._runner.run(self._ask(requests, list(tasks), plan))

    async def _made(self) -> Asker:
        return self._make_asker()

    async def _ask(self, requests: Requests, tasks: list[Task], plan: Plan | None) -> dict[int, Outcome]:
        loop, task, found = asyncio.get_running_loop(), asyncio.current_task(), list[Outcome]()
        assert task is not None
        self._pulse.when_canceled(lambda: loop.call_soon_threadsafe(task.cancel))
        if self._pulse.canceled:
            raise asyncio.CancelledError

        async def sink(outcomes: list[Outcome]) -> None:
            found.extend(outcomes)
            self._progress.add(outcomes)

        labelling = self._labelling
        predictor = Predictor(self._asker, labelling.store, labelling.pricing, stop=labelling.stop)
        await predictor.label(requests, [tasks], sink, plan)
        return {outcome.task_id: outcome for outcome in found}

    async def _close(self) -> None:
        async with closing(self._asker):
            pass
