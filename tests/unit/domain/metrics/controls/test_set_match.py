"""Sets compared."""

import pytest

from backend.domain.metrics.controls.set_match import SetMatch, set_match
from backend.domain.statistics.intervals import Interval, wilson
from backend.domain.statistics.task_ratios import share_interval


def f1_interval(matches: list[SetMatch]) -> Interval | None:
    """Of the micro F1."""
    return share_interval([match.sums for match in matches])


def test_numbers_that_do_not_exist() -> None:
    assert (SetMatch().precision, SetMatch().recall, SetMatch().f1) == (None, None, None)
    assert SetMatch(0, 0, 2).precision is None
    assert SetMatch(0, 0, 2).f1 == 0
    assert f1_interval([]) is None


def test_the_interval_is_around_the_f1_and_within_0_and_1() -> None:
    matches = [set_match("ab", "ab")] * 40 + [set_match("ab", "cd")] * 10
    low, high = f1_interval(matches) or (2, 2)
    assert 0 < low < 0.8 < high < 1
    assert f1_interval([set_match("ab", "ab")] * 3) == pytest.approx(wilson(3, 3))


def test_clustered_spans_have_a_wider_interval_than_lone_ones() -> None:
    lone = [SetMatch(1, 1, 1)] * 60 + [SetMatch(0, 1, 1)] * 40
    clustered = [SetMatch(10, 10, 10)] * 6 + [SetMatch(0, 10, 10)] * 4
    widths = [high - low for low, high in (f1_interval(one) or (0, 0) for one in (lone, clustered))]
    assert widths[1] > 2 * widths[0]
