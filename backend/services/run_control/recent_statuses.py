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
class _ReadStatus:
    """Of one run. `when`: its status was read, by the clock; `lock`: held while it is."""

    status: RunStatus | None = None
    when: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(slots=True)
class RecentStatuses:
    """Safe to share between threads: who asks for the same run meanwhile waits for the same sum, and nobody for that of
    another run.

    clock: monotonic time, in seconds
    """

    clock: Callable[[], float] = time.monotonic
    _statuses: RecentItems[str, _ReadStatus] = field(default_factory=lambda: RecentItems(MOST_REMEMBERED))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, run_id: str, read: Callable[[str], RunStatus]) -> RunStatus:
        """Returns what `read` returns, or returned less than FRESH_S seconds ago."""
        entry = self._of(run_id)
        with entry.lock:
            if entry.status is None or self.clock() - entry.when >= FRESH_S:
                entry.status = read(run_id)
                entry.when = self.clock()
            return entry.status

    def _of(self, run_id: str) -> _ReadStatus:
        with self._lock:
            entry = self._statuses.get(run_id) or _ReadStatus()
            self._statuses.put(run_id, entry)
            return entry
