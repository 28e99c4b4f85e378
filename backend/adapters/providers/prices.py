"""Prices of tokens, from the table in genai-prices or from the settings.

An unknown model has an unknown price, never 0.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from runpy import run_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider

MILLION = 1_000_000
Price = Callable[[int, int, int], float | None]
"""(prompt tokens, of these cached, completion tokens) of one request -> USD, or None when unknown."""


@lru_cache(maxsize=64)
def price_of(model: str) -> Price:
    """The price of `model`, by its name alone."""
    from genai_prices import Usage

    row = _row_of(model)

    @lru_cache(maxsize=4096)
    def price(prompt: int, cached: int, completion: int) -> float | None:
        if row is None or (not prompt and not completion):  # no request is that small: the provider did not say
            return None
        usage = Usage(input_tokens=prompt, cache_read_tokens=min(cached, prompt) or None, output_tokens=completion)
        provider, priced = row
        try:
            return float(priced.calc_price(usage, provider).total_price)
        except (LookupError, ValueError):
            return None

    return price


def _row_of(model: str) -> "tuple[Provider, ModelInfo] | None":
    """What the table says of a model. The table itself is let go of: it takes 5 MB, and to read it again 15 ms."""
    from genai_prices.data_snapshot import DataSnapshot

    table = run_module("genai_prices.data")["providers"]
    try:
        provider, priced = DataSnapshot(table, from_auto_update=False).find_provider_model(model, *3 * (None,))
    except LookupError:
        return None
    return replace(provider, models=[priced]), priced


def fixed_price(usd_in: float, usd_out: float) -> Callable[[str], Price]:
    """One price for every model, in USD per million prompt and completion tokens; cached tokens cost the same."""

    def price(prompt: int, cached: int, completion: int) -> float | None:
        if not prompt and not completion:  # as above
            return None
        return (prompt * usd_in + completion * usd_out) / MILLION

    return lambda model: price
