"""A run that stops for want of money is canceled, whosever money it was, and says what to do next."""

import asyncio

import pytest

from backend.adapters.database.chunks import ChunkStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.optimize.search import SearchOptions
from backend.domain.runs.run import Run
from backend.domain.runs.stop_reason import BUDGET, StopKind
from backend.engine.budget_rules import MonthUsedUp, OverBudget
from backend.errors import ProviderError, RunError
from backend.services.run_control.termination import Canceled, TakenOver, noted_end

ALL = Subset("all")


def ended(store: Store, error: RunError | ProviderError, scope: Subset | SearchOptions = ALL) -> Run:
    record = RunStore(store)
    run = record.create(NewRun("mood@1", 7, scope, budget=1.0))
    with pytest.raises(type(error)) as raised, noted_end(record, run.id):
        raise error
    run = record.run(run.id)
    assert run.reason in (str(raised.value), BUDGET.sentence), "what is said is what is stored"
    return run


def test_at_its_own_budget(store: Store) -> None:
    run = ended(store, OverBudget("No money."))
    assert (run.status, run.reason, run.stop) == ("canceled", *BUDGET)


def test_at_the_monthly_budget_of_a_connection(store: Store) -> None:
    run = ended(store, MonthUsedUp("groq"))
    assert (run.status, run.stop) == ("canceled", StopKind.MONTHLY_BUDGET)
    assert "--monthly-budget" in run.reason
    assert run.reason.endswith(f"`ls-prompts resume {run.id}` continues it.")
    search = ended(store, MonthUsedUp("groq"), SearchOptions("a-teacher"))
    assert search.reason.endswith("The same `ls-prompts enhance mood@1` continues it.")


def test_other_trouble_is_a_failure(store: Store) -> None:
    run = ended(store, ProviderError("It is away."))
    assert (run.status, run.reason, run.stop) == ("failed", "It is away.", StopKind.OTHER)


@pytest.mark.parametrize("error", [asyncio.CancelledError(), Canceled("x")], ids=repr)
def test_who_lost_a_run_says_so(store: Store, error: BaseException) -> None:
    record = RunStore(store)
    run = record.create(NewRun("mood@1", 7, ALL))
    record.claim(run.id, "b:1")
    with pytest.raises(TakenOver, match=f"took run {run.id} over"), noted_end(record, run.id, worker="a:1"):
        raise error
    with pytest.raises(ProviderError), noted_end(record, run.id, worker="a:1"):
        raise ProviderError("It is away.")
    assert record.run(run.id).status == "in_progress"
    record.cancel(run.id)
    with pytest.raises(Canceled, match="was canceled"), noted_end(record, run.id, worker="b:1"):
        raise error


@pytest.mark.parametrize("error", [asyncio.CancelledError(), Canceled("x"), TakenOver("x")], ids=repr)
def test_who_lost_a_run_that_another_process_completed_does_not_call_it_canceled(
    store: Store, error: BaseException
) -> None:
    record = RunStore(store)
    run = record.create(NewRun("mood@1", 7, ALL))
    record.claim(run.id, "b:1")
    record.complete(run.id, "b:1")
    with pytest.raises(TakenOver), noted_end(record, run.id, worker="a:1"):
        raise error
    assert record.run(run.id).status == "completed"


def test_who_lost_a_run_that_was_canceled_later_says_that_it_lost_it(store: Store) -> None:
    record = RunStore(store)
    run = record.create(NewRun("mood@1", 7, ALL))
    record.claim(run.id, "b:1")
    record.cancel(run.id)
    with pytest.raises(TakenOver), noted_end(record, run.id, worker="a:1"):
        raise TakenOver(run.id)


def test_one_of_many_workers_who_lost_its_chunk_says_so(store: Store) -> None:
    record = RunStore(store)
    run = record.create(NewRun("mood@1", 7, ALL))
    ChunkStore(store).open(run.id)
    with pytest.raises(TakenOver, match=f"took run {run.id} over"), noted_end(record, run.id, shared=True):
        raise Canceled(run.id)
    assert record.run(run.id).status == "pending"
