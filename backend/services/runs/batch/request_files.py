"""Request files: writes the requests that are left to ask into files for batches, a page of tasks at a time."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Protocol

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.batches import BatchStore, StoredBatch
from backend.adapters.database.runs.run_tasks import RunTaskStore
from backend.domain.chat.judged import is_done
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.runs.batch_report import line
from backend.domain.task import Task

MOST_LINES = 50_000
MOST_BYTES = 200_000_000
"""What a batch may hold (OpenAI's Batch API guide)."""


class WarmUp(Protocol):
    """Asks one request by itself, which teaches how the model wants to be asked and whether it answers at all."""

    def ask(self, task_id: int, request: ChatRequest, stored: Sequence[Completion]) -> Sequence[Completion]:
        """All attempts about it. Raises ProviderError when the model will answer nothing."""

    def body(self, request: ChatRequest) -> bytes: ...


@dataclass(slots=True)
class OpenBatchFile:
    """A batch whose file is being written; the file has no name, so nothing is left of it after a crash."""

    batch: StoredBatch
    file: IO[bytes]
    lines: int = 0

    def takes(self, size: int) -> bool:
        return self.lines < MOST_LINES and self.file.tell() + size <= MOST_BYTES


@dataclass(frozen=True, slots=True)
class BatchStores:
    """Where the writer looks things up and notes them."""

    store: Store
    run_tasks: RunTaskStore
    batches: BatchStore


class BatchFileWriter:
    """For one run. `mine`: ids of the batches whose failures are this run's; it grows by those written or met."""

    def __init__(
        self, stores: BatchStores, run_id: str, builder: RequestBuilder, warm_up: Callable[[], WarmUp]
    ) -> None:
        self.mine: set[str] = set()
        self.files: dict[str, IO[bytes]] = {}
        self._stores = stores
        self._run_id = run_id
        self._builder = builder
        self._make_warm_up = warm_up
        self._is_warm = False
        self._part: OpenBatchFile | None = None

    def write(self, pages: Iterable[list[Task]]) -> None:
        """Writes every request that has no usable answer, is in no batch yet and has not failed in one of `mine`."""
        self._part = None
        for page in self._builder.cut(pages):
            todo = self._todo(page)
            while todo:
                self._put(todo)

    @cached_property
    def _warm_up(self) -> WarmUp:
        return self._make_warm_up()

    def _todo(self, page: list[Task]) -> dict[str, tuple[int, ChatRequest]]:
        """Digest -> the first task with that request, and the request."""
        planned = self._builder.requests(page)
        requests = [(task_id, ask) for task_id, ask in planned if isinstance(ask, ChatRequest)]
        self._stores.run_tasks.plan(self._run_id, planned)
        todo: dict[str, tuple[int, ChatRequest]] = {}
        for task_id, ask in requests:
            for sample in ask.samples:
                todo.setdefault(sample.digest, (task_id, sample))
        stored = self._stores.store.completions(list(todo))
        todo = {d: planned for d, planned in todo.items() if not is_done(planned[1], stored.get(d, []))}
        for digest in self._elsewhere(list(todo)):
            del todo[digest]
        return self._probed(todo, stored)

    def _elsewhere(self, digests: Sequence[str]) -> set[str]:
        """Those that are under way in a batch, which is ours from now on, or have failed in one of ours."""
        batches = self._stores.batches
        under_way = batches.under_way(digests, self._run_id)
        for batch in {batch.id: batch for batch in under_way.values()}.values():
            if batch.run_id != self._run_id:
                batches.adopt(batch, self._run_id)
                self.mine.add(batch.id)
        failed = {row.digest for row in batches.lines(digests, list(self.mine)) if row.failure}
        return failed | set(under_way)

    def _probed(
        self, todo: dict[str, tuple[int, ChatRequest]], stored: dict[str, list[Completion]]
    ) -> dict[str, tuple[int, ChatRequest]]:
        """Without the very first, which is asked by itself."""
        if todo and not self._is_warm:
            self._is_warm = True
            digest, (task_id, request) = next(iter(todo.items()))
            if is_done(request, self._warm_up.ask(task_id, request, stored.get(digest, []))):
                del todo[digest]
        return todo

    def _put(self, todo: dict[str, tuple[int, ChatRequest]]) -> None:
        """Moves as many as fit from `todo` to the part that is being written, or to a new one."""
        part = self._part or self._new_part()
        tasks: dict[str, int] = {}
        for digest, (task_id, request) in list(todo.items()):
            text = line(digest, self._warm_up.body(request))
            if part.lines and not part.takes(len(text)):
                self._part = None
                break
            part.file.write(text)
            part.lines += 1
            tasks[digest] = task_id
            del todo[digest]
        if tasks:
            self._stores.batches.add(part.batch, tasks)

    def _new_part(self) -> OpenBatchFile:
        batch = self._stores.batches.create(self._run_id, self._builder.base_url, self._builder.version.model)
        self._part = OpenBatchFile(batch, tempfile.TemporaryFile())  # noqa: SIM115  (closed by whoever uploads it)
        self.mine.add(batch.id)
        self.files[batch.id] = self._part.file
        return self._part
