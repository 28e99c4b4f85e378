"""Intervals of ratios of sums over tasks."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.statistics.intervals import wilson, wilson_of
from backend.domain.statistics.task_ratios import ratio_interval, share_interval, signed_interval


def test_it_covers_the_ratio() -> None:
    low, high = ratio_interval([(1, 2), (0, 1), (3, 3), (0, 0)] * 10) or (9, 9)
    assert low < 4 / 6 < high


def test_of_many_tasks_it_is_that_of_the_normal_distribution() -> None:
    low, high = ratio_interval([(0.0, 1.0), (1.0, 1.0)], [5000, 5000]) or (9, 9)
    assert (low, high) == pytest.approx((0.49, 0.51), abs=0.003)


def test_a_share_stays_within_0_and_1() -> None:
    low, high = share_interval([(1, 1)] * 9999 + [(0, 1)]) or (9, 9)
    assert 0.999 < low < 0.9999 < high < 1


@pytest.mark.parametrize(("right", "tasks"), [(0, 3), (20, 20), (13, 20), (99, 100), (100, 100)])
def test_of_tasks_that_are_right_or_wrong_it_is_wilsons(right: int, tasks: int) -> None:
    expected = pytest.approx(wilson(right, tasks))
    assert share_interval([(2, 2)] * right + [(0, 2)] * (tasks - right)) == expected
    assert share_interval([(1, 1), (0, 1)], [right, tasks - right]) == expected


def test_what_is_in_a_task_is_not_as_many_tasks() -> None:
    low, _ = share_interval([(50, 50)] * 10) or (9, 9)
    assert low == pytest.approx((wilson(10, 10) or (9, 9))[0])
    one_large, _ = share_interval([(50, 50), *[(1, 1)] * 50]) or (9, 9)
    assert one_large == pytest.approx(wilson_of(1.0, 100**2 / (50**2 + 50))[0]), "Kish's effective number"


@pytest.mark.parametrize("tasks", [10, 20, 50])
def test_it_contains_the_share_of_clustered_items(tasks: int) -> None:
    """Where items of a task are alike and nearly all are right."""
    rng = numpy.random.default_rng(1)
    held = 0
    for _ in range(400):
        items, chance = rng.integers(1, 9, tasks), rng.beta(4.75, 0.25, tasks)
        parts = list(zip(rng.binomial(items, chance).tolist(), items.tolist(), strict=True))
        low, high = share_interval(parts) or (9, 9)
        held += low <= 0.95 <= high
    assert held >= 0.94 * 400


def test_a_mean_of_numbers_that_may_be_negative() -> None:
    low, high = signed_interval([(0.0, 1.0)] * 10) or (9, 9)
    assert (low, high) == pytest.approx((-0.278, 0.278), abs=0.001), "Newcombe's of 10 tasks without a difference"
    assert signed_interval([]) is None


def test_numbers_without_bounds_that_are_all_the_same_say_nothing_of_others() -> None:
    assert ratio_interval([(0.0, 1.0)] * 20) is None


def test_it_is_always_the_same() -> None:
    parts = [(1.0, 2.0), (0.0, 1.0), (2.0, 2.0)]
    assert ratio_interval(parts) == ratio_interval(parts)


def test_nothing_to_divide_by() -> None:
    assert ratio_interval([]) is None
    assert ratio_interval([(0, 0)]) is None


@given(st.integers(1, 60), st.integers(0, 60))
def test_an_interval_of_a_share_is_within_0_and_1(right: int, wrong: int) -> None:
    low, high = share_interval([(1, 7)] * right + [(0, 3)] * wrong) or (9, 9)
    assert 0 <= low < high <= 1


def test_an_interval_never_begins_below_0() -> None:
    assert all(wilson_of(10.0**-digits, trials)[0] >= 0 for digits in range(1, 20) for trials in (1, 1.5, 7, 1e3, 1e6))
