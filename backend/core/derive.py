"""Outcome of a task from its stored completions: the one way from facts to what people see."""

from collections.abc import Callable, Sequence

from backend.core.answers import judge
from backend.core.chat import Completion
from backend.core.confidence import confidence
from backend.core.labels.schema import LabelSchema
from backend.core.outcomes import Failure, Outcome, Rejection, Usage

Pricing = Callable[[str], Callable[[int, int, int], float | None]]
"""Model name -> (prompt tokens, of these cached, completion tokens) -> USD, or None when unknown."""


def priced_as(pricing: Pricing, model: str) -> Pricing:
    """`pricing`, with the price of `model` for every model that has none: servers answer under names of their own."""

    def price_of(name: str) -> Callable[[int, int, int], float | None]:
        def price(prompt: int, cached: int, completion: int) -> float | None:
            found = pricing(name)(prompt, cached, completion)
            return pricing(model)(prompt, cached, completion) if found is None else found

        return price

    return price_of


def derive(task_id: int, attempts: Sequence[Completion], schema: LabelSchema, pricing: Pricing) -> Outcome | None:
    """The Outcome that stored attempts amount to, or None when there are none."""
    verdict, completion = judge(attempts, schema)
    if verdict is None or completion is None:
        return None
    sure = None if isinstance(verdict, Rejection) else confidence(completion, schema)
    return Outcome(task_id, verdict, completion.digest, sure, usage_of(attempts, completion.seconds, pricing))


def failed(task_id: int, failure: Failure, digest: str | None = None, sent: int = 0) -> Outcome:
    return Outcome(task_id, failure, digest, sent=sent)


def usage_of(attempts: Sequence[Completion], seconds: float, pricing: Pricing) -> Usage:
    """Tokens and cost of all attempts together; the cost is None as soon as one price is unknown."""
    costs = [pricing(c.model)(c.prompt_tokens, c.cached_tokens, c.completion_tokens) for c in attempts]
    known = [cost for cost in costs if cost is not None]
    return Usage(
        prompt_tokens=sum(c.prompt_tokens for c in attempts),
        completion_tokens=sum(c.completion_tokens for c in attempts),
        cost_usd=sum(known) if len(known) == len(costs) else None,
        seconds=seconds,
    )
