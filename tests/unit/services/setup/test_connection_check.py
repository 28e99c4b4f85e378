"""The check of a connection: a free list of models, and one small request to one of them."""

import asyncio
from typing import Any, cast

import pytest

from backend.adapters.providers.prices import fixed_price
from backend.adapters.providers.request_format import PICTURE_TOKENS
from backend.domain.chat.request import Completion
from backend.domain.connections.abilities import AbilityResult
from backend.domain.connections.learnt_format import LearntFormat
from backend.domain.outcome import Failure
from backend.engine.budgets.budget_allocation import BudgetAllocation
from backend.engine.budgets.budget_rules import CAP, MonthUsedUp, OverBudget
from backend.engine.budgets.unstored_payments import Budget, UnstoredPayments
from backend.errors import PromptsError, ProviderError, RunError, UsedUpError
from backend.interfaces.cli.render.notices import in_commands
from backend.logs import to_log
from backend.services.setup.ability_check import AbilityCheck
from backend.services.setup.connection_check import USED_UP, ConnectionCheck, ConnectionTest, PaidAbilities
from tests.ledger import Ledger
from tests.scripted import Reply, ScriptedModel
from tests.unit.services.setup.test_ability_check import RefusingServer

URL = "http://user:key@model.test/v1"


class Listing(ScriptedModel):
    def __init__(self, names: list[str] | None, *script: Reply) -> None:
        super().__init__(script or ("{}",))
        self.names = names

    async def models(self) -> list[str] | None:
        return self.names

    async def describe(self, model: str) -> str:
        return model


def pricing(model: str, _connection: str) -> Any:
    return fixed_price(1.0, 2.0)(model)


def checked(model: Listing, name: str | None = None) -> ConnectionCheck:
    return ConnectionTest("groq", URL, lambda: model, pricing, UnstoredPayments("groq", pricing)).check(name, to_log)


def test_the_model_that_is_named_is_asked_once() -> None:
    model = Listing(["a", "b"])
    check = checked(model, "b")
    (asked,) = model.requests
    assert (asked.template.model, asked.template.base_url) == ("b", URL)
    assert (check.address, check.models, check.model, check.tokens) == (
        "http://model.test/v1",
        ("a", "b"),
        "b",
        (10, 5),
    )
    assert check.usd == pytest.approx(20 / 10**6)
    assert model.closed


@pytest.mark.parametrize(("names", "asked"), [(["a"], "a"), (["a", "b"], None), ([], None), (None, None)])
def test_without_a_name_only_the_one_model_there_is_is_asked(names: list[str] | None, asked: str | None) -> None:
    model = Listing(names)
    check = checked(model)
    assert (check.model, len(model.requests)) == (asked, 1 if asked else 0)
    assert (check.usd is None) == (asked is None)


def test_no_answer_is_an_error() -> None:
    with pytest.raises(ProviderError, match=r"http://model.test/v1 did not answer one small request to 'b': Gone\."):
        checked(Listing(None, Failure("server", "Gone.")), "b")


class Known:
    """What was learnt of a model."""

    def __init__(self) -> None:
        self.forgotten: list[str] = []

    def forget(self, model: str) -> None:
        self.forgotten.append(model)

    def learnt(self, model: str) -> LearntFormat:
        return LearntFormat(model, "json_object")


def test_what_was_learnt_before_is_forgotten_and_what_is_learnt_now_is_told() -> None:
    known, model = Known(), Listing(["a"])
    test = ConnectionTest("groq", URL, lambda: model, pricing, UnstoredPayments("groq", pricing), formats=known)
    assert test.check(None, to_log).learnt == LearntFormat("a", "json_object")
    assert known.forgotten == ["a"]


