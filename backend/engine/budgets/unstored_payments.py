"""Unstored payments: the cost of requests whose answers are not stored, such as those that test a connection.

Each is reserved in every budget before it is sent, and noted there when it was paid.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from backend.domain.chat.request import Completion
from backend.domain.outcome import Failure
from backend.domain.resolution.pricing import Pricing, cost_of
from backend.engine.budgets.budget_allocation import BudgetAllocation
from backend.engine.budgets.budget_rules import OverBudget, known_price
from backend.errors import PromptsError, ProviderError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Budget:
    """allocation: of a budget's ledger
    used_up: the error that says that too little is left
    """

    allocation: BudgetAllocation
    used_up: Callable[[], PromptsError]


class UnstoredPayments:
    """Belongs to one event loop.

    connection: what is asked through
    pricing: of its models
    budgets: those that each request must fit into
    note: stores what was paid, where a connection's payments count and it has no budget; None if `budgets` do
    """

    def __init__(
        self,
        connection: str,
        pricing: Pricing,
        budgets: Sequence[Budget] = (),
        note: Callable[[Completion], None] | None = None,
    ) -> None:
        self._connection = connection
        self._pricing = pricing
        self._budgets = budgets
        self._note = note

    async def paid(
        self,
        model: str,
        most: tuple[int, int],
        send: Callable[[], Awaitable[T]],
        bill: Callable[[T], Completion | Failure],
    ) -> T:
        """What `send` answers, paid.

        model: the name of the model that is asked
        most: the tokens of prompt and completion that it can take
        bill: a reply -> what of it is billed

        Raises what `Budget.used_up` makes instead of sending what might cost too much, UnknownPriceError for a
        budget without a known price, and what `send` raises.
        """
        reserved = await self._reserve(model, most)
        try:
            reply = await send()
        except ProviderError:
            self._settle(reserved, 0.0)
            raise
        except BaseException:
            self._settle(reserved, None)
            raise
        billed = bill(reply)
        if isinstance(billed, Failure):
            self._settle(reserved, 0.0 if billed.unbilled else None)
        else:
            await self._pay(reserved, replace(billed, model=model, connection=self._connection))
        return reply

    async def close(self) -> None:
        """Releases what is reserved and was not spent."""
        for budget in self._budgets:
            await budget.allocation.close()

    async def _reserve(self, model: str, most: tuple[int, int]) -> list[float]:
        """One amount of USD for each budget. What does not fit says nothing of the next, which may be smaller."""
        reserved: list[float] = []
        price = known_price(self._pricing, model, self._connection, *most) if self._budgets else 0.0
        for budget in self._budgets:
            try:
                reserved.append(await budget.allocation.take(price))
            except OverBudget:
                self._settle(reserved, 0.0)
                raise budget.used_up() from None
        return reserved

    def _settle(self, reserved: Sequence[float], paid: float | None) -> None:
        for budget, usd in zip(self._budgets, reserved, strict=False):
            budget.allocation.settle(usd, paid)

    async def _pay(self, reserved: Sequence[float], completion: Completion) -> None:
        """An answer without token counts may have cost the most it can."""
        counted = completion.prompt_tokens and completion.completion_tokens
        usd = cost_of(completion, self._pricing) if counted else None
        for budget, amount in zip(self._budgets, reserved, strict=True):
            await budget.allocation.pay(completion, amount, usd)
        if self._note is not None:
            self._note(completion)
