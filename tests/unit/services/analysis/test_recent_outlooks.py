"""An outlook is read by one thread, and used until what it was read from has changed."""

from collections.abc import Hashable

import pytest

from backend.domain.dataset.subset import Subset
from backend.domain.runs.cost_estimate import Estimate
from backend.errors import StudioError
from backend.services.analysis.recent_outlooks import FRESH_S, KEPT_S, MOST, Key, Outlook, RecentOutlooks
from tests.running import until

ALL = ("p@1", Subset("all"))


class CountedOutlooks:
    """Counts how often it is read; `now`: seconds."""

    def __init__(self) -> None:
        self.times, self.now = 0, 0.0
        self.recent = RecentOutlooks(lambda: self.now)

    def __call__(self) -> Outlook:
        self.times += 1
        return Outlook(Estimate(self.times, 0, None, (0, 0), None, ""), None)

    def soon(self, stamp: Hashable, key: Key = ALL) -> int | None:
        """Which reading is shown; None while one is under way."""
        found = self.recent.soon(key, stamp, self)
        return None if found is None else found.estimate.tasks

    def shows(self, number: int, stamp: Hashable, key: Key = ALL) -> None:
        until(lambda: self.soon(stamp, key) == number, 30)


def test_it_is_read_aside_and_used_while_nothing_has_changed() -> None:
    reading = CountedOutlooks()
    assert reading.soon(1) is None
    reading.shows(1, 1)
    reading.now = KEPT_S - 1
    assert reading.soon(1) == 1
    assert reading.times == 1
    assert reading.soon(1, ("p@1", Subset("missing"))) is None, "other tasks have another one"


def test_it_is_read_again_after_a_change_but_not_at_each_look() -> None:
    reading = CountedOutlooks()
    reading.shows(1, 1)
    assert reading.soon(2) == 1, "a page that looks again meets what it waited for"
    reading.now = FRESH_S
    assert reading.soon(2) is None
    reading.shows(2, 2)


def test_it_is_not_used_for_ever() -> None:
    reading = CountedOutlooks()
    reading.shows(1, 1)
    reading.now = KEPT_S
    assert reading.soon(1) is None
    reading.shows(2, 1)


def test_the_oldest_are_forgotten() -> None:
    reading = CountedOutlooks()
    for number in range(MOST + 1):
        reading.shows(number + 1, 1, (f"p@{number}", Subset("all")))
    assert reading.soon(1, ("p@1", Subset("all"))) == 2
    assert reading.soon(1, ("p@0", Subset("all"))) is None


def test_what_fails_is_said() -> None:
    recent = RecentOutlooks()

    def broken() -> Outlook:
        raise StudioError("Label Studio is away.")

    with pytest.raises(StudioError):
        until(lambda: recent.soon(ALL, 1, broken), 30)
