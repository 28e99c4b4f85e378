"""Completion writer: stores completions in the database, many in one transaction.

`record` returns when its completion is committed. A separate thread writes to the database, so the event loop never
waits for a disk. A completion is paid for: while the database is away, it waits.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from backend.domain.chat.request import Completion
from backend.engine.paid_completions import WaitingCompletions
from backend.engine.shutdown import Shutdown
from backend.errors import StoreAwayError

GATHER_S = 0.005
"""While completions come at least this often, they share a commit: a commit costs ten times what a row does."""


@dataclass(slots=True, eq=False)
class Unstored:
    """A completion that is not committed yet.

    stored: done when it is
    free: lets the next request go
    freed: whether that was called, and room is taken
    """

    completion: Completion
    stored: "asyncio.Future[None]"
    free: Callable[[], None]
    freed: bool = False


def _nothing() -> None:
    """Nobody waits for room."""


class CompletionWriter:
    """stop: by default the stop signal of this process; after it, the writer waits a few seconds more
    room: number of completions that may wait for their commit while other requests are sent in their place
    """

    def __init__(self, write: Callable[[list[Completion]], None], stop: Shutdown | None = None, room: int = 0) -> None:
        self._write = write
        self._room = room
        self._many = room // 2
        self._stop = stop
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="record")
        self._pending: list[Unstored] = []
        self._holding: deque[Unstored] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def record(self, completion: Completion, free: Callable[[], None] = _nothing) -> None:
        """Returns when it is committed. Raises what `write` raises (StoreError), to everyone in the same commit;
        StoreAwayError only when the process ends.

        free: called before, as soon as there is room; not at all if there is none until the commit
        """
        entry = Unstored(completion, asyncio.get_running_loop().create_future(), free)
        self._pending.append(entry)
        self._holding.append(entry)
        self._let_go()
        if self._writer is None:
            self._writer = asyncio.create_task(self._drain())
        await entry.stored

    def _let_go(self) -> None:
        """First come, first served."""
        while self._room and self._holding:
            entry = self._holding.popleft()
            if not entry.stored.done():
                self._room -= 1
                entry.freed = True
                entry.free()

    async def close(self) -> None:
        """Waits for pending completions."""
        if self._writer is not None:
            await self._writer
        self._thread.shutdown()

    async def _drain(self) -> None:
        while self._pending:
            await self._gather()
            batch, self._pending = self._pending, []
            await self._commit(batch)
        self._writer = None

    async def _gather(self) -> None:
        """Waits until no more come, or half of the room is taken: the other half is for the time of the commit."""
        waiting = 0
        while not waiting or waiting < len(self._pending) < self._many:
            waiting = len(self._pending)
            await asyncio.sleep(GATHER_S)

    async def _commit(self, batch: list[Unstored]) -> None:
        error: Exception | None = None
        try:
            await self._written([entry.completion for entry in batch])
        except Exception as trouble:  # whatever the error, all who wait must receive it
            error = trouble
        for entry in batch:
            self._settle(entry, error)
        self._let_go()

    def _settle(self, entry: Unstored, error: Exception | None) -> None:
        self._room += entry.freed
        if entry.stored.done():
            return
        if error is None:
            entry.stored.set_result(None)
        else:
            entry.stored.set_exception(error)

    async def _written(self, completions: list[Completion]) -> None:
        waiting = WaitingCompletions("answers", len(completions), self._stop)
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._thread, self._write, completions)
            except StoreAwayError as error:
                await asyncio.sleep(waiting.pause(error))
