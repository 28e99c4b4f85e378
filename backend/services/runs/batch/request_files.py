"""Writer: what is still to be asked -> files of requests for batches, a page of tasks at a time."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Protocol

from backend.domain.chat.response_parser import is_done
from backend.domain.runs.batch_report import line
from backend.domain.chat.request import ChatRequest, Completion, Recipe
from backend.domain.task import Task
from backend.adapters.database.run_tasks import Ask, AskStore
from backend.adapters.database.batches import Batch, BatchStore
from backend.adapters.database.prompts import Store

MOST_LINES = 50_000
MOST_BYTES = 200_000_000
"""What a batch may hold (OpenAI's Batch API guide)."""


class Prober(Protocol):
    """Asks one request by itself, which teaches how the model wants to be asked and whether it answers at all."""

    def ask(self, task_id: int, request: ChatRequest, stored: Sequence[Completion]) -> Sequence[Completion]:
        """All attempts about it. Raises ProviderError when the model will answer nothing."""

    def body(self, request: ChatRequest) -> bytes: ...


@dataclass(slots=True)
class Part:
    """A batch whose file is being written; the file has no name, so nothing is left of it after a crash."""

    batch: Batch
    file: IO[bytes]
    lines: int = 0

    def takes(self, size: int) -> bool:
        return self.lines < MOST_LINES and self.file.tell() + size <= MOST_BYTES


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the writer looks things up and notes them."""

    facts: Store
    asks: AskStore
    batches: BatchStore


class Writer:
    """For one run. `mine`: ids of the batches whose failures are this run's; it grows by those written or met."""

    def __init__(self, shelf: Shelf, run_id: str, recipe: Recipe, prober: Callable[[], Prober]) -> None:
        self.mine: set[str] = set()
        self.files: dict[str, IO[bytes]] = {}
        self._shelf = shelf
        self._run_id = run_id
        self._recipe = recipe
        self._make_prober = prober
        self._prober: Prober | None = None
        self._part: Part | None = None

    def write(self, pages: Iterable[list[Task]]) -> None:
        """Writes every request that has no usable answer, is in no batch yet and has not failed in one of `mine`."""
        self._part = None
        for page in pages:
            todo = self._todo(page)
            while todo:
                self._put(todo)

    def _todo(self, page: list[Task]) -> dict[str, tuple[int, ChatRequest]]:
        """Digest -> the first task with that request, and the request."""
        asks = self._recipe.asks(page)
        known = [(task_id, ask) for task_id, ask in asks if isinstance(ask, ChatRequest)]
        self._shelf.asks.note(self._run_id, [Ask(task_id, ask.digest) for task_id, ask in known])
        todo: dict[str, tuple[int, ChatRequest]] = {}
        for task_id, ask in known:
            for sample in ask.samples:
                todo.setdefault(sample.digest, (task_id, sample))
        stored = self._shelf.facts.completions(list(todo))
        todo = {d: found for d, found in todo.items() if not is_done(found[1], stored.get(d, []))}
        for digest in self._elsewhere(list(todo)):
            del todo[digest]
        return self._probed(todo, stored)

    def _elsewhere(self, digests: Sequence[str]) -> set[str]:
        """Those that are under way in a batch, which is ours from now on, or have failed in one of ours."""
        batches = self._shelf.batches
        under_way = batches.under_way(digests, self._run_id)
        for batch in {batch.id: batch for batch in under_way.values()}.values():
            if batch.run_id != self._run_id:
                batches.adopt(batch, self._run_id)
                self.mine.add(batch.id)
        failed = {found.digest for found in batches.lines(digests, list(self.mine)) if found.failure}
        return failed | set(under_way)

    def _probed(
        self, todo: dict[str, tuple[int, ChatRequest]], stored: dict[str, list[Completion]]
    ) -> dict[str, tuple[int, ChatRequest]]:
        """Without the very first, which is asked by itself."""
        if self._prober is None and todo:
            self._prober = self._make_prober()
            digest, (task_id, request) = next(iter(todo.items()))
            if is_done(request, self._prober.ask(task_id, request, stored.get(digest, []))):
                del todo[digest]
        return todo

    def _put(self, todo: dict[str, tuple[int, ChatRequest]]) -> None:
        """Moves as many as fit from `todo` to the part that is being written, or to a new one."""
        assert self._prober is not None
        part = self._part or self._new_part()
        tasks: dict[str, int] = {}
        for digest, (task_id, request) in list(todo.items()):
            text = line(digest, self._prober.body(request))
            if part.lines and not part.takes(len(text)):
                self._part = None
                break
            part.file.write(text)
            part.lines += 1
            tasks[digest] = task_id
            del todo[digest]
        if tasks:
            self._shelf.batches.add(part.batch, tasks)

    def _new_part(self) -> Part:
        batch = self._shelf.batches.create(self._run_id, self._recipe.base_url, self._recipe.version.model)
        self._part = Part(batch, tempfile.TemporaryFile())  # noqa: SIM115  (closed by whoever uploads it)
        self.mine.add(batch.id)
        self.files[batch.id] = self._part.file
        return self._part
