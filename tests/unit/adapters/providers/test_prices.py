"""Prices: known ones to the cent, unknown ones unknown."""

import gc
import sys

import pytest

from backend.adapters.providers.prices import fixed_price, price_of


def test_a_known_model_costs_what_its_provider_says() -> None:
    million = 10**6
    assert price_of("gpt-4o-mini")(million, 0, 0) == pytest.approx(0.15)
    assert price_of("gpt-4o-mini")(0, 0, million) == pytest.approx(0.60)
    assert price_of("gpt-4o-mini")(million, million, 0) == pytest.approx(0.075)
    assert price_of("gpt-4o-mini-2024-07-18")(million, 0, million) == pytest.approx(0.75)


def test_what_nobody_counted_has_no_known_price() -> None:
    assert price_of("gpt-4o-mini")(0, 0, 0) is None


@pytest.mark.parametrize("model", ["stand-in", "no-such-model", "", "\x00", "😀" * 300])
def test_an_unknown_model_has_an_unknown_price(model: str) -> None:
    assert price_of(model)(1000, 0, 1000) is None


def test_more_cached_than_asked_is_all_cached() -> None:
    assert price_of("gpt-4o-mini")(10, 99, 0) == price_of("gpt-4o-mini")(10, 10, 0)


def test_a_price_that_was_set_is_every_models() -> None:
    price = fixed_price(2.0, 10.0)
    assert price("no-such-model")(10**6, 0, 10**5) == pytest.approx(3)
    assert price("gpt-4o-mini")(10**6, 10**6, 0) == pytest.approx(2), "no price for cached tokens was set"
    assert fixed_price(0, 0)("local")(5, 0, 5) == 0
    assert fixed_price(2.0, 10.0)("local")(0, 0, 0) is None, "nobody counted"


def test_the_table_of_all_prices_is_not_kept() -> None:
    from genai_prices.types import ModelInfo

    price = price_of("gpt-4o")
    assert price(10**6, 0, 0) == pytest.approx(2.5)
    assert "genai_prices.data" not in sys.modules
    assert sum(isinstance(kept, ModelInfo) for kept in gc.get_objects()) < 100, "one for each model that was asked for"
