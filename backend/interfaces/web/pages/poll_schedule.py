"""Poll schedule: when each page that follows something asks again, so that all of them together ask about as often
however many are open."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LATEST_S = 60.0
"""The longest that a page waits."""


@dataclass(slots=True)
class PollSchedule:
    """Safe to share between threads.

    most: polls a second of all pages together
    soonest: seconds that a page waits at least
    clock: seconds that only go up
    """

    most: float
    soonest: float
    clock: Callable[[], float] = time.monotonic
    _last: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next_ms(self) -> int:
        """Milliseconds until this page's turn, the first one after those of all others."""
        with self._lock:
            now = self.clock()
            self._last = min(max(self._last + 1 / self.most, now + self.soonest), now + LATEST_S)
            return round(1000 * (self._last - now))
