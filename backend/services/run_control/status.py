"""Status: the progress of runs, for people and programs."""

from dataclasses import dataclass, replace

from backend.adapters.database.runs import RunStore
from backend.domain.resolution.resolve import Pricing
from backend.domain.runs.run import ALIVE_S, OPEN, Run, TaskCounts
from backend.services.run_control.ownership import in_hand

ABANDONED = "Its process is gone; `ls-prompts resume` goes on."
UNATTENDED = "It waits for a worker: `ls-prompts worker`."


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A run and its counts. `run.status` is `failed` for one whose process is gone for good or never began."""

    run: Run
    tally: TaskCounts

    @property
    def pushing(self) -> bool:
        """Whether all its tasks are through and its predictions are on their way to Label Studio."""
        known = self.run.tasks is not None
        return self.run.status == "in_progress" and self.run.push and known and self.tally.left == 0


def status_of(record: RunStore, run: Run, pricing: Pricing) -> RunStatus:
    """The progress of a run."""
    if run.is_queued and run.status in OPEN and run.silent_s > ALIVE_S:
        run = replace(run, reason=UNATTENDED)
    elif run.status == "in_progress" and not in_hand(run):
        run = replace(run, status="failed", reason=ABANDONED)
    return RunStatus(run, record.asks.tally(run, pricing))


def as_json(status: RunStatus) -> dict[str, object]:
    """The names here are relied on by scripts."""
    run, tally = status.run, status.tally
    return {
        "run": run.id,
        "version": run.tag,
        "subset": str(run.scope),
        "status": run.status,
        "reason": run.reason,
        "tasks": tally.tasks,
        "done": tally.done,
        "failed": tally.failed,
        "rejected": tally.rejected,
        "requests": tally.requests,
        "reused": tally.reused,
        "cost_usd": tally.cost_usd,
        "saved_usd": tally.saved_usd,
        "spent_usd": tally.spent_usd,
        "budget_usd": run.budget,
        "started": run.created,
        "seconds": round(run.seconds, 1),
    }
