"""Ownership: which process works on a run, and what other processes may do with the run meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from backend.adapters.database.runs.runs import RunStore
from backend.adapters.processes import is_running, this_process
from backend.advice import Advice
from backend.domain.dataset.subset import Subset
from backend.domain.runs.run import ALIVE_S, Run, is_lost
from backend.errors import RunError
from backend.logs import about
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.termination import noted_end


class BackgroundWorkers(Protocol):
    """Workers on background runs."""

    def give(self, run_id: str) -> None:
        """Returns at once; a worker will call `App.work` with it."""


@contextmanager
def owning(run_store: RunStore, run: Run) -> Iterator[Heartbeat]:
    """While it is entered, this process works on the run, and says so every second; why it ends is noted.

    Raises RunError when it is not free, and what `noted_end` makes of what ends the work.
    """
    me = this_process()
    if not run_store.claim(run.id, me, is_running):
        raise _not_free(run_store.run(run.id))
    heartbeat = Heartbeat(lambda seconds, waits_for: run_store.beat(run.id, seconds, waits_for, me))
    with about(run=run.id), noted_end(run_store, run.id, worker=me), heartbeat:
        yield heartbeat


def _not_free(run: Run) -> RunError:
    """Why a process may not work on a run."""
    happened = {"failed": "failed", "canceled": "was canceled"}.get(run.status)
    if happened is None:
        return RunError(f"Run {run.id} is not free (it is {run.status}):", Advice.WAIT, run=run.id)
    advice = Advice.RESUME if isinstance(run.scope, Subset) else Advice.SEARCH_AGAIN
    return RunError(f"Run {run.id} {happened} before this process began.", advice, run=run.id, tag=run.tag)


def only_one(other: Run) -> None:
    """Raises RunError while another run of a version is pending or in progress."""
    if other.status == "pending" or is_owned(other):
        raise RunError(
            f"Run {other.id} of {other.tag} {'waits' if other.status == 'pending' else 'is under way'}:",
            Advice.WAIT_OR_CANCEL,
            run=other.id,
        )


def check_free(run_store: RunStore, tag: str, besides: str = "") -> None:
    """Raises RunError while another run of a version than `besides` is pending or in progress. Those that never began
    have failed then."""
    run_store.end_unbegun(tag)
    for run in run_store.runs(tag):
        if run.id != besides:
            only_one(run)


def subset_of(run: Run) -> Subset:
    """The tasks that a run labels. Raises RunError for a search, which only its own command goes on with."""
    if isinstance(run.scope, Subset):
        return run.scope
    raise RunError(f"Run {run.id} is a search.", Advice.SEARCH_AGAIN, tag=run.tag)


def is_owned(run: Run) -> bool:
    """Whether a process works on it."""
    if run.status != "in_progress":
        return False
    return run.is_queued or not is_lost(is_running(run.worker), run.silent_s)


def may_store(run: Run) -> bool:
    """Whether a process may still store answers of a run that was canceled: it notices a second later, and waits for
    its requests in flight."""
    if run.status != "canceled" or run.batch or run.is_queued or not run.worker:
        return False
    return run.silent_s < ALIVE_S and is_running(run.worker) is not False
