"""RunWorker: carries runs out until they end. Evaluation and bulk prediction differ only in what follows the answers.

Working on a run asks for what is not stored yet, and nothing else.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

from backend.adapters.database.runs.runs import RunStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.processes import this_process
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.summary import Summary, Summing
from backend.domain.outcome import Outcome, Truth
from backend.domain.runs.run import QUEUED, Run
from backend.domain.runs.unanswered import none_answered
from backend.domain.task import Task
from backend.engine.budgets.budget_rules import stopped
from backend.engine.sampling import no_confidence_sentence
from backend.errors import RunError
from backend.services.dataset.read_ahead import read_ahead
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import TaskSelection, select_tasks
from backend.services.predictions.sync import PushResult
from backend.services.predictions.target_project import Notify
from backend.services.prompts.resolver import Resolver
from backend.services.run_control.connection_use import check_server
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.ownership import owning, subset_of
from backend.services.run_control.progress import Progress
from backend.services.run_control.termination import Canceled, TakenOver
from backend.services.runs.batch.batch_run import BatchesOf, BatchRun
from backend.services.runs.local_processes import LocalProcesses
from backend.services.runs.options import Findings, RunResult
from backend.services.runs.pusher import Pusher
from backend.services.runs.stored_outcomes import StoredOutcomes
from backend.services.runs.task_labeler import Flush, RunListener, TaskLabeler

if TYPE_CHECKING:
    from backend.domain.dataset.ground_truth import LeftOut
    from backend.domain.metrics.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class Asking:
    """How a run's tasks are asked about: one by one, here or in several processes, or by the provider's batch
    endpoint."""

    studio: LabelStudioClient
    labeler: TaskLabeler
    batches: BatchesOf
    processes: LocalProcesses

    def tasks(self, run: Run, resolved: ResolvedVersion) -> TaskSelection:
        return select_tasks(self.studio, resolved, subset_of(run))

    def ask(
        self, run: Run, resolved: ResolvedVersion, base: TaskSelection, progress: Progress, heartbeat: Heartbeat
    ) -> float:
        """Seconds it took. Raises what `TaskLabeler.label` and `Batches.label` raise."""
        if run.batch:
            return self._in_batches(run, resolved, progress, heartbeat)
        if self.processes.of(resolved.version) == 1:
            return self._one_by_one(run, resolved, base, progress, heartbeat)
        builder = self.labeler.builder(resolved, subset_of(run).attempts)
        seconds, left = self.processes.ask(run, builder, base, progress, heartbeat)
        if left:
            progress.start(base.size)
            seconds += self._one_by_one(run, resolved, self.tasks(run, resolved), progress, heartbeat)
        return seconds

    def _one_by_one(
        self, run: Run, resolved: ResolvedVersion, base: TaskSelection, progress: Progress, heartbeat: Heartbeat
    ) -> float:
        async def on_outcomes(outcomes: list[Outcome], _flush: Flush) -> None:
            progress.add(outcomes)

        listener = RunListener(on_outcomes, progress.notify)
        # Label Studio makes the first page while the model's client is imported, which takes longer.
        pages = read_ahead(base.pages)
        return asyncio.run(self.labeler.label(run, resolved, pages, listener, heartbeat))

    def _in_batches(self, run: Run, resolved: ResolvedVersion, progress: Progress, heartbeat: Heartbeat) -> float:
        started = time.monotonic()
        check_server(run, resolved.version, self.labeler.resources.address)
        builder = self.labeler.builder(resolved, subset_of(run).attempts)

        def pages() -> Iterable[list[Task]]:
            return self.tasks(run, resolved).pages

        batches = self.batches(resolved.version.connection)
        batches.label(BatchRun(run, builder, pages, progress, heartbeat))
        return time.monotonic() - started


OnPage = Callable[[list[Outcome]], None]
"""Is called with each page of a run's outcomes."""


def unheeded(_page: list[Outcome]) -> None:
    """Keeps nothing."""


@dataclass(slots=True)
class _Passing:
    """Pages that are read once. `tasks`: the number in those that were read."""

    pages: Iterable[list[Outcome]]
    on_page: OnPage
    tasks: int = 0

    def __iter__(self) -> Iterator[list[Outcome]]:
        for page in self.pages:
            self.tasks += len(page)
            self.on_page(page)
            yield page


