"""The ledger of a day: what the server asked is counted, runs it started count whole until they have ended."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from backend.adapters.database.budgets.budget_ledger import BudgetLedger
from backend.adapters.database.budgets.period_ledger import START_S, PeriodLedger
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from tests.scripted import completion, version

DAY, A, B = "2026-11-28", "a" * 64, "b" * 64


def pricing(_model: str, _connection: str) -> Callable[[int, int, int], float]:
    return lambda prompt, cached, said: prompt / 100


@pytest.fixture
def budget_ledger(store: Store) -> PeriodLedger:
    return PeriodLedger(store, DAY, 1.0, pricing)


def test_a_day_has_what_is_neither_spent_nor_set_aside(store: Store, budget_ledger: PeriodLedger) -> None:
    store.add_completions([completion(digest=A, prompt_tokens=20)], budget_ledger.payer)
    store.add_completions([completion(digest=B, prompt_tokens=70)], "day:2026-11-27")
    assert budget_ledger.hold("one", 0.1, 0.5) == 0.5
    assert budget_ledger.left() == pytest.approx(0.3)
    assert budget_ledger.hold("two", 0.4, 0.4) is None
    assert budget_ledger.hold("two", 0.1, 0.4) == pytest.approx(0.3)
    budget_ledger.keep("one", 0.0)
    assert budget_ledger.left() == pytest.approx(0.5)
    assert PeriodLedger(store, "2026-11-29", 1.0, pricing).left() == 1.0


def test_a_run_counts_whole_until_it_has_ended_and_then_as_what_it_took(
    store: Store, budget_ledger: PeriodLedger
) -> None:
    runs = RunStore(store)
    run = runs.create(NewRun("mood@1", 7, Subset("all"), budget=0.6))
    assert budget_ledger.hold("token", 0.6, 0.6) == 0.6
    budget_ledger.transfer("token", run.id)
    store.add_completions([completion(digest=A, prompt_tokens=10)], run.id)
    assert budget_ledger.left() == pytest.approx(0.4)
    BudgetLedger(store, run.id, pricing).hold("its process", 0.1, 0.1)
    runs.finish(run.id, "canceled", "budget")
    assert budget_ledger.left() == pytest.approx(0.8), "what its last requests may have cost stays aside"


def test_a_run_that_goes_on_counts_as_what_it_took_before_and_its_new_share(
    store: Store, budget_ledger: PeriodLedger
) -> None:
    runs = RunStore(store)
    run = runs.create(NewRun("mood@1", 7, Subset("all"), budget=0.5))
    budget_ledger.hold("first", 0.5, 0.5)
    budget_ledger.transfer("first", run.id)
    store.add_completions([completion(digest=A, prompt_tokens=10)], run.id)
    runs.finish(run.id, "canceled", "It was canceled.")
    budget_ledger.hold("second", 0.4, 0.4)
    runs.reopen(run.id)
    budget_ledger.transfer("second", run.id)
    assert budget_ledger.left() == pytest.approx(0.5), "0.1 that it took, and 0.4"
    store.add_completions([completion(digest=B, prompt_tokens=20)], run.id)
    runs.finish(run.id, "completed")
    assert budget_ledger.left() == pytest.approx(0.7)


def test_a_run_that_goes_on_another_day_counts_there_as_what_it_took_since(
    store: Store, budget_ledger: PeriodLedger
) -> None:
    runs, tomorrow = RunStore(store), PeriodLedger(store, "2026-11-29", 2.0, pricing)
    run = runs.create(NewRun("mood@1", 7, Subset("all"), budget=1.0))
    budget_ledger.hold("first", 1.0, 1.0)
    budget_ledger.transfer("first", run.id, 1.0)
    store.add_completions([completion(digest=A, prompt_tokens=90)], run.id)
    runs.finish(run.id, "canceled", "It was canceled.")
    assert tomorrow.hold("second", 1.0, 1.0) == 1.0
    runs.reopen(run.id)
    tomorrow.transfer("second", run.id, 1.9)
    assert tomorrow.left() == pytest.approx(1.0)
    runs.finish(run.id, "canceled", "Nothing was asked.")
    assert tomorrow.left() == 2.0
    tomorrow.hold("third", 1.0, 1.0)
    tomorrow.transfer("third", run.id, 1.9)
    store.add_completions([completion(digest=B, prompt_tokens=30)], run.id)
    assert tomorrow.left() == pytest.approx(1.7)


def test_a_run_reserves_no_more_than_it_may_still_cost(store: Store) -> None:
    month, runs = PeriodLedger(store, "2611:7", 10.0, pricing), RunStore(store)
    run = runs.create(NewRun("mood@1", 7, Subset("all"), budget=5.0))
    month.hold("first", 5.0, 5.0)
    month.transfer("first", run.id, 5.0)
    store.add_completions([completion(digest=A, prompt_tokens=400)], run.id)
    runs.finish(run.id, "canceled", "It was canceled.")
    month.hold("second", 5.0, 5.0)
    runs.reopen(run.id)
    month.transfer("second", run.id, 5.0)
    assert month.left() == pytest.approx(5.0), "4 that it took, and 1"


def test_a_deleted_run_counts_as_what_it_took(store: Store, budget_ledger: PeriodLedger) -> None:
    store.save(version())
    run = RunStore(store).create(NewRun("mood@1", 7, Subset("all"), budget=0.9))
    budget_ledger.hold("0123456789abcdef", 0.9, 0.9)
    assert budget_ledger.left() == pytest.approx(0.1)
    budget_ledger.transfer("0123456789abcdef", run.id)
    store.add_completions([completion(digest=A, prompt_tokens=10)], run.id)
    RunStore(store).finish(run.id, "completed")
    assert budget_ledger.left() == pytest.approx(0.9)
    store.delete("mood")
    assert budget_ledger.left() == pytest.approx(0.9)


def only_some_model(model: str, _connection: str) -> Callable[[int, int, int], float | None]:
    return lambda prompt, cached, said: prompt / 100 if model == "some-model" else None


def test_an_answer_under_another_name_counts_as_one_of_the_models_that_are_asked(store: Store) -> None:
    day = PeriodLedger(store, DAY, 1.0, only_some_model)
    run = RunStore(store).create(NewRun("mood@1", 7, Subset("all"), budget=0.6))
    day.hold("token", 0.6, 0.6)
    day.transfer("token", run.id)
    other = replace(completion(prompt_tokens=20), model="some-model-2026-05-01")
    store.add_completions([replace(other, digest=A)], day.payer)
    store.add_completions([replace(other, digest=B)], run.id)
    RunStore(store).finish(run.id, "completed")
    store.save(version())  # after the ledger was opened: a server lives long
    assert day.left() == pytest.approx(0.6)


def test_many_at_once_never_hold_more_than_there_is(store: Store, budget_ledger: PeriodLedger) -> None:
    def take(number: int) -> float | None:
        return PeriodLedger(store, DAY, 1.0, pricing).hold(f"process {number}", 0.3, 0.3)

    with ThreadPoolExecutor(8) as pool:
        held = [usd for usd in pool.map(take, range(8)) if usd is not None]
    assert len(held) == 3
    assert budget_ledger.left() == pytest.approx(0.1)


def test_what_is_reserved_for_a_start_is_free_when_nobody_renews_it(
    store: Store, budget_ledger: PeriodLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_800_000_000.0]
    monkeypatch.setattr(store, "clock", lambda: sa.literal(now[0], sa.Double))
    assert budget_ledger.hold_start("one", 0.9)
    assert not budget_ledger.hold_start("two", 0.9)
    now[0] += 0.9 * START_S
    budget_ledger.renew("one")
    now[0] += 0.9 * START_S
    assert budget_ledger.left() == pytest.approx(0.1)
    now[0] += 0.2 * START_S
    assert budget_ledger.left() == pytest.approx(1.0), "its process was killed"
    assert budget_ledger.hold_start("two", 0.9)
    run = RunStore(store).create(NewRun("mood@1", 7, Subset("all"), budget=0.9))
    budget_ledger.transfer("two", run.id, 0.9)
    now[0] += 9 * START_S
    assert budget_ledger.left() == pytest.approx(0.1), "that of a run stays"


def test_a_reservation_takes_no_longer_after_many_runs(store: Store, budget_ledger: PeriodLedger) -> None:
    record, statements = RunStore(store), list[str]()
    for number in range(30):
        run = record.create(NewRun(f"mood@{number}", 7, Subset("all"), budget=0.01))
        assert budget_ledger.hold_start("start", 0.01)
        budget_ledger.transfer("start", run.id, 0.01)
        store.add_completions([completion(digest=f"{number:064x}", prompt_tokens=1)], run.id)
        BudgetLedger(store, run.id, pricing).keep("lost", 0.02)
        record.finish(run.id, "completed")
    sa.event.listen(store.engine, "before_cursor_execute", lambda *event: statements.append(event[2]))
    assert budget_ledger.left() == pytest.approx(1.0 - 30 * 0.01)
    assert len(statements) < 20


def test_a_run_whose_process_was_killed_reserves_its_rest_once(store: Store, budget_ledger: PeriodLedger) -> None:
    run = RunStore(store).create(NewRun("mood@1", 7, Subset("all"), budget=0.7))
    assert budget_ledger.hold_start("start", 0.7)
    budget_ledger.transfer("start", run.id, 0.7)
    assert RunStore(store).claim(run.id, "host:1")
    store.add_completions([completion(digest=A, prompt_tokens=10)], run.id)
    assert budget_ledger.reserve_rest(run.id, 0.7)
    assert budget_ledger.left() == pytest.approx(0.3), "0.1 that it took, and 0.6"
    assert not budget_ledger.reserve_rest(run.id, 1.2)
    assert budget_ledger.left() == pytest.approx(0.3)
    assert budget_ledger.reserve_rest(run.id, 1.0)
    assert budget_ledger.left() == pytest.approx(0.0)
    RunStore(store).finish(run.id, "completed")
    assert budget_ledger.left() == pytest.approx(0.9)
