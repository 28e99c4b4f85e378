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
class _Known:
    """Of one run. `when`: its status was read, by the clock; `lock`: held while it is."""

    status: RunStatus | None = None
    when: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(slots=True)
class RecentStatuses:
    """Safe to share between threads: who asks for the same run meanwhile waits for the same sum, and nobody for that of
    another run.

    clock: seconds that only go up
    """

    clock: Callable[[], float] = time.monotonic
    _known: RecentItems[str, _Known] = field(default_factory=lambda: RecentItems(MOST_REMEMBERED))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, run_id: str, read: Callable[[str], RunStatus]) -> RunStatus:
        """What `read` says, or said less than FRESH_S ago."""
        known = self._of(run_id)
        with known.lock:
            if known.status is None or self.clock() - known.when >= FRESH_S:
                known.status = read(run_id)
                known.when = self.clock()
            return known.status

    def _of(self, run_id: str) -> _Known:
        with self._lock:
            known = self._known.get(run_id) or _Known()
            self._known.put(run_id, known)
            return known
