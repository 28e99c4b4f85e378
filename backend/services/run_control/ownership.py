"""Run ownership: who works on a run, and what may be done with a run that somebody works on."""

from typing import Protocol

from backend.adapters.processes import is_running
from backend.domain.optimize.search import is_search
from backend.domain.runs.run import Run, is_lost
from backend.errors import RunError


class BackgroundWorkers(Protocol):
    """Workers on background runs."""

    def give(self, run_id: str) -> None:
        """Returns at once; a worker will call `App.work` with it."""


def only_one(other: Run) -> None:
    """Raises RunError while another run of a version is pending or in progress."""
    if other.status == "pending" or in_hand(other):
        raise RunError(
            f"Run {other.id} of {other.tag} {'waits' if other.status == 'pending' else 'is under way'}: "
            f"`ls-prompts watch {other.id}` to wait for it, `ls-prompts cancel {other.id}` to stop it."
        )


def no_search(run: Run) -> None:
    """Raises RunError for a search, which only its own command continues."""
    if is_search(run.subset):
        raise RunError(f"Run {run.id} is a search: run the same `ls-prompts enhance {run.tag}` again to continue it.")


def in_hand(run: Run) -> bool:
    """Whether a process works on it."""
    if run.status != "in_progress":
        return False
    return run.is_queued or not is_lost(is_running(run.worker), run.silent_s)
