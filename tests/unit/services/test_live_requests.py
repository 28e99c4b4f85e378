"""At midnight the server goes over to new executors, while calls still use the old ones."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from backend.adapters.database.budgets.connection_ledger import ConnectionLedger
from backend.adapters.database.prompts import Store
from backend.domain.chat.request import ChatRequest
from backend.domain.task import Task
from backend.engine.budgets.budget_allocation import BudgetAllocation
from backend.engine.budgets.connection_budgets import ConnectionBudgets
from backend.engine.budgets.daily_limit import DailyLimit
from backend.engine.collected_outcomes import CollectedOutcomes
from backend.engine.failure_handling import FailureHandling
from backend.engine.request_executor import RequestExecutor
from backend.engine.stored_model import StoredModel
from backend.services import live_requests as module
from backend.services.live_requests import Labelled, Live
from tests.scripted import GOOD, ScriptedModel, builder, completion, run, tasks

pytestmark = pytest.mark.filterwarnings("error")
SLOTS = 2


def pricing(*_: str) -> Any:
    return lambda *_: 0.001


class Days:
    """A server whose models answer one request after the other; the day is what the test says."""

    def __init__(self, store: Store) -> None:
        self.day, self.models = "2026-11-30", list[ScriptedModel]()
        self.budgets: dict[str, float | None] = {}
        self.store, self.go_on = store, asyncio.Event()
        self.live = Live(self._executor, store, pricing, DailyLimit(store, 5.0, pricing, lambda: self.day))

    def _executor(self, connection: str) -> RequestExecutor:
        model = ScriptedModel()
        model.hold = self.go_on
        self.models.append(model)
        recorded = StoredModel(model, self.store.add_completions)
        return RequestExecutor(recorded, SLOTS, failures=FailureHandling(0, 30))

    def label(self, number: int, first: int = 1, deadline_s: float = 10) -> "asyncio.Task[Labelled]":
        collected = CollectedOutcomes(lambda digests: None)
        call = self.live._label(builder(), tasks(number, first), deadline_s, collected, self.budgets)
        return asyncio.create_task(call)

    async def closed(self) -> None:
        await asyncio.gather(*self.live._closing)


def test_a_call_that_began_before_midnight_gets_all_its_answers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.engine.first_answer.WARM_UP_S", 0)

    async def main() -> None:
        days = Days(store)
        before = days.label(20)
        await _made(days, 1)
        await days.models[0].arrived(SLOTS)
        days.day = "2026-12-01"
        after = days.label(1, first=100)
        await _made(days, 2)
        await days.models[1].arrived(1)
        assert not days.models[0].closed
        days.go_on.set()
        labelled = await before
        assert [outcome.verdict for outcome in labelled.outcomes.values() if outcome.answer is None] == []
        assert len(labelled.outcomes) == len(days.models[0].requests) == 20
        assert len((await after).outcomes) == 1
        await days.closed()
        assert [model.closed for model in days.models] == [True, False]
        await days.live._close(1.0)
        assert days.models[1].closed

    run(main())


def test_an_answer_that_outlives_its_call_and_its_day_is_stored(store: Store) -> None:
    async def main() -> None:
        days = Days(store)
        before = days.label(1, deadline_s=0.5)
        await _made(days, 1)
        await days.models[0].arrived(1)
        assert (await before).late
        days.day = "2026-12-01"
        days.live._current({}, [])
        ending = asyncio.create_task(days.live._close(10.0))
        await asyncio.sleep(0)
        assert not days.models[0].closed
        days.go_on.set()
        await ending
        assert days.models[0].closed
        (asked,) = days.models[0].requests
        assert list(store.completions([asked.digest])) == [asked.digest]

    run(main())


def test_the_end_of_the_server_waits_no_longer_than_it_may(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        days = Days(store)
        call = days.label(1)
        await _made(days, 1)
        days.day = "2026-12-01"
        days.live._current({}, [])
        await days.live._close(0.01)
        assert not days.models[0].closed, "the call still uses it"
        days.go_on.set()
        await call
        await days.closed()

    monkeypatch.setattr(module, "OLD_S", 5.0)
    run(main())


def test_what_is_in_flight_after_the_deadline_is_named_until_it_is_stored(store: Store) -> None:
    async def main() -> None:
        days = Days(store)
        call = days.label(3, deadline_s=0.5)
        await _made(days, 1)
        await days.models[0].arrived(1)
        labelled = await call
        assert labelled.late
        planned = builder().requests(tasks(3))
        requests_of = {task: [ask.digest] for task, ask in planned if isinstance(ask, ChatRequest)}
        labelled = replace(labelled, requests_of=requests_of)
        assert labelled.under_way() == {1}, "the others wait for the first answer"
        days.go_on.set()
        await days.live._close(10.0)
        assert labelled.under_way() == set()

    run(main())


async def _made(days: Days, number: int) -> None:
    while len(days.models) < number:
        await asyncio.sleep(0.001)


class Months:
    """A server whose connection has a monthly budget, kept in the real ledger; the month is what the test says."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.month, self.budgets = store, "2026-11", {"groq": 1.0}
        monkeypatch.setattr("backend.adapters.database.completions.this_month", lambda: self.month)
        self.live = Live(self._executor, store, self._pricing, budgets=lambda: dict(self.budgets))

    def _pricing(self, *_: str) -> Any:
        return lambda prompt, cached, said: 0.3 + prompt / 1e6

    def _executor(self, connection: str) -> RequestExecutor:
        model = ScriptedModel(lambda asked, attempt: completion(GOOD, asked.digest, attempt, connection="groq"))
        ledger = ConnectionLedger(self.store, "groq", self.budgets["groq"], self._pricing, lambda: self.month)
        allocations = {"groq": BudgetAllocation(ledger, 1, final=False)}
        budgeted = ConnectionBudgets(model, self.store.add_completions, allocations, self._pricing)
        return RequestExecutor(budgeted, 1, failures=FailureHandling(0, 0))

    def answers(self, number: int, first: int, text: str = "") -> tuple[int, str]:
        asked = [Task(1, {"text": text})] if text else tasks(number, first)
        labelled = self.live.label(builder(connection="groq"), asked, 10, 7)
        return sum(outcome.answer is not None for outcome in labelled.outcomes.values()), str(labelled.trouble or "")


