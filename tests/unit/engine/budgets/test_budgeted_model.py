"""BudgetedModel: an executor with a budget sends what it can pay and counts all that may have been charged."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure
from backend.engine import request_executor as executor_module
from backend.engine.budgets.budget_allocation import BudgetAllocation
from backend.engine.budgets.budget_rules import OverBudget
from backend.engine.budgets.budgeted_model import BudgetedModel
from backend.engine.request_executor import RequestExecutor
from backend.engine.response_cache import RequestResult
from backend.errors import ProviderError, SettingsError
from tests.scripted import BROKEN, GOOD, Reply, Script, ScriptedModel, completion, run, some, template
from tests.unit.engine.budgets.test_budget_allocation import Book

CAP = 50


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor_module, "_delay", lambda *_: 0)


def pricing(model: str, _connection: str) -> Callable[[int, int, int], float | None]:
    return (lambda *_: None) if model == "unknown" else (lambda prompt, cached, said: said / 100)


def ask_for(text: str, **changed: Any) -> ChatRequest:
    return ChatRequest(template(cap=CAP, **changed), text)


class Shop:
    """A request executor with a budget whose completions land in `stored`."""

    def __init__(self, script: Sequence[Reply] | Script, budget: float, slots: int = 4) -> None:
        self.model = ScriptedModel(script)
        self.book = Book(budget)
        self.stored: list[Completion] = []
        self.budgeted_model = BudgetedModel(self.model, self._write, BudgetAllocation(self.book, slots), pricing)
        self.executor = RequestExecutor(self.budgeted_model, slots)

    def _write(self, batch: list[Completion]) -> None:
        self.stored += batch
        self.book.spent += sum(fact.completion_tokens / 100 for fact in batch)

    async def ask(self, *requests: ChatRequest) -> list[RequestResult]:
        try:
            return [await self.executor.ask(request) for request in requests]
        finally:
            await self.executor.close()


def test_what_fits_is_asked_and_the_rest_is_not() -> None:
    shop = Shop([GOOD], budget=0.62)
    with pytest.raises(OverBudget):
        run(shop.ask(*(ask_for(f"text {n}") for n in range(20))))
    assert len(shop.stored) == len(shop.model.requests) == 3, "0.05 each, and 0.50 had to be left"
    assert shop.book.worst == pytest.approx(0.15)


def test_a_request_above_the_whole_budget_is_a_failure_of_its_own() -> None:
    def priced(_model: str, _connection: str) -> Callable[[int, int, int], float]:
        return lambda prompt, cached, said: prompt / 1e6

    shop = Shop([GOOD], budget=0.1)
    shop.budgeted_model._pricing = priced
    texts = ("x" * 200_000, "short", "y" * 200_000, "also short")
    replies = run(shop.ask(*map(ask_for, texts)))
    assert [(reply.failure.kind if reply.failure else None, reply.sent) for reply in replies] == [
        ("budget", 0),
        (None, 1),
        ("budget", 0),
        (None, 1),
    ]
    assert "more than the whole budget of 0.1 USD" in some(replies[0].failure).detail
    assert shop.executor.counts.sent == len(shop.model.requests) == 2


@pytest.mark.parametrize(
    ("reply", "aside"),
    [
        (Failure("bad_request", "No.", unbilled=True), 0.0),
        (Failure("bad_request", "No."), 0.5),
        (completion(prompt_tokens=0, completion_tokens=0), 0.5),
    ],
)
def test_what_may_have_been_charged_stays_aside(reply: Reply, aside: float) -> None:
    async def scene() -> float:
        shop = Shop([reply], budget=9)
        await shop.ask(ask_for("x"))
        return shop.book.worst

    assert run(scene()) == pytest.approx(aside, rel=1e-4)


def test_retries_are_paid_for_too() -> None:
    shop = Shop([Failure("timeout", "Late."), BROKEN, GOOD], budget=9)
    (asked,) = run(shop.ask(ask_for("x")))
    assert (len(asked.attempts), asked.sent) == (2, 3)
    assert shop.book.worst == pytest.approx(0.5 + 0.05 + 0.05, rel=1e-4)


def test_an_answer_that_the_cap_cut_is_paid_and_is_not_the_answer() -> None:
    cut = completion('{"mood": ', finish_reason="length", completion_tokens=CAP)
    shop = Shop([cut], budget=9)
    (asked,) = run(shop.ask(ask_for("x")))
    assert (asked.attempts, some(asked.failure).kind) == ((), "budget")
    assert shop.stored == [], "it is the answer to no request"
    assert shop.book.worst == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("reply", "parameters"),
    [
        (completion('{"mood": ', finish_reason="length", completion_tokens=CAP), {"max_tokens": CAP}),
        (completion('{"mood": ', finish_reason="length", completion_tokens=CAP - 1), {}),
        (completion(GOOD, finish_reason="length", completion_tokens=CAP), {}),
    ],
)
def test_an_answer_that_would_be_the_same_without_the_cap_is_the_answer(
    reply: Completion, parameters: dict[str, int]
) -> None:
    ask = ask_for("x", parameters=parameters)
    shop = Shop(
        lambda request, attempt: completion(
            reply.text, request.digest, attempt, finish_reason="length", completion_tokens=reply.completion_tokens
        ),
        9,
    )
    (asked,) = run(shop.ask(ask))
    assert asked.failure is None
    assert {fact.digest for fact in shop.stored} == {ask.digest}


def test_a_refused_key_costs_nothing() -> None:
    shop = Shop([ProviderError("The key was refused.")], budget=9)
    with pytest.raises(ProviderError):
        run(shop.ask(ask_for("x")))
    assert shop.book.worst == 0


def test_without_a_price_nothing_is_sent() -> None:
    shop = Shop([GOOD], budget=9)
    with pytest.raises(SettingsError, match="PRICE_IN"):
        run(shop.ask(ask_for("x", model="unknown")))
    assert shop.model.requests == []


def test_an_answer_under_a_name_without_a_price_costs_what_its_model_does() -> None:
    async def scene() -> float:
        shop = Shop([completion(model="unknown", completion_tokens=5)], budget=0.56)
        await shop.ask(ask_for("x"))
        return shop.book.worst

    assert run(scene()) == pytest.approx(0.05)
