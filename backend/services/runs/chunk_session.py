"""ChunkSession: the chunks of a run that one worker owns, from its first to its last."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

from backend.adapters.database.runs.chunks import ChunkStore
from backend.adapters.database.runs.runs import LOST
from backend.domain.outcome import Outcome
from backend.domain.runs.chunk import Chunk
from backend.domain.task import Task
from backend.engine.shutdown import Shutdown
from backend.services.runs.task_labeler import Flush

ReadTasks = Callable[[Sequence[int]], Iterable[list[Task]]]
"""Task ids -> the tasks, in pages."""


class ChunkSession:
    """The chunks of a run that a worker takes one after the other, so that it is never idle between two.

    It ends when another worker took one of them over, because both would pay for the same answers.
    first: the chunk that it begins with, which `worker` owns
    """

    def __init__(self, store: ChunkStore, first: Chunk, worker: str, shutdown: Shutdown) -> None:
        self.first = first
        self._store = store
        self._worker = worker
        self._shutdown = shutdown
        self._unfinished = {first.number}
        self._ended = False
        self._owner: dict[int, int] = {}
        self._left: dict[int, int] = {}
        self._lock = threading.Lock()

    @property
    def is_over(self) -> bool:
        """Whether no further chunk is taken."""
        return self._shutdown.requested or self._ended

    def beat(self, _seconds: float, waits_for: str) -> str:
        """See Heartbeat. LOST where the worker does not own one of the unfinished chunks any more."""
        with self._lock:
            unfinished = set(self._unfinished)
        status, owned = self._store.beat(self.first.run_id, self._worker, waits_for)
        with self._lock:
            lost = (unfinished & self._unfinished) - owned  # what was done meanwhile is not lost
        self._ended = self._ended or bool(lost) or status != "in_progress"
        return LOST if lost else status

    def chunks(self) -> Iterator[Chunk]:
        """One after the other. A chunk that ended a worker before is the only one, so that others are not harmed."""
        job = self.first if self.first.kind == "ask" else self.next_chunk()
        while job is not None:
            yield job
            job = None if job.deaths else self.next_chunk()

    def next_chunk(self) -> Chunk | None:
        """See `ChunkStore.next_chunk`."""
        job = None if self.is_over else self._store.next_chunk(self.first.run_id, self._worker)
        if job is not None:
            with self._lock:
                self._unfinished.add(job.number)
        return job

    def pages(self, chunks: Iterator[Chunk], read_tasks: ReadTasks) -> Iterator[list[Task]]:
        """Called from a thread, which reads and plans while the last page is asked about."""
        for chunk in chunks:
            with self._lock:
                self._left[chunk.number] = len(chunk.ids)
                self._owner.update(dict.fromkeys(chunk.ids, chunk.number))
            yield from read_tasks(chunk.ids)

    async def on_outcomes(self, outcomes: list[Outcome], flush: Flush) -> None:
        """A chunk is done when its last task has an outcome and that is noted. Trouble that comes while this process
        is told to end may pass: whoever is next asks again."""
        certain = [outcome for outcome in outcomes if outcome.answer is not None or not self._shutdown.requested]
        with self._lock:
            done = [number for outcome in certain if (number := self._count(outcome.task_id))]
        if done:
            await flush()
            await asyncio.to_thread(self.done, done)

    def _count(self, task_id: int) -> int | None:
        """The chunk of this task, if it was the last one of it."""
        number = self._owner.pop(task_id)
        self._left[number] -= 1
        return None if self._left[number] else number

    def done(self, numbers: Sequence[int]) -> None:
        """See `ChunkStore.done`."""
        with self._lock:
            self._unfinished.difference_update(numbers)
        self._store.done(self.first.run_id, numbers, self._worker)

    def finish(self) -> None:
        """All is noted: what has no outcome is not there any more."""
        self.done(list(self._left))

    def is_shared(self) -> bool:
        """Whether another worker owns a chunk of the run."""
        return self._store.is_shared(self.first.run_id, self._worker)

    def release(self) -> None:
        """Releases what is not done."""
        with self._lock:
            self._unfinished.clear()
        self._store.release(self.first.run_id, self._worker)
