"""What is asked for without being stored is reserved and noted, in every budget that it counts in."""

import asyncio
from dataclasses import replace

import pytest

from backend.domain.chat.request import Completion
from backend.domain.outcome import Failure
from backend.engine.budgets.budget_allocation import BudgetAllocation
from backend.engine.budgets.unstored_payments import Budget, UnstoredPayments
from backend.errors import ProviderError, RunError, SettingsError
from tests.ledger import Ledger
from tests.scripted import completion, run

Reply = Completion | Failure | BaseException
PAID = replace(completion(), model="m", connection="groq")


def asked(reply: Reply, *ledgers: Ledger, price: float | None = 0.1) -> tuple[int, list[Completion]]:
    """How often the model was asked, and what was noted beside the budgets."""
    sent: list[int] = []
    noted: list[Completion] = []

    async def send() -> Completion | Failure:
        sent.append(1)
        if isinstance(reply, BaseException):
            raise reply
        return reply

    async def once() -> None:
        budgets = [
            Budget(BudgetAllocation(ledger, 1, final=False), lambda number=number: RunError(f"{number} is used up"))  # type: ignore[misc]
            for number, ledger in enumerate(ledgers)
        ]
        payments = UnstoredPayments("groq", lambda *_: lambda prompt, cached, said: price, budgets, noted.append)
        try:
            await payments.paid("m", (10, 5), send, lambda reply: reply)
        finally:
            await payments.close()

    run(once())
    return len(sent), noted


def test_what_was_answered_is_paid_in_every_budget_and_noted() -> None:
    day, month = Ledger(1), Ledger(1, whole=9.0)
    assert asked(completion(), day, month) == (1, [PAID])
    assert (day.paid, month.paid) == ([PAID], [PAID])
    assert (day.kept, month.kept) == (0, 0)
    assert asked(completion(), price=None) == (1, [PAID]), "without a budget no price is needed"


def test_nothing_is_sent_that_one_budget_has_no_room_for() -> None:
    day, month = Ledger(1), Ledger(0.01, whole=9.0)
    with pytest.raises(RunError, match="1 is used up"):
        asked(ProviderError("not asked"), day, month)
    assert (day.paid, day.kept) == ([], 0)
    with pytest.raises(SettingsError, match="price of model 'm' is unknown"):
        asked(completion(), day, price=None)


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        (Failure("bad_request", "no", unbilled=True), 0),
        (Failure("timeout", "late"), 0.1),
        (completion(prompt_tokens=0, completion_tokens=0), 0.1),
    ],
)
def test_what_may_have_been_charged_stays_reserved(reply: Reply, kept: float) -> None:
    ledger = Ledger(1)
    asked(reply, ledger)
    assert ledger.kept == pytest.approx(kept, rel=1e-3)


@pytest.mark.parametrize(("error", "kept"), [(ProviderError("gone"), 0), (asyncio.CancelledError(), 0.1)])
def test_so_it_is_when_asking_ends_in_an_error(error: BaseException, kept: float) -> None:
    ledger = Ledger(1)
    with pytest.raises(type(error)):
        asked(error, ledger)
    assert ledger.kept == pytest.approx(kept, rel=1e-3)
