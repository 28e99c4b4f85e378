"""Status: the progress of runs, for people and programs."""

from dataclasses import dataclass, replace
from shlex import quote

from backend.adapters.database.runs import RunStore
from backend.domain.resolution.pricing import Pricing
from backend.domain.runs.run import ALIVE_S, OPEN, Run, TaskCounts
from backend.domain.runs.stop_reason import ABANDONED
from backend.services.run_control.ownership import is_owned

UNATTENDED = "It waits for a worker: `ls-prompts worker`."


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A run and its counts. `run.status` is `failed` for one whose process is gone for good."""

    run: Run
    counts: TaskCounts

    @property
    def pushing(self) -> bool:
        """Whether all its tasks are through and its predictions are on their way to Label Studio."""
        planned = self.run.tasks is not None
        return self.run.status == "in_progress" and self.run.push and planned and self.counts.left == 0

    @property
    def waiting(self) -> str:
        """How to go on with the tasks that a failed run left, for people; "" if it left none."""
        left, planned = self.counts.left, self.run.tasks is not None
        if self.run.status != "failed" or (planned and left == 0):
            return ""
        resume, listing = (
            f"`ls-prompts resume {self.run.id}`",
            f"`ls-prompts results {quote(self.run.tag)} --missing` lists",
        )
        if left == self.counts.tasks:  # what is stored of other runs was not looked up
            return f"{resume} goes on with it; {listing} the tasks that wait."
        if left == 1:
            return f"{resume} asks about the task that waits; {listing} it."
        return f"{resume} asks about the {left:,} tasks that wait; {listing} them."


def status_of(record: RunStore, run: Run, pricing: Pricing) -> RunStatus:
    """The progress of a run. One that never began has failed then, unless a process begins it just now."""
    if run.never_began:
        record.end_unbegun(run.tag)
        run = record.run(run.id)
    if run.is_queued and run.status in OPEN and run.silent_s > ALIVE_S:
        run = replace(run, reason=UNATTENDED)
    elif run.status == "in_progress" and not is_owned(run):
        run = replace(run, status="failed", reason=ABANDONED.sentence, stop=ABANDONED.kind)
    return RunStatus(run, record.run_tasks.counts(run, pricing))
