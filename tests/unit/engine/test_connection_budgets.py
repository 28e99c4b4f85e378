"""A connection stays within its month's budget, and no other one is held back."""

import asyncio
from dataclasses import replace

import pytest

from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure
from backend.engine.budget_allocation import BudgetAllocation
from backend.engine.budget_rules import CAP, MonthUsedUp
from backend.engine.connection_budgets import ConnectionBudgets
from tests.scripted import GOOD, ScriptedModel, completion, request, run


class Ledger:
    """`left`: USD."""

    def __init__(self, left: float) -> None:
        self.left = left
        self.kept: float | None = None

    def hold(self, holder: str, least: float, most: float) -> float | None:
        return None if least > self.left else min(most, self.left)

    def keep(self, holder: str, usd: float) -> None:
        self.kept = usd

    def pay(self, answer: Completion) -> None:
        return


def through(connection: str, text: str = "a") -> ChatRequest:
    one = request(text)
    return replace(one, template=replace(one.template, connection=connection))


def answered(one: ChatRequest, attempt: int) -> Completion:
    return completion(GOOD, one.digest, attempt, connection=one.template.connection)


async def asked(left: float, *requests: ChatRequest) -> tuple[list[Completion | Failure], ScriptedModel, Ledger]:
    model, ledger, stored = ScriptedModel(answered), Ledger(left), list[Completion]()
    allocations = {"groq": BudgetAllocation(ledger, 4)}
    budgets = ConnectionBudgets(model, stored.extend, allocations, lambda *_: lambda prompt, cached, said: 0.1)
    replies = []
    try:
        for one in requests:
            reply = await budgets.complete(one, 0)
            assert isinstance(reply, Completion)
            budgets.write([reply])
            await asyncio.sleep(0)
            replies.append(reply)
    finally:
        await budgets.close()
    assert stored == replies
    return list(replies), model, ledger


def test_requests_are_bounded_and_keep_their_digest() -> None:
    one = through("groq")
    replies, model, ledger = run(asked(1.0, one, through("default")))
    budgeted, other = model.requests
    assert (budgeted.template.cap, other.template.cap) == (CAP, None)
    assert budgeted.digest == one.digest
    assert len(replies) == 2
    assert ledger.kept == 0.0
    assert model.closed


def test_what_may_cost_more_than_is_left_is_not_sent() -> None:
    with pytest.raises(MonthUsedUp, match="monthly budget of connection 'groq' is used up"):
        run(asked(0.05, through("groq")))


def test_other_connections_go_on() -> None:
    replies, _, _ = run(asked(0.0, through("default"), through("other")))
    assert len(replies) == 2
