"""Completion writer: stores completions in the database, many in one transaction.

`record` returns when its completion is committed. A separate thread writes to the database, so the event loop never
waits for a disk. A completion is paid for: while the database is away, it waits.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from backend.domain.chat.request import Completion
from backend.engine.paid_completions import WaitingCompletions
from backend.engine.shutdown import Shutdown
from backend.errors import StoreAwayError

GATHER_S = 0.005
"""Completions that come within this time share a commit: a commit costs ten times what a row does."""


class CompletionWriter:
    """`stop`: by default the stop signal of this process; after it, the writer waits a few seconds more."""

    def __init__(self, write: Callable[[list[Completion]], None], stop: Shutdown | None = None) -> None:
        self._write = write
        self._stop = stop
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="record")
        self._pending: list[tuple[Completion, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def record(self, completion: Completion) -> None:
        """Raises what `write` raises (StoreError), to everyone in the same commit; StoreAwayError only when the process
        ends."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((completion, stored))
        if self._writer is None:
            self._writer = asyncio.create_task(self._drain())
        await stored

    async def close(self) -> None:
        """Waits for pending completions."""
        if self._writer is not None:
            await self._writer
        self._thread.shutdown()

    async def _drain(self) -> None:
        while self._pending:
            await asyncio.sleep(GATHER_S)
            batch, self._pending = self._pending, []
            await self._commit(batch)
        self._writer = None

    async def _commit(self, batch: list[tuple[Completion, asyncio.Future[None]]]) -> None:
        error: Exception | None = None
        try:
            await self._written([completion for completion, _ in batch])
        except Exception as trouble:  # whatever the error, all who wait must receive it
            error = trouble
        for _, stored in batch:
            if stored.done():
                continue
            if error is None:
                stored.set_result(None)
            else:
                stored.set_exception(error)

    async def _written(self, completions: list[Completion]) -> None:
        waiting = WaitingCompletions("answers", len(completions), self._stop)
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._thread, self._write, completions)
            except StoreAwayError as error:
                await asyncio.sleep(waiting.pause(error))