def test_a_model_without_a_price_is_not_asked_under_a_budget_but_the_list_is_shown() -> None:
    def unpriced(_model: str, _connection: str) -> Any:
        return lambda *_tokens: None

    known, model = Known(), Listing(["a", "b"])
    budget = Budget(cast(Any, Closing()), lambda: RunError("Used up."))
    for name, advice in (("groq", "connect-model groq --price-in"), ("default", "Set PRICE_IN and PRICE_OUT")):
        payments = UnstoredPayments(name, unpriced, [budget])
        check = ConnectionTest(name, URL, lambda: model, unpriced, payments, formats=known).check("b", to_log)
        assert (check.models, check.model, check.usd) == (("a", "b"), None, None)
        assert check.not_asked is not None
        sentence = in_commands(check.not_asked)
        assert sentence.startswith("Model 'b' was not asked: its price is unknown")
        assert advice in sentence
        assert "--budget" not in sentence
    assert (model.requests, known.forgotten) == ([], []), "what was learnt is kept"


@pytest.mark.parametrize("limit", [MonthUsedUp("groq"), UsedUpError("Today's 5 USD are used up.")])
def test_when_a_limit_is_used_up_the_list_is_shown_and_nothing_is_asked(limit: PromptsError) -> None:
    class Full(Closing):
        async def take(self, *_: Any, **__: Any) -> float:
            raise OverBudget("Nothing is left.")

        def settle(self, *_: Any) -> None:
            pass

    model = Listing(["a", "b"])
    payments = UnstoredPayments("groq", pricing, [Budget(cast(Any, Full()), lambda: limit)])
    check = ConnectionTest("groq", URL, lambda: model, pricing, payments).check("b", to_log)
    assert (check.models, check.model, check.usd, check.not_asked) == (("a", "b"), None, None, limit.notice)
    assert (model.requests, model.closed) == ([], True)


class Closing:
    async def close(self) -> None:
        pass


LARGE = 2 * PICTURE_TOKENS / 1e6


def one_dollar(model: str, _connection: str) -> Any:
    return fixed_price(1.0, 1.0)(model)


class Garbled(RefusingServer):
    """Its replies are not chat completions."""

    def completion(self, model: str, reply: dict[str, Any]) -> Completion | None:
        return None


def found(server: RefusingServer, ledger: Ledger) -> dict[str, AbilityResult]:
    async def once() -> tuple[AbilityResult, ...]:
        budget = Budget(BudgetAllocation(ledger, 1, final=False), lambda: MonthUsedUp("groq"))
        payments = UnstoredPayments("groq", one_dollar, [budget])
        try:
            return await AbilityCheck(PaidAbilities(server, payments), "groq", "m", one_dollar).results()
        finally:
            await payments.close()

    return {result.name: result for result in asyncio.run(once())}


def test_each_answer_is_paid() -> None:
    server, ledger = RefusingServer("response_format"), Ledger(LARGE)
    abilities = found(server, ledger)
    assert abilities["pictures"].works
    refused = [body for body in server.bodies if "response_format" in body]
    assert len(ledger.paid) == len(server.bodies) - len(refused)
    assert {paid.connection for paid in ledger.paid} == {"groq"}
    assert ledger.kept == 0


def test_what_might_cost_too_much_is_not_asked() -> None:
    server, ledger = RefusingServer(), Ledger(2 * CAP / 1e6)
    abilities = found(server, ledger)
    assert abilities["pictures"] == AbilityResult("pictures", None, USED_UP)
    assert abilities["json_schema"].works is not None
    assert not any("image_url" in str(body) for body in server.bodies)
    server = RefusingServer()
    assert list(found(server, Ledger(0.0)).values()) == [AbilityResult("text", None, USED_UP)]
    assert server.bodies == []


def test_a_large_request_that_does_not_fit_keeps_no_small_one_back() -> None:
    """Pictures reserve far more than what comes behind them."""
    abilities = found(RefusingServer(), Ledger(PICTURE_TOKENS / 2 / 1e6))
    unasked = [name for name, result in abilities.items() if result.detail == USED_UP]
    assert set(unasked) == {"pictures", "PDF files"}


def test_a_reply_that_cannot_be_read_may_have_been_charged() -> None:
    ledger = Ledger(LARGE)
    found(Garbled(), ledger)
    assert ledger.paid == []
    assert (ledger.kept or 0) > CAP / 1e6
