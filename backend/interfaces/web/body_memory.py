"""BodyMemory: how many bytes all requests together may hold in memory. A request without room waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class BodyMemory:
    """Lives on one event loop. `size`: bytes."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._used = 0
        self._turn = asyncio.Lock()
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def holding(self, size: int, patience_s: float) -> AsyncIterator[None]:
        """Inside, `size` bytes are ours. Raises TimeoutError when there was no room within `patience_s` seconds."""
        async with asyncio.timeout(patience_s), self._turn:
            while self._used and self._used + size > self._size:
                self._freed.clear()
                await self._freed.wait()
            self._used += size
        try:
            yield
        finally:
            self._used -= size
            self._freed.set()
