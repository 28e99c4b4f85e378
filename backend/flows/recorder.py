"""Recorder: completions to the record, many in one transaction.

`record` returns when its completion is committed; the database is written to from a thread of its own, so that the
event loop never waits for a disk.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from backend.core.chat import Completion

GATHER_S = 0.005
"""Completions that come within this time share a commit: a commit costs ten times what a row does."""


class Recorder:
    """`waiting`: how many wait for their commit."""

    def __init__(self, write: Callable[[list[Completion]], None]) -> None:
        self._write = write
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="record")
        self._pending: list[tuple[Completion, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self.waiting = 0

    async def record(self, completion: Completion) -> None:
        """Raises what `write` raises (StoreError), to everyone in the same commit."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((completion, stored))
        if self._writer is None:
            self._writer = asyncio.create_task(self._drain())
        self.waiting += 1
        try:
            await stored
        finally:
            self.waiting -= 1

    async def close(self) -> None:
        """Waits for what is pending."""
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
        loop = asyncio.get_running_loop()
        error: Exception | None = None
        try:
            await loop.run_in_executor(self._thread, self._write, [completion for completion, _ in batch])
        except Exception as trouble:  # whatever it is, those who wait must hear of it
            error = trouble
        for _, stored in batch:
            if stored.done():
                continue
            if error is None:
                stored.set_result(None)
            else:
                stored.set_exception(error)
