"""Runs: a prompt version over a subset of tasks. Evaluation and bulk prediction differ only in what follows.

Starting a run and working on it are two steps, so that the second may happen elsewhere, again, or after a crash.
Working on a run asks only for what is not stored yet.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs import NewRun, RunStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.processes import is_running, this_process
from backend.domain.chat.request import MAX_ATTEMPTS
from backend.domain.dataset.subset import Subset, read_subset
from backend.domain.hashing import of_samples
from backend.domain.metrics.classification import Score
from backend.domain.metrics.evaluation import Evaluation, evaluation
from backend.domain.metrics.summary import Summary, Summing
from backend.domain.outcome import Failure, Outcome, Rejection, Truth
from backend.domain.predictions.diff import wanted_of
from backend.domain.runs.run import Run
from backend.domain.runs.unanswered import none_answered
from backend.domain.task import Task
from backend.domain.urls import shown
from backend.engine.budget_rules import check_budget, check_embeddings, check_larger
from backend.engine.sampling import unsure
from backend.errors import PromptsError, RunError
from backend.logs import about
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import TaskSelection, select_tasks
from backend.services.predictions.sync import PushResult, push
from backend.services.predictions.target_project import Notify, TargetProject
from backend.services.prompts.versions import Prompts
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.ownership import BackgroundWorkers, in_hand, no_search, only_one
from backend.services.run_control.progress import Progress
from backend.services.run_control.termination import Canceled, noted_end
from backend.services.runs.batch.batch_run import Batches, BatchRun
from backend.services.runs.stored_outcomes import StoredOutcomes
from backend.services.runs.task_labeler import Flush, RunListener, TaskLabeler

PATIENCE_S = 60.0
"""Who works on a run waits so long for a database that went away. The server, whose callers wait seconds, does not."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run ends: what becomes of its predictions, and at what cost it stops. `keep`: older versions of the prompt
    stay beside them; `budget`: most USD it may spend, None for no limit; `batch`: they come by the provider's batch
    endpoint, which keeps no budget."""

    push: bool = True
    keep: bool = False
    budget: float | None = None
    batch: bool = False


@dataclass(frozen=True, slots=True)
class RunResult:
    """`seconds`: first request sent to last completion stored; `judged` (the outcomes of tasks with a truth),
    `truths` and `evaluation` only where there are truths."""

    run: Run
    summary: Summary
    seconds: float
    judged: list[Outcome]
    truths: list[Truth]
    evaluation: Evaluation | None
    pushed: PushResult | None

    @property
    def score(self) -> Score | None:
        return self.evaluation.score if self.evaluation else None


@dataclass(frozen=True, slots=True)
class Runs:
    store: Store
    record: RunStore
    studio: LabelStudioClient
    prompts: Prompts
    labeler: TaskLabeler
    batches: Batches

    @property
    def outcomes(self) -> StoredOutcomes:
        """What became of tasks, as far as it is stored."""
        return StoredOutcomes(self.store, self.record, self.studio, self.labeler.pricing)

    def start(self, tag: str, subset: Subset, ending: RunOptions) -> Run:
        """A pending run. Raises RunError while another run of this version is to be worked on or is, SettingsError for
        a budget when the model's price is unknown."""
        resolved = self.prompts.resolved(tag, self.studio)
        if ending.batch and ending.budget is not None:
            raise RunError("A batch can't keep a budget: leave one of them out.")
        check_embeddings(ending.budget, resolved.version)
        check_budget(ending.budget, resolved.version.model, self.labeler.pricing)
        if not ending.batch:
            for other in self.record.runs(resolved.version.tag):
                only_one(other)
            self.batches.check(resolved.version.tag)
        server = shown(self.labeler.base_url)
        author = self.studio.person
        order = NewRun(
            resolved.version.tag, resolved.project.id, str(subset), server=server, author=author, **asdict(ending)
        )
        return self.record.create(order, only_one)

    def reopen(self, run_id: str, workers: BackgroundWorkers, budget: float | None = None) -> Run:
        """Hands a run over to be worked on again, with another budget if one is given. Raises RunError while a process
        works on it, and for a budget that is no larger than the one it stopped at."""
        run = self.record.run(run_id)
        if in_hand(run):
            raise RunError(f"A process works on run {run_id}: `ls-prompts watch {run_id}`.")
        no_search(run)
        if run.status == "completed":
            raise RunError(f"Run {run_id} is completed: no task is left. `ls-prompts run {run.tag}` starts another.")
        if run.batch and budget is not None:
            raise RunError(
                f"Run {run_id} uses the batch endpoint, which can't keep a budget: resume it without --budget."
            )
        resolved = self.prompts.resolved(run.tag, self.studio)
        check_larger(budget, run)
        check_embeddings(budget, resolved.version)
        check_budget(budget, resolved.version.model, self.labeler.pricing)
        if not run.batch:
            self.batches.check(run.tag)
        if budget is not None:
            self.record.limit(run_id, budget)
        self.record.reopen(run_id)
        return self.give(run_id, workers)

    def retry(self, run_id: str, rejected: bool) -> Run:
        """A pending run over the tasks that ended as Failures in another one, and with `rejected` as Rejections, which
        may have as many further answers as a new task has; its budget is as large. Raises RunError when there are
        none."""
        run = self.record.run(run_id)
        if in_hand(run):
            raise RunError(f"Run {run_id} is under way: `ls-prompts watch {run_id}` to wait for it.")
        no_search(run)
        outcomes = [o for page in self.outcomes.of_run(run, self.prompts.resolved(run.tag, self.studio)) for o in page]
        kinds = (Failure, Rejection) if rejected else (Failure,)
        left = [o for o in outcomes if isinstance(o.verdict, kinds)]
        if not left:
            others = sum(isinstance(o.verdict, Rejection) for o in outcomes)
            more = f"; --rejected takes its {others} unusable answers." if others else "."
            raise RunError(f"Run {run_id} has nothing to ask again{more}")
        number = self.prompts.get(run.tag).samples
        asked = [digest for o in left if o.digest for digest in of_samples(o.digest, number)] if rejected else []
        facts = self.store.completions(asked)
        made = max(map(len, facts.values()), default=0)
        rest = Subset("rest", ids=tuple(o.task_id for o in left), attempts=made + MAX_ATTEMPTS)
        return self.start(run.tag, rest, RunOptions(run.push, run.keep, run.budget, run.batch))

    def give(self, run_id: str, workers: BackgroundWorkers) -> Run:
        """Hands a pending run over. Raises PromptsError when nobody takes it; then it has failed and can be resumed."""
        try:
            workers.give(run_id)
        except PromptsError as error:
            self.record.finish(run_id, "failed", str(error))
            raise
        return self.record.run(run_id)

    def work(self, run_id: str, progress: Progress) -> RunResult:
        """Works on a run to its end, in this process.

        Raises ProviderError, StudioError or StoreError when it can't go on, RunError when it is canceled, when this
        process is told to end or another one works on it; what came until then is kept, and working on it again goes
        on from there.
        """
        run = self.record.run(run_id)
        if not self.record.claim(run_id, this_process(), is_running):
            raise RunError(f"Run {run_id} is not free (it is {run.status}): `ls-prompts watch {run_id}`.")
        self.store.patience_s = PATIENCE_S
        heartbeat = Heartbeat(lambda seconds: self.record.beat(run_id, seconds))
        with about(run=run_id), noted_end(self.record, run_id), heartbeat:
            return self.carry_out(run, self.prompts.resolved(run.tag, self.studio), progress, heartbeat)

    def notify_unsure(self, run: Run, resolved: ResolvedVersion, notify: Notify) -> None:
        """Says so when the model gives no log-probabilities; the first tasks show it."""
        said = unsure(resolved.version, next(self.outcomes.of_run(run, resolved), []))
        if said:
            notify(said)

    def check_answered(self, run: Run, resolved: ResolvedVersion) -> None:
        """Raises RunError for a run in which no task got an answer."""
        total = Summing()
        for page in self.outcomes.of_run(run, resolved):
            total.add(page)
        _check_answered(total.summary())

    def push_run(self, run: Run, resolved: ResolvedVersion, notify: Notify) -> PushResult:
        """Pushes what became of the tasks of one run."""
        pushed = self._push(resolved, self.outcomes.of_run(run, resolved), run.keep, notify)
        self._place(resolved, notify).show_first(resolved.version.tag)
        return pushed

    def push_again(self, resolved: ResolvedVersion, keep: bool, notify: Notify, take_over: bool = False) -> PushResult:
        """Pushes the stored answers of a version. Raises RunError while a run of it is under way: two pushes at
        once would import the same predictions twice."""
        for run in self.record.runs(resolved.version.tag):
            if in_hand(run):
                only_one(run)
        return self._push(resolved, self.outcomes.of_version(resolved), keep, notify, take_over)

    def carry_out(self, run: Run, resolved: ResolvedVersion, progress: Progress, heartbeat: Heartbeat) -> RunResult:
        """Works on an owned run to its end. Raises what ends it; the caller stores that."""
        base = select_tasks(self.studio, resolved, read_subset(run.subset))
        progress.start(base.size)
        if base.size is not None:
            self.record.size(run.id, base.size)
        label = self._label_in_batches if run.batch else self._label
        seconds = label(run, resolved, base, progress, heartbeat)
        resolved = self.prompts.resolved(run.tag, self.studio)  # its config may have changed meanwhile
        if heartbeat.canceled:
            raise Canceled(run.id)
        known = {truth.task_id for truth in base.truths}
        total, judged = Summing(), []
        for page in self.outcomes.of_run(run, resolved):
            total.add(page)
            judged += [outcome for outcome in page if outcome.task_id in known]
        summary = total.summary()
        self.record.size(run.id, summary.tasks)
        _check_answered(summary)
        self.notify_unsure(run, resolved, progress.notify)
        pushed = self.push_run(run, resolved, progress.notify) if run.push else None
        if not self.record.complete(run.id):
            raise Canceled(run.id)
        scored = evaluation(judged, base.truths, resolved.schema, base.left_out) if base.truths else None
        return RunResult(self.record.run(run.id), summary, seconds, judged, base.truths, scored, pushed)

    def _label(
        self, run: Run, resolved: ResolvedVersion, base: TaskSelection, progress: Progress, heartbeat: Heartbeat
    ) -> float:
        async def seen(found: list[Outcome], _flush: Flush) -> None:
            progress.add(found)

        listener = RunListener(seen, progress.notify)
        return asyncio.run(self.labeler.label(run, resolved, base.pages, listener, heartbeat))

    def _label_in_batches(
        self, run: Run, resolved: ResolvedVersion, _: TaskSelection, progress: Progress, heartbeat: Heartbeat
    ) -> float:
        started, subset = time.monotonic(), read_subset(run.subset)
        builder = self.labeler.builder(resolved, subset.attempts)

        def pages() -> Iterable[list[Task]]:
            return select_tasks(self.studio, resolved, subset).pages

        self.batches.label(BatchRun(run, builder, pages, progress, heartbeat))
        return time.monotonic() - started

    def _push(
        self,
        resolved: ResolvedVersion,
        pages: Iterable[Sequence[Outcome]],
        keep: bool,
        notify: Notify,
        take_over: bool = False,
    ) -> PushResult:
        wanted = (wanted_of(page, resolved.schema, resolved.version, resolved.calibrators) for page in pages)
        return push(self._place(resolved, notify), resolved.version, wanted, keep, take_over)

    def _place(self, resolved: ResolvedVersion, notify: Notify) -> TargetProject:
        return TargetProject(self.studio, self.store, resolved.project.id, notify)


def _check_answered(summary: Summary) -> None:
    nothing = none_answered(summary.failures, summary.tasks, summary.refusal)
    if nothing:
        raise RunError(nothing)
