"""BudgetAllocation: the part of a run's budget that one process may spend.

A request counts at its highest possible cost until it is settled. Enough for all slots is reserved at a time, in the
budget ledger that all processes of the run share, so requests wait for the database only when the reservation is used
up.
"""

import asyncio
import secrets
from math import inf
from typing import Protocol

from backend.domain.chat.request import Completion
from backend.engine.budgets.budget_rules import AboveBudget, OverBudget

AHEAD = 1.25
"""What is reserved, in requests per slot if all cost the most they can. Most cost a small part of that, so the ledger
is asked once in hundreds of requests; after a kill this much stays reserved, because it may have been spent."""
ROUNDING = 1 + 1e-6
"""Sums of floating point numbers must not fall short of what they stand for."""
TOO_MUCH = "The next request may cost more than is left of the budget."


class SharedLedger(Protocol):
    """See `adapters.database.budgets.budget_ledger`."""

    def budget(self) -> float: ...

    def hold(self, holder: str, least: float, most: float) -> float | None: ...

    def keep(self, holder: str, usd: float) -> None: ...

    def pay(self, answer: Completion) -> None: ...


class BudgetAllocation:
    """Belongs to one event loop. All amounts are in USD.

    slots: most requests at a time
    final: whether no later request is tried once one does not fit, however small that may be; otherwise each one is
        judged by what is left when it comes, so that money that is released, or a new period, is noticed

    Of `_held`, which the ledger knows, `_flying` is for requests in flight, `_lost` for those with an unknown end,
    which may be charged, and `_paid` was spent on completions that the ledger has counted since.
    """

    def __init__(self, budget_ledger: SharedLedger, slots: int, final: bool = True) -> None:
        self._budget_ledger = budget_ledger
        self._slots = slots
        self._final = final
        self._whole = inf
        self._holder = secrets.token_hex(8)
        self._held = self._flying = self._lost = self._paid = 0.0
        self._under_way = 0
        self._over = False
        self._turn = asyncio.Lock()
        self._settled = asyncio.Event()

    async def take(self, most: float) -> float:
        """Reserves `most` for a request and returns the amount to settle later.

        Waits, first come, first served, while requests in flight may leave something over. Raises OverBudget if too
        little is left, AboveBudget, which leaves all others alone, if this request exceeds the whole budget.
        """
        usd = most * ROUNDING
        async with self._turn:
            while self._over or self._held - self._flying - self._lost - self._paid < usd:
                await self._reserve(usd)
            self._flying += usd
            self._under_way += 1
        return usd

    def settle(self, reserved: float, paid: float | None) -> None:
        """Releases a reservation. `paid`: the cost, which the ledger knows by now; None if unknown, which keeps the
        reservation."""
        self._under_way -= 1
        self._flying = self._flying - reserved if self._under_way else 0.0
        if paid is None:
            self._lost += reserved
        else:
            self._paid += paid
        self._settled.set()

    async def pay(self, answer: Completion, reserved: float, paid: float | None) -> None:
        """Settles a request whose answer counts as paid and is not stored: without its cap it would have been another.
        Raises StoreError."""
        await asyncio.to_thread(self._budget_ledger.pay, answer)
        self.settle(reserved, paid)

    async def close(self) -> None:
        """Releases what is not needed. Requests still in flight keep their reservation."""
        if self._held:
            await asyncio.to_thread(self._budget_ledger.keep, self._holder, self._lost + self._flying)

    async def _reserve(self, usd: float) -> None:
        """Reserves more, or the same again after others settled. What is paid meanwhile counts twice for a while, never
        less."""
        busy, paid = self._flying + self._lost, self._paid
        most = busy + AHEAD * self._slots * usd * ROUNDING
        self._settled.clear()
        if usd > self._whole:
            raise AboveBudget(usd, self._whole)
        if self._over:
            raise OverBudget(TOO_MUCH)
        held = await asyncio.to_thread(self._budget_ledger.hold, self._holder, busy + usd * ROUNDING, most)
        if held is not None:
            self._held = held
            self._paid -= paid
            return
        self._whole = await asyncio.to_thread(self._budget_ledger.budget)
        if usd > self._whole:
            raise AboveBudget(usd, self._whole)
        if self._under_way:
            await self._settled.wait()
        elif not self._settled.is_set():
            self._over = self._final
            raise OverBudget(TOO_MUCH)
