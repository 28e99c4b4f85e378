"""BudgetedModel: a ChatModel that stays within a budget.

It sends nothing whose largest price the allocation does not hold, and settles a request when its completion is stored.
"""

import asyncio

from backend.adapters.providers.request_format import largest, lowered
from backend.domain.chat.model import ChatModel
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.chat.response_parser import read
from backend.domain.outcome import Failure, Rejection
from backend.domain.resolution.pricing import Pricing, cost_of, priced_as
from backend.engine.budgets.budget_allocation import BudgetAllocation
from backend.engine.budgets.budget_rules import MonthUsedUp, known_price
from backend.engine.stored_model import Write
from backend.errors import ProviderError


class BudgetedModel:
    """A RecordedModel. `write` stores completions."""

    def __init__(self, model: ChatModel, write: Write, allocation: BudgetAllocation, pricing: Pricing) -> None:
        self._model = model
        self._write = write
        self._allocation = allocation
        self._pricing = pricing
        self._unstored: dict[tuple[str, int], tuple[float, float | None]] = {}

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        """Raises OverBudget instead of sending a request that might cost too much, AboveBudget if it never fits;
        ProviderError as the model does."""
        template = request.template
        price = known_price(self._pricing, template.model, template.connection, *largest(request))
        reserved = await self._allocation.take(price)
        self._loop = asyncio.get_running_loop()
        try:
            reply = await self._model.complete(request, attempt)
            if isinstance(reply, Completion):
                return await self._to_be_stored(request, reply, reserved)
        except (ProviderError, MonthUsedUp):
            self._allocation.settle(reserved, 0.0)
            raise
        except BaseException:
            self._allocation.settle(reserved, None)
            raise
        self._allocation.settle(reserved, 0.0 if reply.unbilled else None)
        return reply

    async def _to_be_stored(self, request: ChatRequest, reply: Completion, reserved: float) -> Completion | Failure:
        """The completion, which the RequestExecutor hands to `write`; or the Failure it is, once it is noted as
        paid."""
        failure = cut_short(request, reply)
        if failure is None:
            self._unstored[reply.digest, reply.attempt] = (reserved, self._cost(request, reply))
            return reply
        await self._allocation.pay(reply, reserved, self._cost(request, reply))
        return failure

    def write(self, completions: list[Completion]) -> None:
        """Called from the CompletionWriter's thread."""
        self._write(completions)
        self._loop.call_soon_threadsafe(self._settle, completions)

    async def close(self) -> None:
        await self._model.close()
        await self._allocation.close()

    def _settle(self, completions: list[Completion]) -> None:
        """Those that a write stored before one beside it failed are settled, and written again with all others."""
        for completion in completions:
            unsettled = self._unstored.pop((completion.digest, completion.attempt), None)
            if unsettled is not None:
                self._allocation.settle(*unsettled)

    def _cost(self, request: ChatRequest, reply: Completion) -> float | None:
        """None for an answer without token counts: it may have cost the most it can."""
        if not (reply.prompt_tokens and reply.completion_tokens):
            return None
        return cost_of(reply, priced_as(self._pricing, request.template.model))


def cut_short(request: ChatRequest, reply: Completion) -> Failure | None:
    """The Failure of a task whose answer is unusable only because of the cap; else None."""
    template = request.template
    cut = reply.finish_reason == "length" and template.cap is not None and reply.completion_tokens >= template.cap
    if not cut or not lowered(template) or not isinstance(read(reply, template.spec), Rejection):
        return None
    return Failure(
        "budget", f"The answer is longer than {template.cap:,} tokens, the most under a budget; run it without."
    )