def test_a_month_that_was_used_up_ends(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    months = Months(store, monkeypatch)
    assert months.answers(3, 1)[0] == 3
    assert "monthly budget of connection 'groq' is used up" in months.answers(1, 10)[1]
    months.month = "2026-12"
    assert months.answers(1, 20) == (1, "")


def test_a_running_server_takes_a_budget_that_is_raised_or_lowered(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = Months(store, monkeypatch)
    assert months.answers(4, 1)[1]
    months.budgets["groq"] = 2.0
    assert months.answers(1, 10) == (1, "")
    months.budgets["groq"] = 1.3
    assert months.answers(1, 20)[1]


def test_a_text_that_exceeds_the_whole_budget_stops_no_other(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    months = Months(store, monkeypatch)
    answered, trouble = months.answers(1, 0, "x" * 900_000)
    assert answered == 0
    assert "monthly budget of connection 'groq' is used up" in trouble
    assert months.answers(2, 1) == (2, "")


@pytest.mark.parametrize("change", [{"another": None}, {"another": 5.0}, {}], ids=repr)
def test_a_change_of_another_connection_asks_nothing_again(store: Store, change: dict[str, float | None]) -> None:
    async def main() -> None:
        days = Days(store)
        days.budgets = {"default": 3.0, "third": 1.0}
        late = days.label(1, deadline_s=0.5)
        await _made(days, 1)
        await days.models[0].arrived(1)
        assert (await late).late
        days.budgets = {"default": 3.0, **change}
        again = days.label(1)
        await asyncio.sleep(0)
        days.go_on.set()
        assert len((await again).outcomes) == 1
        assert [len(model.requests) for model in days.models] == [1]
        await days.live._close(1.0)

    run(main())


def test_a_changed_budget_makes_new_executors_for_its_connection(store: Store) -> None:
    async def main() -> None:
        days = Days(store)
        days.go_on.set()
        for budget, first in ((3.0, 1), (3.0, 2), (4.0, 3)):
            days.budgets = {"default": budget}
            assert len((await days.label(1, first)).outcomes) == 1
        await days.closed()
        assert [model.closed for model in days.models] == [True, False]
        await days.live._close(1.0)

    run(main())
