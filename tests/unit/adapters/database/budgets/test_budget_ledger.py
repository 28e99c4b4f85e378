"""The ledger: what is spent is what is stored, and no two holders get the same money."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from backend.adapters.database.budgets.budget_ledger import BudgetLedger
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.resolution.pricing import priced_as
from backend.domain.runs.run import Run
from tests.scripted import completion

A, B, C = "a" * 64, "b" * 64, "c" * 64


def pricing(model: str, _connection: str) -> Callable[[int, int, int], float | None]:
    return (lambda *_: None) if model == "unknown" else (lambda prompt, cached, said: prompt / 100)


@pytest.fixture
def run(store: Store) -> Run:
    runs = RunStore(store)
    return runs.run(runs.create(NewRun("mood@1", 7, Subset("all"), budget=1.0)).id)


@pytest.fixture
def budget_ledger(store: Store, run: Run) -> BudgetLedger:
    return BudgetLedger(store, run.id, pricing)


def test_what_is_spent_is_what_this_run_asked_for(store: Store, run: Run, budget_ledger: BudgetLedger) -> None:
    assert (run.budget, budget_ledger.spent()) == (1.0, 0.0)
    store.add_completions([completion(digest=A)])
    store.add_completions([completion(digest=A), completion(digest=B), completion(digest=B, attempt=1)], run.id)
    store.add_completions([completion(digest=C)], "another")
    assert budget_ledger.spent() == pytest.approx(0.2), "A was there before"
    assert store.completions([B])[B] == [completion(digest=B), completion(digest=B, attempt=1)]


def test_a_hold_takes_the_place_of_the_one_before_and_leaves_room_for_others(
    store: Store, run: Run, budget_ledger: BudgetLedger
) -> None:
    assert budget_ledger.hold("one", 0.1, 0.4) == 0.4
    assert budget_ledger.hold("two", 0.1, 0.9) == pytest.approx(0.6)
    assert budget_ledger.hold("three", 0.1, 0.1) is None
    assert budget_ledger.hold("one", 0.1, 0.2) == 0.2
    assert budget_ledger.hold("three", 0.1, 0.5) == pytest.approx(0.2)
    budget_ledger.keep("two", 0.0)
    store.add_completions([completion(digest=A, prompt_tokens=50)], run.id)
    assert budget_ledger.hold("three", 0.1, 0.5) == pytest.approx(0.3)


def test_a_larger_budget_counts_at_once(store: Store, run: Run, budget_ledger: BudgetLedger) -> None:
    assert budget_ledger.hold("one", 2.0, 3.0) is None
    RunStore(store).limit(run.id, 10.0)
    assert budget_ledger.hold("one", 2.0, 3.0) == 3.0


def test_a_run_without_a_budget_has_room_for_everything(store: Store) -> None:
    made = RunStore(store).create(NewRun("mood@1", 7, Subset("all")))
    assert BudgetLedger(store, made.id, pricing).hold("one", 1e9, 1e9) == 1e9


def test_holds_of_another_run_take_no_room(store: Store, run: Run, budget_ledger: BudgetLedger) -> None:
    other = RunStore(store).create(NewRun("mood@1", 7, Subset("all")))
    BudgetLedger(store, other.id, pricing).hold("one", 0.9, 0.9)
    assert budget_ledger.hold("two", 1.0, 1.0) == 1.0


def test_many_at_once_get_no_more_than_there_is(budget_ledger: BudgetLedger) -> None:
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda number: budget_ledger.hold(f"holder {number}", 0.1, 0.3), range(12)))
    assert sum(usd for usd in got if usd is not None) == pytest.approx(1.0)
    assert got.count(None) >= 2


def test_a_model_without_a_price_costs_what_the_one_that_was_asked_does(store: Store, run: Run) -> None:
    store.add_completions([replace(completion(digest=A), model="unknown")], run.id)
    assert BudgetLedger(store, run.id, priced_as(pricing, "known")).spent() == pytest.approx(0.1)


def test_an_answer_that_a_budget_cut_short_is_paid_for_and_answers_nothing(
    store: Store, run: Run, budget_ledger: BudgetLedger
) -> None:
    for _ in range(2):  # each is paid for
        budget_ledger.pay(completion(digest=A, prompt_tokens=30))
    assert store.completions([A]) == {}
    assert budget_ledger.spent() == pytest.approx(0.6)
    assert budget_ledger.hold("one", 0.5, 0.5) is None
    assert RunStore(store).run_tasks.counts(run, pricing).spent_usd == pytest.approx(0.6)


def test_what_each_run_paid_is_read_in_one_look_as_it_is_counted_for_one(store: Store, run: Run) -> None:
    runs = RunStore(store)
    other, idle = (runs.create(NewRun(tag, 7, Subset("all"))) for tag in ("mood@2", "mood@1"))
    store.add_completions([completion(digest=A), completion(digest=B)], run.id)
    store.add_completions([completion(digest=C)], other.id)
    spent = runs.spent(["mood@1"], pricing)
    counted = runs.run_tasks.counts(run, pricing).spent_usd
    assert counted is not None
    assert spent == {run.id: pytest.approx(counted)}
    assert idle.id not in spent
    assert set(runs.spent(["mood@1", "mood@2"], pricing)) == {run.id, other.id}
    assert runs.spent(["mood@1"], lambda *_: lambda *_: None) == {run.id: None}
