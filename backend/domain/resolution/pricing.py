"""Pricing: what a request cost, by the tokens that its answer was billed for."""

from collections.abc import Callable
from typing import Protocol

Pricing = Callable[[str, str], Callable[[int, int, int], float | None]]
"""Names of model and connection -> (prompt tokens, of these cached, completion tokens) -> USD, or None when unknown."""
BATCH_SHARE = 0.5
"""What a request costs in a batch, of what it costs by itself (OpenAI's Batch API guide; others ask the same)."""


class Billed(Protocol):
    """The parts of a Completion, or of a row of the database like one, that determine a cost."""

    @property
    def model(self) -> str: ...

    @property
    def connection(self) -> str: ...

    @property
    def prompt_tokens(self) -> int: ...

    @property
    def cached_tokens(self) -> int: ...

    @property
    def completion_tokens(self) -> int: ...

    @property
    def batch(self) -> bool: ...


def priced_as(pricing: Pricing, *models: str) -> Pricing:
    """`pricing`, with the highest price of `models` for every model without one: servers answer under names of their
    own."""

    def price_of(name: str, connection: str) -> Callable[[int, int, int], float | None]:
        def price(prompt: int, cached: int, completion: int) -> float | None:
            cost = pricing(name, connection)(prompt, cached, completion)
            if cost is not None:
                return cost
            costs = [pricing(model, connection)(prompt, cached, completion) for model in models]
            return max((usd for usd in costs if usd is not None), default=None)

        return price

    return price_of


def cost_of(completion: Billed, pricing: Pricing) -> float | None:
    """USD, or None if the price is unknown."""
    price = pricing(completion.model, completion.connection)
    cost = price(completion.prompt_tokens, completion.cached_tokens, completion.completion_tokens)
    return cost * BATCH_SHARE if completion.batch and cost is not None else cost
