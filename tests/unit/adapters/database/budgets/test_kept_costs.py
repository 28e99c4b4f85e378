"""What was paid within a limit that is not over counts on, whatever is deleted."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from backend.adapters.database.budgets.connection_ledger import ConnectionLedger
from backend.adapters.database.budgets.period_ledger import PeriodLedger
from backend.adapters.database.completions import this_month
from backend.adapters.database.projects.project_data import ForgetStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.pruning import PruneStore
from backend.adapters.database.runs.run_tasks import RunTask
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.adapters.database.tables import completions, payments
from backend.domain.dataset.subset import Subset
from backend.domain.runs.pruning import PruneChoice
from backend.engine.budgets.daily_limit import today
from backend.engine.budgets.personal_limit import short_month
from tests.scripted import completion, version

PROJECT, OTHER = 7, 8
A, B, C, D = (letter * 64 for letter in "abcd")
ALL = PruneChoice("9999")


def pricing(_model: str, _connection: str) -> Callable[[int, int, int], float]:
    return lambda prompt, cached, said: prompt / 100


@dataclass
class PaidLimits:
    store: Store

    def __post_init__(self) -> None:
        self.day = PeriodLedger(self.store, today(), 1.0, pricing)
        self.month = PeriodLedger(self.store, f"{short_month()}:7", 1.0, pricing)
        self.connection = ConnectionLedger(self.store, "groq", 1.0, pricing)

    def run(self, *digests: str, ledger: PeriodLedger | None = None) -> str:
        """A run that paid for these, 0.2 USD for each, and has ended."""
        runs = RunStore(self.store)
        run = runs.create(NewRun("mood@1", PROJECT, Subset("all"), budget=0.9))
        if ledger is not None:
            ledger.hold("token", 0.9, 0.9)
            ledger.transfer("token", run.id, run.budget)
        answers = [completion(digest=digest, prompt_tokens=20, connection="groq") for digest in digests]
        self.store.add_completions(answers, run.id)
        runs.run_tasks.note(run.id, [RunTask(number, digest) for number, digest in enumerate(digests)])
        runs.finish(run.id, "completed")
        return run.id

    def left(self) -> list[float]:
        """Of the day, of the person's month, and spent of the connection's."""
        return [round(usd, 6) for usd in (self.day.left(), self.month.left(), self.connection.spent())]

    def rows(self, table: sa.Table) -> int:
        with self.store.engine.connect() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())

    def delete(self, how: str) -> None:
        if how == "prune":
            PruneStore(self.store).prune(ALL)
        else:
            if how == "delete and forget":
                self.store.delete("mood")
            ForgetStore(self.store).forget(PROJECT)


@pytest.fixture
def limits(store: Store) -> PaidLimits:
    store.save(version())
    return PaidLimits(store)


@pytest.mark.parametrize("how", ["prune", "forget", "delete and forget"])
def test_runs_count_on_after_their_answers_are_deleted(limits: PaidLimits, how: str) -> None:
    limits.run(A, ledger=limits.day)
    limits.run(B, C, ledger=limits.month)
    limits.run(D)
    assert limits.left() == [0.8, 0.6, 0.8]
    for _ in range(2):  # it can be repeated
        limits.delete(how)
        assert limits.rows(completions) == 0
        assert limits.left() == [0.8, 0.6, 0.8]


@pytest.mark.parametrize("how", ["prune", "forget"])
def test_a_run_counts_on_whose_answers_stay_for_another_project(limits: PaidLimits, how: str) -> None:
    limits.run(A, B, ledger=limits.day)
    runs = RunStore(limits.store)
    limits.store.save(version(name="other", project=OTHER))
    theirs = runs.create(NewRun("other@1", OTHER, Subset("all")))
    runs.run_tasks.note(theirs.id, [RunTask(1, B)])
    before = limits.left()
    limits.delete(how)
    assert limits.rows(completions) == 1
    assert limits.left() == before == [0.6, 1.0, 0.4]


def test_what_annotators_asked_today_counts_on(limits: PaidLimits) -> None:
    limits.store.add_completions([completion(digest=A, prompt_tokens=30)], limits.day.payer, PROJECT)
    assert limits.left() == [0.7, 1.0, 0]
    limits.delete("forget")
    assert (limits.rows(completions), limits.left()) == (0, [0.7, 1.0, 0])


def test_what_no_limit_counts_leaves_nothing(limits: PaidLimits) -> None:
    runs = RunStore(limits.store)
    run = runs.create(NewRun("mood@1", PROJECT, Subset("all")))
    limits.store.add_completions([completion(digest=A, prompt_tokens=20)], run.id)
    limits.store.add_completions([completion(digest=B, prompt_tokens=20)], "day:2020-01-01", PROJECT)
    old = {"connection": "groq", "model": "m", "prompt_tokens": 1, "cached_tokens": 0, "completion_tokens": 1}
    with limits.store.engine.begin() as connection:
        connection.execute(payments.insert().values(run_id="month:2020-01", month="2020-01", **old))
        connection.execute(payments.insert().values(run_id=f"month:{this_month()}", month=this_month(), **old))
    runs.finish(run.id, "completed")
    limits.delete("forget")
    assert (limits.rows(completions), limits.rows(payments)) == (0, 1)
