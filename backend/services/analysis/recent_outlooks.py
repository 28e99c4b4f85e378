"""Recent outlooks: what runs would take and change, kept in memory for a while, so that no page waits while all tasks
of a large project are read for it."""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial

from backend.domain.dataset.subset import Subset
from backend.domain.recent_items import RecentItems
from backend.domain.runs.cost_estimate import Estimate
from backend.services.analysis.background_reads import BackgroundReads
from backend.services.predictions.forecast import PushForecast

KEPT_S = 300.0
"""Prices and tabs of the Data Manager may change, which no stamp says."""
FRESH_S = 10.0
"""So long, an outlook is used whatever has changed: a project may change more often than its tasks can be read."""
MOST = 100
Key = tuple[str, Subset]
"""A version's tag, and the tasks of the run."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """estimate: what a run would take
    forecast: what becomes of the predictions in Label Studio, None for a run on less than all tasks
    """

    estimate: Estimate
    forecast: PushForecast | None


@dataclass(frozen=True, slots=True)
class _Kept:
    """`stamp`: of what the outlook was read from; `made`: when, by the clock."""

    outlook: Outlook
    stamp: Hashable
    made: float


@dataclass(frozen=True, slots=True)
class RecentOutlooks:
    """Safe to share between threads.

    clock: monotonic time, in seconds
    """

    clock: Callable[[], float] = time.monotonic
    _kept: RecentItems[Key, _Kept] = field(default_factory=lambda: RecentItems(MOST))
    _reads: BackgroundReads = field(default_factory=BackgroundReads)

    def soon(self, key: Key, stamp: Hashable, read: Callable[[], Outlook]) -> Outlook | None:
        """The outlook that was read last, where what `stamp` stands for has not changed since; None while a thread
        reads it. Raises, once, what the reading raised."""
        kept = self._kept.get(key)
        if kept is not None and self._serves(kept, stamp):
            return kept.outlook
        self._reads.begin(key, partial(self._keep, key, stamp, read))
        return None

    def _serves(self, kept: _Kept, stamp: Hashable) -> bool:
        age = self.clock() - kept.made
        return age < (KEPT_S if kept.stamp == stamp else FRESH_S)

    def _keep(self, key: Key, stamp: Hashable, read: Callable[[], Outlook]) -> None:
        self._kept.put(key, _Kept(read(), stamp, self.clock()))
