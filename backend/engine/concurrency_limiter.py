"""ConcurrencyLimiter: limits the requests in flight, by an AdaptiveLimit and by a cap from outside."""

import asyncio
from collections import deque
from types import TracebackType
from typing import Self

from backend.domain.runs.adaptive_limit import AdaptiveLimit


class ConcurrencyLimiter:
    """First come, first served.

    cap: a limit from outside, in addition to the adaptive one
    answers, refused: counts of all answers, and of 429s among them
    """

    def __init__(self, most: int) -> None:
        self.adaptive = AdaptiveLimit(most)
        self.cap = most
        self.in_flight = 0
        self.answers = 0
        self.refused = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    def count(self, refused: bool) -> None:
        """Counts one answer. `refused`: whether it was a 429."""
        self.answers += 1
        self.refused += refused
        self.adaptive.count(refused)

    def set_cap(self, cap: int) -> None:
        self.cap = cap
        self._admit()

    @property
    def waiting(self) -> int:
        """Number of requests that wait for a slot."""
        return len(self._waiting)

    @property
    def _limit(self) -> int:
        return min(self.adaptive.limit, self.cap)

    def slot(self) -> "Slot":
        """Permission for one request, while it is entered or until it is freed."""
        return Slot(self)

    def _free(self) -> None:
        self.in_flight -= 1
        self._admit()

    async def _acquire(self) -> None:
        if self.in_flight < self._limit and not self._waiting:
            self.in_flight += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._free()
            raise

    def _admit(self) -> None:
        while self._waiting and self.in_flight < self._limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self.in_flight += 1
                turn.set_result(None)


class Slot:
    """See ConcurrencyLimiter. Made for each request, so it is a plain class."""

    __slots__ = ("_held", "_limiter")

    def __init__(self, limiter: ConcurrencyLimiter) -> None:
        self._limiter = limiter
        self._held = False

    async def __aenter__(self) -> Self:
        await self._limiter._acquire()
        self._held = True
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.free()

    def free(self) -> None:
        """Lets another request have it; further calls do nothing."""
        if self._held:
            self._held = False
            self._limiter._free()
