"""Termination: why work on a run stopped, stored with the run."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from backend.adapters.database.runs.runs import RunStore
from backend.advice import Advice, Notice
from backend.domain.dataset.subset import Subset
from backend.domain.runs.run import FINAL, Run
from backend.domain.runs.stop_reason import ADVICE, BUDGET, INTERRUPTED, LEFT_BATCH, OF_SEARCHES, StopKind
from backend.engine.budgets.budget_rules import MonthUsedUp, OverBudget, stopped
from backend.engine.shutdown import Stopped
from backend.errors import PromptsError, RunError, where


class Canceled(RunError):
    """Somebody canceled the run while it was worked on; this is already stored."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"Run {run_id} was canceled; its answers are kept.", Advice.RESUME, run=run_id)


class TakenOver(Canceled):
    """Another process works on the run by now, because this one gave no sign of life for a while."""

    def __init__(self, run_id: str) -> None:
        sentence = "Another process took run {} over, because this one gave no sign of life; what it answered is kept:"
        RunError.__init__(self, sentence.format(run_id), Advice.WAIT, run=run_id)


class LeftBatch(RunError):
    """The user left a run whose batch continues at the provider."""

    def __init__(self, run_id: str) -> None:
        super().__init__(LEFT_BATCH.sentence, Advice.COLLECT_OR_CANCEL, run=run_id)


class Interrupted(RunError):
    """The process that worked on the run was told to end. `shared`: whether other workers continue."""

    def __init__(self, run_id: str, shared: bool) -> None:
        then = ", and another worker continues it" if shared else ""
        sentence = f"Run {run_id} was stopped; its answers are kept{then}."
        super().__init__(sentence, None if shared else Advice.RESUME, run=run_id)


@contextmanager
def noted_end(run_store: RunStore, run_id: str, shared: bool = False, worker: str | None = None) -> Iterator[None]:
    """Stores the run as failed or canceled if the work in it ends with an error, and raises the error.

    A run that is `shared` continues with other workers when this process ends: that is not stored. A cancelled event
    loop is raised as Canceled, because the heartbeat noticed it; Stopped is raised as Interrupted. Where `worker`, or
    one of those who share the run, lost its work to another process, nothing is stored, and TakenOver is raised.
    """
    finish = partial(run_store.finish, run_id, worker=worker)
    try:
        yield
    except (Canceled, asyncio.CancelledError) as error:
        raise _canceled(run_store, run_id, error) from None
    except OverBudget:
        finish("canceled", *BUDGET)
        raise stopped(run_store.run(run_id)) from None
    except LeftBatch:
        finish("canceled", *LEFT_BATCH)
        raise
    except MonthUsedUp as used_up:
        finish("canceled", used_up.notice.sentence, StopKind.MONTHLY_BUDGET)
        stopped_at = notice_of(run_store.run(run_id))
        raise MonthUsedUp(used_up.connection, stopped_at.advice, **stopped_at.details) from None
    except PromptsError as error:
        finish("failed", str(error))
        raise
    except Stopped:
        raise _left(run_store, run_id, shared, worker) from None
    except Exception as error:
        finish("failed", f"Something unexpected happened: {where(error)}")
        raise
    except BaseException:
        _left(run_store, run_id, shared, worker)
        raise


def _canceled(run_store: RunStore, run_id: str, error: BaseException) -> Canceled:
    """Why the heartbeat ended the work. A run that is not stored as canceled is another process' work, or was."""
    if isinstance(error, TakenOver):
        return error
    return Canceled(run_id) if run_store.run(run_id).status == "canceled" else TakenOver(run_id)


def notice_of(run: Run) -> Notice:
    """Why a run ended, or what it waits for, and how to go on with it."""
    advice = (ADVICE if isinstance(run.scope, Subset) else OF_SEARCHES).get(run.stop)
    return Notice(run.reason, advice, {"run": run.id, "tag": run.tag})


def _left(run_store: RunStore, run_id: str, shared: bool, worker: str | None) -> RunError:
    """Why this process works on the run no more, although it may not be at its end."""
    if run_store.run(run_id).status in FINAL:
        return Canceled(run_id)
    if not shared:
        run_store.finish(run_id, "canceled", *INTERRUPTED, worker=worker)
    return Interrupted(run_id, shared)
