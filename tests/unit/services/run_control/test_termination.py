"""A run that stops for want of money is canceled, whosever money it was, and says what to do next."""

import pytest

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.optimize.search import SearchOptions
from backend.domain.runs.run import Run
from backend.engine.budget_rules import REASON, OverBudget, is_month_used_up, month_used_up
from backend.errors import ProviderError, RunError
from backend.services.run_control.termination import noted_end

ALL = Subset("all")


def ended(store: Store, error: RunError | ProviderError, scope: Subset | SearchOptions = ALL) -> Run:
    record = RunStore(store)
    run = record.create(NewRun("mood@1", 7, scope, budget=1.0))
    with pytest.raises(type(error)) as raised, noted_end(record, run.id):
        raise error
    run = record.run(run.id)
    assert run.reason in (str(raised.value), REASON), "what is said is what is stored"
    return run


def test_at_its_own_budget(store: Store) -> None:
    run = ended(store, OverBudget("No money."))
    assert (run.status, run.reason, is_month_used_up(run)) == ("canceled", REASON, False)


def test_at_the_monthly_budget_of_a_connection(store: Store) -> None:
    run = ended(store, month_used_up("groq"))
    assert (run.status, is_month_used_up(run)) == ("canceled", True)
    assert "--monthly-budget" in run.reason
    assert run.reason.endswith(f"`ls-prompts resume {run.id}` continues it.")
    search = ended(store, month_used_up("groq"), SearchOptions("a-teacher"))
    assert search.reason.endswith("The same `ls-prompts enhance mood@1` continues it.")


def test_other_trouble_is_a_failure(store: Store) -> None:
    run = ended(store, ProviderError("It is away."))
    assert (run.status, run.reason, is_month_used_up(run)) == ("failed", "It is away.", False)
