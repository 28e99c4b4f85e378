"""How far runs are, for the many pages that follow them: summed at most once a second for each run."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from backend.domain.recent_items import RecentItems
from backend.services.run_control.status import RunStatus

FRESH_S = 1.0
MOST_REMEMBERED = 100
"""Runs."""


@dataclass(slots=True)
class RecentStatuses:
    """Safe to share between threads: who asks for the same run meanwhile waits for the same sum.

    clock: seconds that only go up
    """

    clock: Callable[[], float] = time.monotonic
    _read: RecentItems[str, tuple[float, RunStatus]] = field(default_factory=lambda: RecentItems(MOST_REMEMBERED))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, run_id: str, read: Callable[[str], RunStatus]) -> RunStatus:
        """What `read` says, or said less than FRESH_S ago."""
        with self._lock:
            when, status = self._read.get(run_id) or (-FRESH_S, None)
            if status is None or self.clock() - when >= FRESH_S:
                status = read(run_id)
                self._read.put(run_id, (self.clock(), status))
            return status
