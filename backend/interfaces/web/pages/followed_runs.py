"""Followed runs: shares what all pages that follow a run ask for again and again.

A run is summed, and the part of the page that shows it is rendered, once for all who ask within a second.

Poll schedule: when each page that follows something asks again, so that all of them together ask about as often
however many are open.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from backend.domain.recent_items import RecentItems
from backend.services.analysis.recent_results import RecentRows
from backend.services.public_objects import PublicRun
from backend.services.run_control.recent_statuses import RecentStatuses

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


KNOWN_S = 5.0
"""For which a person who saw a run may see it without another look."""
MOST_REMEMBERED = 500
"""Parts of pages, and runs that people may see."""


@dataclass(slots=True)
class FollowedRuns:
    """Of one server. Safe to share between threads.

    clock: seconds that only go up
    statuses, rows: how far runs are, and what they answered last
    progress_polls, row_polls, search_polls: when pages ask for the one, the other, and how far a search is
    """

    clock: Callable[[], float] = time.monotonic
    statuses: RecentStatuses = field(default_factory=RecentStatuses)
    rows: RecentRows = field(default_factory=RecentRows)
    progress_polls: PollSchedule = field(default_factory=lambda: PollSchedule(8, 1))
    row_polls: PollSchedule = field(default_factory=lambda: PollSchedule(2, 3))
    search_polls: PollSchedule = field(default_factory=lambda: PollSchedule(2, 2))
    _runs: RecentItems[tuple[int, int], tuple[float, PublicRun]] = field(
        default_factory=lambda: RecentItems(MOST_REMEMBERED)
    )
    _rendered: RecentItems[str, tuple[object, str]] = field(default_factory=lambda: RecentItems(MOST_REMEMBERED))

    def run(self, person: int, number: int, look: Callable[[int], PublicRun]) -> PublicRun:
        """A run by the API's integer, as `look` found it for this person less than KNOWN_S ago."""
        until, of = self._runs.get((person, number)) or (0.0, None)
        if of is None or self.clock() >= until:
            of = look(number)
            self._runs.put((person, number), (self.clock() + KNOWN_S, of))
        return of

    def rendered(self, part: str, shows: object, render: Callable[[], str]) -> str:
        """A part of a page, by its address, as it was rendered when it last showed this very object."""
        last, html = self._rendered.get(part) or (None, "")
        if last is not shows:
            html = render()
            self._rendered.put(part, (shows, html))
        return html
