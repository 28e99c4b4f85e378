"""ChunkSession: what a worker has in hand of a run, from its first chunk to its last."""

import asyncio
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from backend.domain.outcome import Outcome
from backend.domain.runs.chunk import Chunk
from backend.domain.task import Task
from backend.services.runs.task_labeler import Flush

if TYPE_CHECKING:
    from backend.services.runs.worker_pool import WorkerPool


class ChunkSession:
    """The chunks a worker has in hand one after the other, so that it is never idle between two."""

    def __init__(self, worker_pool: "WorkerPool", run_id: str, project: int, chunks: Iterator[Chunk]) -> None:
        self._worker_pool = worker_pool
        self._run_id = run_id
        self._project = project
        self._chunks = chunks
        self._owner: dict[int, int] = {}
        self._left: dict[int, int] = {}
        self._lock = threading.Lock()

    def pages(self) -> Iterator[list[Task]]:
        """Called from a thread, which reads and plans while the last page is asked about."""
        for job in self._chunks:
            with self._lock:
                self._left[job.number] = len(job.ids)
                self._owner.update(dict.fromkeys(job.ids, job.number))
            yield from self._worker_pool.runs.studio.tasks_by_id(self._project, job.ids)

    async def seen(self, outcomes: list[Outcome], flush: Flush) -> None:
        """A chunk is done when its last task has an outcome and that is noted. Trouble that comes while this process
        is told to end may pass: whoever is next asks again."""
        certain = [
            outcome for outcome in outcomes if outcome.answer is not None or not self._worker_pool.stop.requested
        ]
        with self._lock:
            done = [number for outcome in certain if (number := self._count(outcome.task_id))]
        if done:
            await flush()
            await asyncio.to_thread(self._worker_pool.jobs.done, self._run_id, done)

    def _count(self, task_id: int) -> int | None:
        """The chunk of this task, if it was the last one of it."""
        number = self._owner.pop(task_id)
        self._left[number] -= 1
        return None if self._left[number] else number

    def finish(self) -> None:
        """All is noted: what has no outcome is not there any more."""
        self._worker_pool.jobs.done(self._run_id, list(self._left))
