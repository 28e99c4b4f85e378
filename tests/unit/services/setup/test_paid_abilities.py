"""Abilities are found out within a budget: what it has no room for is not asked."""

import asyncio
from typing import Any

from backend.adapters.providers.prices import fixed_price
from backend.adapters.providers.request_format import PICTURE_TOKENS
from backend.domain.chat.request import Completion
from backend.domain.connections.abilities import AbilityResult
from backend.engine.budgets.budget_allocation import BudgetAllocation
from backend.engine.budgets.budget_rules import CAP, MonthUsedUp
from backend.engine.budgets.unstored_payments import Budget, UnstoredPayments
from backend.services.setup.ability_check import AbilityCheck
from backend.services.setup.paid_abilities import USED_UP, PaidAbilities
from tests.unit.engine.budgets.test_unstored_payments import Ledger
from tests.unit.services.setup.test_ability_check import Server

LARGE = 2 * PICTURE_TOKENS / 1e6


def pricing(model: str, _connection: str) -> Any:
    return fixed_price(1.0, 1.0)(model)


class Garbled(Server):
    """Its replies are not chat completions."""

    def completion(self, model: str, reply: dict[str, Any]) -> Completion | None:
        return None


def found(server: Server, ledger: Ledger) -> dict[str, AbilityResult]:
    async def once() -> tuple[AbilityResult, ...]:
        budget = Budget(BudgetAllocation(ledger, 1, final=False), lambda: MonthUsedUp("groq"))
        payments = UnstoredPayments("groq", pricing, [budget])
        try:
            return await AbilityCheck(PaidAbilities(server, payments), "groq", "m", pricing).results()
        finally:
            await payments.close()

    return {result.name: result for result in asyncio.run(once())}


def test_each_answer_is_paid() -> None:
    server, ledger = Server("response_format"), Ledger(LARGE)
    abilities = found(server, ledger)
    assert abilities["pictures"].works
    refused = [body for body in server.bodies if "response_format" in body]
    assert len(ledger.paid) == len(server.bodies) - len(refused)
    assert {paid.connection for paid in ledger.paid} == {"groq"}
    assert ledger.kept == 0


def test_what_might_cost_too_much_is_not_asked() -> None:
    server, ledger = Server(), Ledger(2 * CAP / 1e6)
    abilities = found(server, ledger)
    assert abilities["pictures"] == AbilityResult("pictures", None, USED_UP)
    assert abilities["json_schema"].works is not None
    assert not any("image_url" in str(body) for body in server.bodies)
    server = Server()
    assert list(found(server, Ledger(0.0)).values()) == [AbilityResult("text", None, USED_UP)]
    assert server.bodies == []


def test_a_large_request_that_does_not_fit_keeps_no_small_one_back() -> None:
    """Pictures reserve far more than what comes behind them."""
    abilities = found(Server(), Ledger(PICTURE_TOKENS / 2 / 1e6))
    unasked = [name for name, result in abilities.items() if result.detail == USED_UP]
    assert set(unasked) == {"pictures", "PDF files"}


def test_a_reply_that_cannot_be_read_may_have_been_charged() -> None:
    ledger = Ledger(LARGE)
    found(Garbled(), ledger)
    assert ledger.paid == []
    assert (ledger.kept or 0) > CAP / 1e6
