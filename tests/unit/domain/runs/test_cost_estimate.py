"""Estimates: ranges that hold what they were made from, and defaults where nothing is known."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.runs import cost_estimate as estimates
from backend.domain.runs.cost_estimate import (
    ObservedUsage,
    cached_share,
    completion_tokens,
    observed,
    spread,
    tokens_per_character,
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
