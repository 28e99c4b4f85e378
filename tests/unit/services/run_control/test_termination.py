"""A run that stops for want of money is canceled, whosever money it was, and says what to do next."""

import asyncio
from dataclasses import replace

import pytest

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.chunks import ChunkStore
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.optimize.search import SearchOptions
from backend.domain.runs.run import Run
from backend.domain.runs.stop_reason import ABANDONED, BUDGET, LEFT_BATCH, StopKind
from backend.engine.budgets.budget_rules import MonthUsedUp, OverBudget
from backend.errors import ProviderError, RunError
from backend.interfaces.cli.render.notices import in_commands
from backend.services.run_control.termination import Canceled, LeftBatch, TakenOver, noted_end, notice_of

ALL = Subset("all")


def ended(store: Store, error: RunError | ProviderError, scope: Subset | SearchOptions = ALL) -> Run:
    record = RunStore(store)
    run = record.create(NewRun("mood@1", 7, scope, budget=1.0))
    with pytest.raises(type(error)) as raised, noted_end(record, run.id):
        raise error
    run = record.run(run.id)
    assert run.reason in (raised.value.notice.sentence, BUDGET.sentence), "what is stored is what happened"
    assert run.stop is StopKind.BUDGET or raised.value.notice.advice is notice_of(run).advice
    return run


def test_at_its_own_budget(store: Store) -> None:
    run = ended(store, OverBudget("No money."))
    assert (run.status, run.reason, run.stop) == ("canceled", *BUDGET)


def test_at_the_monthly_budget_of_a_connection(store: Store) -> None:
    run = ended(store, MonthUsedUp("groq"))
    assert (run.status, run.stop) == ("canceled", StopKind.MONTHLY_BUDGET)
    said = in_commands(notice_of(run))
    assert said.startswith("The monthly budget of connection 'groq' is used up")
    assert f"the answers are kept. `ls-prompts resume {run.id}` continues it next month (UTC), or after" in said
    assert said.endswith("--monthly-budget USD`.")
    search = ended(store, MonthUsedUp("groq"), SearchOptions("a-teacher"))
    assert "The same `ls-prompts enhance mood@1` continues it next month" in in_commands(notice_of(search))
    assert "ls-prompts" not in run.reason + str(notice_of(run)) + str(notice_of(search))


def test_while_a_batch_goes_on_at_the_provider(store: Store) -> None:
    run = ended(store, LeftBatch("1f3a9c04"))
    assert (run.status, run.reason, run.stop) == ("canceled", *LEFT_BATCH)
    assert in_commands(notice_of(run)).endswith(f"collects it, `ls-prompts cancel {run.id}` cancels it.")


def test_a_search_without_its_process_goes_on_with_its_own_command(store: Store) -> None:
    record = RunStore(store)
    search = record.create(NewRun("mood@1", 7, SearchOptions("a-teacher"), push=False))
    lost = replace(search, reason=ABANDONED.sentence, stop=ABANDONED.kind)
    assert in_commands(notice_of(lost)) == "Its process is gone. The same `ls-prompts enhance mood@1` continues it."


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
