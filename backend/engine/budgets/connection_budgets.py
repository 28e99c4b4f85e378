"""ConnectionBudgets: a RecordedModel whose connections stay within their monthly budgets, whoever asks."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace

from backend.domain.chat.model import ChatModel
from backend.domain.chat.request import ChatRequest, Completion, RequestTemplate
from backend.domain.outcome import Failure
from backend.domain.resolution.pricing import Pricing
from backend.engine.budgets.budget_allocation import BudgetAllocation
from backend.engine.budgets.budget_rules import CAP, MonthUsedUp, OverBudget
from backend.engine.budgets.budgeted_model import BudgetedModel
from backend.engine.stored_model import Write

TEMPLATES = 64


class ConnectionBudgets:
    """allocations: connection -> what this process may spend through it; requests of other connections go on as they
    are."""

    def __init__(
        self, model: ChatModel, write: Write, allocations: Mapping[str, BudgetAllocation], pricing: Pricing
    ) -> None:
        self._model = model
        self._write = write
        self._allocations = allocations
        self._budgeted = {
            name: BudgetedModel(model, write, allocation, pricing) for name, allocation in allocations.items()
        }
        self._capped: OrderedDict[int, tuple[RequestTemplate, RequestTemplate]] = OrderedDict()

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        """Raises MonthUsedUp instead of sending a request that might cost more than is left of the month's budget, or
        than all of it: the failure `budget` is for a run's own budget, and a month's may be raised."""
        name = request.template.connection
        if name not in self._budgeted:
            return await self._model.complete(request, attempt)
        try:
            return await self._budgeted[name].complete(self._bounded(request), attempt)
        except OverBudget:
            raise MonthUsedUp(name) from None

    def write(self, completions: list[Completion]) -> None:
        """Called from the CompletionWriter's thread."""
        for name, budgeted in self._budgeted.items():
            theirs = [completion for completion in completions if completion.connection == name]
            if theirs:
                budgeted.write(theirs)
        others = [completion for completion in completions if completion.connection not in self._budgeted]
        if others:
            self._write(others)

    async def close(self) -> None:
        await self._model.close()
        await asyncio.gather(*(allocation.close() for allocation in self._allocations.values()))

    def _bounded(self, request: ChatRequest) -> ChatRequest:
        """The request with a bound on its answer, without which its cost has none. Most requests share a template, and
        where each has its own, the latest few are kept."""
        template = request.template
        if template.cap is not None:
            return request
        _, capped = self._capped.setdefault(id(template), (template, replace(template, cap=CAP)))
        if len(self._capped) > TEMPLATES:
            self._capped.popitem(last=False)
        return replace(request, template=capped, stands_for=request.digest)
