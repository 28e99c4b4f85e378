"""Prices of tokens, from the table in genai-prices or from the settings.

An unknown model has an unknown price, never 0.
"""

from collections.abc import Callable
from functools import lru_cache

MILLION = 1_000_000
Price = Callable[[int, int, int], float | None]
"""(prompt tokens, of these cached, completion tokens) of one request -> USD, or None when unknown."""


@lru_cache(maxsize=64)
def price_of(model: str) -> Price:
    """The price of `model`, by its name alone."""
    from genai_prices import Usage, calc_price

    @lru_cache(maxsize=4096)
    def price(prompt: int, cached: int, completion: int) -> float | None:
        if not prompt and not completion:  # no request is that small: the provider did not say
            return None
        usage = Usage(input_tokens=prompt, cache_read_tokens=min(cached, prompt) or None, output_tokens=completion)
        try:
            return float(calc_price(usage, model_ref=model).total_price)
        except (LookupError, ValueError):
            return None

    return price


def fixed_price(usd_in: float, usd_out: float) -> Callable[[str], Price]:
    """One price for every model, in USD per million prompt and completion tokens; cached tokens cost the same."""

    def price(prompt: int, cached: int, completion: int) -> float | None:
        if not prompt and not completion:  # as above
            return None
        return (prompt * usd_in + completion * usd_out) / MILLION

    return lambda model: price
