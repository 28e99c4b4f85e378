"""Status: how far runs have come, for people and programs."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from backend.core.derive import Pricing
from backend.core.runs import Run, Tally
from backend.edges.run_store import RunStore
from backend.flows.runs import in_hand

ABANDONED = "Its process is gone; `ls-prompts resume` goes on."
RETAKEN = "Its worker is gone; another one takes it up."


@dataclass(frozen=True, slots=True)
class Status:
    """A run and its counts. `run.status` is `failed` for one whose process is gone for good."""

    run: Run
    tally: Tally


def status_of(record: RunStore, run: Run, pricing: Pricing, queued: Collection[str]) -> Status:
    """`queued`: ids of the runs that workers look after."""
    if run.status == "in_progress" and not in_hand(run):
        taken = run.id in queued
        run = replace(run, status=run.status if taken else "failed", reason=RETAKEN if taken else ABANDONED)
    return Status(run, record.tally(run, pricing))


def as_json(status: Status) -> dict[str, object]:
    """The names here are relied on by scripts."""
    run, tally = status.run, status.tally
    return {
        "run": run.id,
        "version": run.tag,
        "subset": run.subset,
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
