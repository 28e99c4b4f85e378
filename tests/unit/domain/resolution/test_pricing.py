"""What a request cost: the tokens of its answer, batches, and prices that nobody knows."""

from typing import Any

import pytest

from backend.domain.resolution.pricing import cost_of, priced_as
from tests.scripted import completion


def pricing(model: str, connection: str) -> Any:
    """`local` costs nothing, `unknown` has no price, and others cost more the longer their name is."""
    if model == "unknown":
        return lambda *_: None
    each = 0 if connection == "local" else len(model)
    return lambda prompt, cached, said: each * (prompt - cached + 2 * said)


def test_the_price_is_that_of_the_model_and_its_connection() -> None:
    used: dict[str, Any] = {"prompt_tokens": 10, "cached_tokens": 4, "completion_tokens": 5}
    assert cost_of(completion(model="m", **used), pricing) == 16
    assert cost_of(completion(model="m", connection="local", **used), pricing) == 0


def test_a_request_in_a_batch_costs_half() -> None:
    whole = cost_of(completion(model="m"), pricing)
    assert whole
    assert cost_of(completion(model="m", batch=True), pricing) == whole / 2


@pytest.mark.parametrize("batch", [False, True])
def test_an_unknown_price_is_never_0(batch: bool) -> None:
    assert cost_of(completion(model="unknown", batch=batch), pricing) is None


def test_a_model_without_a_price_costs_as_much_as_the_most_expensive_that_was_asked() -> None:
    priced = priced_as(pricing, "m", "unknown", "mmm")
    assert priced("unknown", "default")(1, 0, 0) == 3
    assert priced("m", "default")(1, 0, 0) == 1, "one with a price keeps it"
    assert priced_as(pricing, "unknown")("unknown", "default")(1, 0, 0) is None