@dataclass(frozen=True, slots=True)
class RunWorker:
    run_store: RunStore
    resolver: Resolver
    asking: Asking
    outcomes: StoredOutcomes
    pusher: Pusher

    def work(self, run_id: str, progress: Progress, resolved: ResolvedVersion | None = None) -> RunResult:
        """Works on a run to its end, in this process. `resolved`: its version as it is now, where that is known.

        Raises ProviderError, StudioError or StoreError when it can't go on, RunError when it is canceled, when this
        process is told to end or another one works on it; what came until then is kept, and working on it again goes
        on from there.
        """
        run = self.run_store.run(run_id)
        subset_of(run)
        with owning(self.run_store, run) as heartbeat:
            return self.carry_out(run, resolved or self.resolver.resolved(run.tag), progress, heartbeat)

    def carry_out(self, run: Run, resolved: ResolvedVersion, progress: Progress, heartbeat: Heartbeat) -> RunResult:
        """Works on an owned run to its end. Raises what ends it; the caller stores that."""
        base = self.asking.tasks(run, resolved)
        progress.start(base.size)
        if base.size is not None:
            self.run_store.size(run.id, base.size)
        is_new = not self.run_store.run_tasks.count(run.id)
        findings = Findings({truth.task_id for truth in base.truths}, progress)
        seconds = self.asking.ask(run, resolved, base, findings, heartbeat)
        now = self.resolver.resolved(run.tag)  # its config may have changed meanwhile
        pushed = None
        if is_new and now.project.label_config == resolved.project.label_config and self._is_enough(findings, run):
            self._check_end(run, now, findings.first, progress.notify, heartbeat)
            self._complete(run, findings.total.tasks, heartbeat)
        else:
            findings = Findings(findings.truths, progress)
            pushed = self.conclude(run, now, progress.notify, heartbeat, findings.read)
        judged, truths = sorted(findings.judged, key=attrgetter("task_id")), base.truths
        scored = _scored(judged, truths, now.schema, base.left_out) if truths else None
        done, summary = self.run_store.run(run.id), findings.total.summary()
        return RunResult(done, subset_of(run), summary, seconds, judged, truths, scored, pushed)

    def _is_enough(self, findings: Findings, run: Run) -> bool:
        """Whether nothing is left to read: nothing is pushed, and all outcomes came in this process. A task that failed
        may have an answer now: that to another task with the same text."""
        total = findings.total
        return not run.push and not total.failed and total.tasks == self.run_store.run_tasks.count(run.id)

    def conclude(
        self, run: Run, resolved: ResolvedVersion, notify: Notify, heartbeat: Heartbeat, on_page: OnPage = unheeded
    ) -> PushResult | None:
        """Ends a run all of whose tasks were asked about: its outcomes are read once, for `on_page` and for the push,
        whose result it returns. A push that was killed is done again: it changes what is not there yet.

        Raises RunError when no task got an answer, Canceled when the run was canceled meanwhile, TakenOver as soon as
        another process works on it.
        """
        pages = self.outcomes.of_run(run, resolved, passing=not run.push)
        first = next(pages, [])
        self._check_end(run, resolved, first, notify, heartbeat)
        self.run_store.size(run.id, self.run_store.run_tasks.count(run.id))
        passing = _Passing(chain([first] if first else [], pages), on_page)
        check = partial(_check_owned, run, heartbeat)
        pushed = self.pusher.push_run(resolved, passing, run.keep, notify, check) if run.push else None
        deque(passing, maxlen=0)  # reads the rest, which is all of them if they are not pushed
        self._complete(run, passing.tasks, heartbeat)
        return pushed

    def _check_end(
        self, run: Run, resolved: ResolvedVersion, first: list[Outcome], notify: Notify, heartbeat: Heartbeat
    ) -> None:
        """Raises what `conclude` raises before the push. `first`: some of the outcomes."""
        _check_owned(run, heartbeat)
        if heartbeat.canceled:
            raise Canceled(run.id)
        if not any(outcome.spoke for outcome in first):
            self._check_answered(run, resolved)
        if caveat := no_confidence_sentence(resolved.version, first, resolved.schema):
            notify(caveat)

    def _complete(self, run: Run, tasks: int, heartbeat: Heartbeat) -> None:
        _check_owned(run, heartbeat)
        self.run_store.size(run.id, tasks)
        owner = QUEUED if run.is_queued else this_process()
        if heartbeat.canceled or not self.run_store.complete(run.id, owner):
            raise Canceled(run.id)

    def _check_answered(self, run: Run, resolved: ResolvedVersion) -> None:
        total = Summing()
        for page in self.outcomes.of_run(run, resolved, passing=True):
            total.add(page)
        summary: Summary = total.summary()
        nothing = none_answered(summary.failures, summary.tasks, summary.refusal)
        is_unsent = set(summary.failures) == {"budget"} and not summary.requests
        if nothing and run.budget is not None and is_unsent:  # not one whose answers were cut: a larger one cuts too
            raise stopped(run)
        if nothing:
            raise RunError(nothing.sentence, nothing.advice)


def _scored(judged: list[Outcome], truths: list[Truth], schema: LabelSchema, left_out: "LeftOut") -> "Evaluation":
    from backend.domain.metrics.evaluation import evaluation  # all measures, for runs with ground truths alone

    return evaluation(judged, truths, schema, left_out)


def _check_owned(run: Run, heartbeat: Heartbeat) -> None:
    if heartbeat.is_lost():
        raise TakenOver(run.id)
