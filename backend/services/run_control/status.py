"""Status: the progress of runs, for people and programs."""

from dataclasses import dataclass, replace

from backend.adapters.database.runs.runs import RunStore
from backend.advice import Advice, Notice
from backend.domain.resolution.pricing import Pricing
from backend.domain.runs.run import ALIVE_S, OPEN, Run, TaskCounts
from backend.domain.runs.stop_reason import ABANDONED, NEVER_BEGAN, UNATTENDED, StopReason
from backend.services.run_control.ownership import is_owned
from backend.services.run_control.termination import notice_of


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
    def notice(self) -> Notice:
        """Why it ended, or what it waits for, and how to go on with it."""
        return notice_of(self.run)

    @property
    def waiting(self) -> Notice | None:
        """How to go on with the tasks that a failed run left; None if it left none."""
        left, planned = self.counts.left, self.run.tasks is not None
        if self.run.status != "failed" or (planned and left == 0):
            return None
        sentence = "1 task waits." if left == 1 else f"{left:,} tasks wait."
        if left == self.counts.tasks:  # what is stored of other runs was not looked up
            sentence = "Its tasks wait."
        return Notice(sentence, Advice.RESUME_REST, {"run": self.run.id, "tag": self.run.tag})


def status_of(run_store: RunStore, run: Run, pricing: Pricing) -> RunStatus:
    """The progress of a run. One that never began has failed then, unless a process begins it just now."""
    if run.never_began:
        run = _ended_unbegun(run_store, run)
    if run.is_queued and run.status in OPEN and run.silent_s > ALIVE_S:
        run = _stopped(run, run.status, UNATTENDED)
    elif run.status == "in_progress" and not is_owned(run):
        run = _stopped(run, "failed", ABANDONED)
    return RunStatus(run, run_store.run_tasks.counts(run, pricing))


def _ended_unbegun(run_store: RunStore, run: Run) -> Run:
    """A run that never began, as failed. Where something else happened to it meanwhile, as it is now; as it was if it
    is deleted."""
    if run.id in run_store.end_unbegun(run.tag):
        return _stopped(run, "failed", NEVER_BEGAN)
    return next((now for now in run_store.runs(run.tag) if now.id == run.id), run)


def _stopped(run: Run, status: str, stop: StopReason) -> Run:
    return replace(run, status=status, reason=stop.sentence, stop=stop.kind)
