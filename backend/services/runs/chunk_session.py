"""ChunkSession: the chunks of a run that one worker owns, from its first to its last."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

from backend.adapters.database.chunks import ChunkStore
from backend.domain.outcome import Outcome
from backend.domain.runs.chunk import Chunk
from backend.domain.task import Task
from backend.engine.shutdown import Shutdown
from backend.services.runs.task_labeler import Flush

ReadTasks = Callable[[Sequence[int]], Iterable[list[Task]]]
"""Task ids -> the tasks, in pages."""


class ChunkSession:
    """The chunks of a run that a worker takes one after the other, so that it is never idle between two."""

    def __init__(
        self, run_id: str, chunks: Iterator[Chunk], store: ChunkStore, read_tasks: ReadTasks, shutdown: Shutdown
    ) -> None:
        self._run_id = run_id
        self._chunks = chunks
        self._store = store
        self._read_tasks = read_tasks
        self._shutdown = shutdown
        self._owner: dict[int, int] = {}
        self._left: dict[int, int] = {}
        self._lock = threading.Lock()

    def pages(self) -> Iterator[list[Task]]:
        """Called from a thread, which reads and plans while the last page is asked about."""
        for chunk in self._chunks:
            with self._lock:
                self._left[chunk.number] = len(chunk.ids)
                self._owner.update(dict.fromkeys(chunk.ids, chunk.number))
            yield from self._read_tasks(chunk.ids)

    async def on_outcomes(self, outcomes: list[Outcome], flush: Flush) -> None:
        """A chunk is done when its last task has an outcome and that is noted. Trouble that comes while this process
        is told to end may pass: whoever is next asks again."""
        certain = [outcome for outcome in outcomes if outcome.answer is not None or not self._shutdown.requested]
        with self._lock:
            done = [number for outcome in certain if (number := self._count(outcome.task_id))]
        if done:
            await flush()
            await asyncio.to_thread(self._store.done, self._run_id, done)

    def _count(self, task_id: int) -> int | None:
        """The chunk of this task, if it was the last one of it."""
        number = self._owner.pop(task_id)
        self._left[number] -= 1
        return None if self._left[number] else number

    def finish(self) -> None:
        """All is noted: what has no outcome is not there any more."""
        self._store.done(self._run_id, list(self._left))
