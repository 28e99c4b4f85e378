"""Latency: answers that come later, unless they are released."""

import asyncio


class Latency:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self._waiting = set[asyncio.Future[None]]()

    async def wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.create_future()
        timer = loop.call_later(seconds, _end, ends)
        self._waiting.add(ends)
        try:
            await ends
        finally:
            timer.cancel()
            self._waiting.discard(ends)

    def release(self) -> None:
        """Those who wait now do so no longer."""
        for ends in self._waiting:
            _end(ends)


def _end(waiting: "asyncio.Future[None]") -> None:
    if not waiting.done():
        waiting.set_result(None)
