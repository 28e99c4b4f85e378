"""AdaptiveLimit, against providers that are simulated: a number drawn per answer, or a hard limit."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.runs.adaptive_limit import AdaptiveLimit


def limits_under(pace: AdaptiveLimit, answers: int, refused: Any) -> list[int]:
    """The limit after each of so many answers; `refused`: limit -> whether the next one is a 429."""
    limits = []
    for _ in range(answers):
        pace.count(refused(pace.limit))
        limits.append(pace.limit)
    return limits


@pytest.mark.parametrize("most", [8, 20, 32, 39, 128, 1000])
def test_it_stays_at_the_top_while_few_are_refused_by_chance(most: Any) -> None:
    chance = random.Random(1)
    limits = limits_under(AdaptiveLimit(most), 100 * most, lambda _: chance.random() < 0.04)
    assert sum(limits) / len(limits) > 0.9 * most


def test_without_refusals_it_never_leaves_the_top() -> None:
    assert set(limits_under(AdaptiveLimit(32), 1000, lambda _: False)) == {32}


@pytest.mark.parametrize(("most", "capacity"), [(128, 10), (128, 40), (128, 100), (32, 5), (1000, 300)])
def test_it_settles_near_what_a_hard_limit_lets_through(most: Any, capacity: Any) -> None:
    """Of every round of `limit` requests the provider answers `capacity`."""
    pace = AdaptiveLimit(most)
    settled = []
    for turn in range(200):
        limit = pace.limit
        for number in range(limit):
            pace.count(number >= capacity)
        if turn >= 20:
            settled.append(pace.limit)
    assert capacity <= min(settled)
    assert max(settled) <= capacity * 1.1 + 2


def test_it_regrows_when_the_limit_is_gone() -> None:
    pace = AdaptiveLimit(64)
    limits_under(pace, 500, lambda _: True)
    assert pace.limit == 1
    limits_under(pace, 5000, lambda _: False)
    assert pace.limit == 64


@given(st.integers(1, 64), st.lists(st.booleans(), max_size=400))
def test_it_is_never_below_one_nor_above_the_most(most: Any, answers: Any) -> None:
    pace = AdaptiveLimit(most)
    for refused in answers:
        pace.count(refused)
        assert 1 <= pace.limit <= most


def test_when_all_is_refused_one_goes_on_trying() -> None:
    assert set(limits_under(AdaptiveLimit(100), 2000, lambda _: True)[-50:]) == {1}
