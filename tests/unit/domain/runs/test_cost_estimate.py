"""Estimates: ranges that hold what they were made from, and defaults where nothing is known."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.runs import cost_estimate as estimates
from backend.domain.runs.cost_estimate import (
    Estimate,
    ObservedUsage,
    SecondShare,
    cached_share,
    completion_tokens,
    observed,
    spread,
    tokens_per_character,
    with_second,
)
from tests.scripted import completion, request

numbers = st.lists(st.floats(0.01, 1e6), min_size=1, max_size=50)


@given(numbers)
def test_a_range_holds_the_mean(values: Any) -> None:
    low, high = spread(values)
    assert min(values) <= low * (1 + 1e-9)
    assert low <= sum(values) / len(values) * (1 + 1e-9)
    assert sum(values) / len(values) <= high * (1 + 1e-9)


def test_one_wild_value_does_not_make_the_whole_range() -> None:
    assert spread([10] * 99 + [1000]) == pytest.approx((10, 19.9))


def test_what_a_request_took_counts_its_repetitions() -> None:
    ask = request("I love it")
    seen = observed(ask, [completion(cached_tokens=4), completion(attempt=1)])
    assert seen == ObservedUsage(len(estimates.prompt_of(ask) + estimates.schema_of(ask)), 20, 4, 10)
    assert observed(ask, [completion(prompt_tokens=0)]) is None
    assert observed(ask, []) is None


def test_what_is_seen_replaces_the_defaults() -> None:
    assert tokens_per_character([]) == (0.2, 0.5)
    assert completion_tokens([]) == estimates.COMPLETION_TOKENS
    seen = [ObservedUsage(100, 25, 5, 7)] * 3
    assert (tokens_per_character(seen), completion_tokens(seen), cached_share(seen)) == ((0.25, 0.25), (7, 7), 0.2)
    assert cached_share([]) == 0


def test_what_pictures_take_is_what_they_took() -> None:
    assert estimates.prompt_tokens([]) is None
    assert estimates.prompt_tokens([ObservedUsage(100, 900, 0, 7), ObservedUsage(100, 1100, 0, 7)]) == (920, 1080)


def test_a_cascade_costs_the_first_model_and_a_share_of_the_second() -> None:
    first = Estimate(100, 40, (600, 700), (60, 120), (1.0, 2.0), "a")
    certain = Estimate(30, 10, (200, 200), (20, 40), (4.0, 5.0), "b")
    possible = Estimate(60, 5, (550, 600), (55, 110), (10.0, 20.0), "b")
    found = with_second(first, certain, possible, SecondShare(0.2, 0.5, 50))
    assert (found.tasks, found.reused) == (100, 20), "of 40 answered by the first, 20 go on and are not answered yet"
    assert found.prompt_tokens == (600 + 200 + 110, 700 + 200 + 300)
    assert found.cost_usd == pytest.approx((1.0 + 4.0 + 2.0, 2.0 + 5.0 + 10.0))
    unknown = with_second(first, certain, replace(possible, cost_usd=None), SecondShare(0.0, 1.0, 0))
    assert unknown.cost_usd is None
