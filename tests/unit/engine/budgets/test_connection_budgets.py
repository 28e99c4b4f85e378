"""A connection stays within its month's budget, and no other one is held back."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure
from backend.engine.budgets.budget_allocation import BudgetAllocation
from backend.engine.budgets.budget_rules import CAP, MonthUsedUp
from backend.engine.budgets.budgeted_model import BudgetedModel
from backend.engine.budgets.connection_budgets import TEMPLATES, ConnectionBudgets
from backend.engine.request_executor import RequestExecutor
from backend.errors import StoreAwayError
from tests.ledger import Ledger
from tests.scripted import GOOD, ScriptedModel, completion, request, run


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


def test_what_exceeds_the_whole_months_budget_names_the_connection() -> None:
    async def scene() -> None:
        allocations = {"groq": BudgetAllocation(Ledger(1.0), 4)}
        budgets = ConnectionBudgets(ScriptedModel(answered), lambda _: None, allocations, lambda *_: lambda *_: 1.5)
        with pytest.raises(MonthUsedUp, match="monthly budget of connection 'groq' is used up"):
            await budgets.complete(through("groq"), 0)

    run(scene())


def test_a_month_smaller_than_one_request_is_not_told_as_the_runs_own_budget() -> None:
    async def scene() -> float | None:
        def pricing(*_: str) -> Callable[[int, int, int], float]:
            return lambda *_: 0.5

        own, month = Ledger(1.0), Ledger(0.3, 0.3)
        months = ConnectionBudgets(
            ScriptedModel(answered), lambda _: None, {"groq": BudgetAllocation(month, 1)}, pricing
        )
        executor = RequestExecutor(BudgetedModel(months, months.write, BudgetAllocation(own, 1), pricing), 1)
        one = through("groq")
        one = replace(one, template=replace(one.template, cap=CAP))
        with pytest.raises(MonthUsedUp, match="monthly budget of connection 'groq' is used up"):
            await executor.ask(one)
        await executor.close()
        return own.kept

    assert run(scene()) == 0.0


def test_templates_of_their_own_are_not_kept() -> None:
    async def scene() -> int:
        budgets = ConnectionBudgets(
            ScriptedModel(answered),
            lambda _: None,
            {"groq": BudgetAllocation(Ledger(9.0), 4)},
            lambda *_: lambda *_: 0.0,
        )
        for number in range(3 * TEMPLATES):
            assert isinstance(await budgets.complete(through("groq", f"text {number}"), 0), Completion)
        return len(budgets._capped)

    assert run(scene()) == TEMPLATES


class AwayOnce:
    """A database that is away when the answers of `connection` come for the first time."""

    def __init__(self, connection: str) -> None:
        self.connection = connection
        self.writes = list[list[Completion]]()

    def write(self, completions: list[Completion]) -> None:
        first = not any(each[0].connection == self.connection for each in self.writes)
        self.writes.append(completions)
        if first and completions[0].connection == self.connection:
            raise StoreAwayError("It is away.")


def test_what_is_written_again_after_an_outage_is_settled_once() -> None:
    async def scene() -> tuple[list[float | None], list[object]]:
        troubles = list[object]()
        asyncio.get_running_loop().set_exception_handler(lambda _, context: troubles.append(context["exception"]))
        ledgers = {name: Ledger(1.0) for name in ("groq", "other")}
        allocations = {name: BudgetAllocation(ledger, 4) for name, ledger in ledgers.items()}
        outage = AwayOnce("other")
        budgets = ConnectionBudgets(ScriptedModel(answered), outage.write, allocations, lambda *_: lambda *_: 0.1)
        replies = [await budgets.complete(through(name), 0) for name in ledgers]
        stored = [reply for reply in replies if isinstance(reply, Completion)]
        with pytest.raises(StoreAwayError):
            budgets.write(stored)
        await asyncio.sleep(0)
        budgets.write(stored)
        await asyncio.sleep(0)
        await budgets.close()
        return [ledger.kept for ledger in ledgers.values()], troubles

    assert run(scene()) == ([0.0, 0.0], [])
