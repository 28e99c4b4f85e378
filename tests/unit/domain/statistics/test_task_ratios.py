"""Intervals of ratios of sums over tasks."""

import pytest

from backend.domain.statistics.task_ratios import mean_interval, ratio_interval, share_interval


def test_it_covers_the_ratio() -> None:
    low, high = ratio_interval([(1, 2), (0, 1), (3, 3), (0, 0)] * 10) or (9, 9)
    assert low < 4 / 6 < high


def test_of_many_tasks_it_is_that_of_the_normal_distribution() -> None:
    low, high = mean_interval([0.0, 1.0] * 5000) or (9, 9)
    assert (low, high) == pytest.approx((0.49, 0.51), abs=0.003)


def test_a_share_stays_within_0_and_1() -> None:
    low, high = share_interval([(1, 1)] * 9999 + [(0, 1)]) or (9, 9)
    assert low < 1
    assert high == 1


def test_it_is_always_the_same() -> None:
    parts = [(1.0, 2.0), (0.0, 1.0), (2.0, 2.0)]
    assert ratio_interval(parts) == ratio_interval(parts)


def test_nothing_to_divide_by() -> None:
    assert ratio_interval([]) is None
    assert ratio_interval([(0, 0)]) is None
