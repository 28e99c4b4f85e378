"""Runs of one person within a month: what they may cost is reserved, what they did cost counts, others do not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.runs.run import Run
from backend.engine.budgets.personal_limit import PersonalLimit, short_month
from backend.errors import SettingsError
from tests.scripted import completion


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'record.sqlite3'}")
    yield opened
    opened.close()


def pricing(_model: str, _connection: str) -> Callable[[int, int, int], float]:
    return lambda prompt, cached, said: prompt / 100


def limit(store: Store, person: int = 7, month: str = "2611") -> PersonalLimit:
    return PersonalLimit(store, 1.0, pricing, person, lambda: month)


def started(store: Store, number: int) -> Callable[[float], Run]:
    return lambda budget: RunStore(store).create(NewRun(f"mood@{number}", 7, Subset("all"), budget=budget))


def test_runs_reserve_their_budget_and_then_count_as_what_they_cost(store: Store) -> None:
    mine = limit(store)
    first = mine.start_run(0.6, started(store, 1))
    assert first.budget == 0.6
    assert mine.left() == pytest.approx(0.4)
    second = mine.start_run(5.0, started(store, 2))
    assert second.budget == pytest.approx(0.4)
    assert mine.left() == pytest.approx(0)
    with pytest.raises(SettingsError, match="MONTHLY_BUDGET"):
        mine.start_run(0.1, started(store, 3))
    store.add_completions([completion(digest="a" * 64, prompt_tokens=10)], first.id)
    RunStore(store).finish(first.id, "completed", "")
    assert mine.left() == pytest.approx(0.5)
    assert mine.start_run(None, started(store, 3)).budget == pytest.approx(0.5)


def test_others_and_other_months_have_their_own(store: Store) -> None:
    limit(store).start_run(1.0, started(store, 1))
    assert limit(store, person=8).left() == 1.0
    assert limit(store, month="2612").left() == 1.0
    assert len(short_month()) == 4


def test_a_run_that_does_not_start_reserves_nothing(store: Store) -> None:
    def fails(budget: float) -> Run:
        raise SettingsError("no")

    with pytest.raises(SettingsError, match="no"):
        limit(store).start_run(0.5, fails)
    assert limit(store).left() == 1.0


def test_a_run_goes_on_only_within_what_is_left(store: Store) -> None:
    mine = limit(store)
    run = mine.start_run(0.2, started(store, 1))
    RunStore(store).finish(run.id, "canceled", "budget")
    mine.renew(run.id, 0.9)
    RunStore(store).reopen(run.id)
    assert mine.left() == pytest.approx(0.1)
    with pytest.raises(SettingsError, match="MONTHLY_BUDGET"):
        mine.renew(run.id, 1.2)
    with pytest.raises(SettingsError, match="budget"):
        mine.renew(run.id, None)


def test_a_run_of_last_month_reserves_what_is_left_of_its_budget(store: Store) -> None:
    before, now = limit(store), limit(store, month="2612")
    run = before.start_run(0.9, started(store, 1))
    store.add_completions([completion(digest="a" * 64, prompt_tokens=80)], run.id)
    RunStore(store).finish(run.id, "canceled", "It was canceled.")
    now.renew(run.id, 0.9)
    RunStore(store).reopen(run.id)
    assert now.left() == pytest.approx(0.9)
    RunStore(store).finish(run.id, "completed")
    assert now.left() == 1.0


def test_a_run_whose_process_was_killed_goes_on_within_its_own_reservation(store: Store) -> None:
    mine = limit(store)
    run = mine.start_run(0.7, started(store, 1))
    assert RunStore(store).claim(run.id, "host:1")
    mine.renew(run.id, 0.7)
    assert mine.left() == pytest.approx(0.3)
