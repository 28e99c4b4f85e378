"""Runs: a prompt version over a subset of tasks. Evaluation and bulk prediction are the same with other endings.

Starting a run and working on it are two steps, so that the second may happen elsewhere, again, or after a crash:
working on a run asks for what is not stored yet, and nothing else.
"""

import asyncio
import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from backend.core.chat import MAX_ATTEMPTS
from backend.core.derive import derive, failed
from backend.core.digests import of_samples
from backend.core.evaluation import Evaluation, evaluation
from backend.core.labels.schema import LabelSchema
from backend.core.outcomes import Failure, Outcome, Rejection, Truth
from backend.core.reconcile import wanted_of
from backend.core.runs import Run
from backend.core.scoring import Score
from backend.core.subsets import Subset, read_subset
from backend.core.summary import Summary, Summing
from backend.core.tasks import Task
from backend.edges.ask_store import Ask
from backend.edges.process import is_gone, this_process
from backend.edges.run_store import Order, RunStore
from backend.edges.store import Store
from backend.edges.studio import Studio
from backend.errors import PromptsError, RunError
from backend.flows.baseline import Baseline, baseline
from backend.flows.batch import Batches, BatchRun
from backend.flows.budget import check_budget, check_embeddings, check_larger
from backend.flows.ending import Canceled, check_answered, noted_end
from backend.flows.hands import Hands, in_hand, no_search, only_one
from backend.flows.labelling import Flush, Labelling
from backend.flows.place import Place, Tell
from backend.flows.progress import Progress
from backend.flows.prompts import Bound, Prompts
from backend.flows.pulse import Pulse
from backend.flows.push import Pushed, push
from backend.flows.samples import unsure
from backend.logs import about

PATIENCE_S = 60.0
"""Who works on a run waits so long for a database that went away. The server, whose callers wait seconds, does not."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ends: what becomes of its predictions, and at what cost it stops. `keep`: older versions of the prompt
    stay beside them; `budget`: most USD it may spend, None for no limit; `batch`: they come by the provider's batch
    endpoint, which keeps no budget."""

    push: bool = True
    keep: bool = False
    budget: float | None = None
    batch: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """`seconds`: first request sent to last completion stored; `judged` (the outcomes of tasks with a truth),
    `truths` and `evaluation` only where there are truths."""

    run: Run
    summary: Summary
    seconds: float
    judged: list[Outcome]
    truths: list[Truth]
    evaluation: Evaluation | None
    pushed: Pushed | None

    @property
    def score(self) -> Score | None:
        return self.evaluation.score if self.evaluation else None


@dataclass(frozen=True, slots=True)
class Runs:
    store: Store
    record: RunStore
    studio: Studio
    prompts: Prompts
    labelling: Labelling
    batches: Batches

    def start(self, tag: str, subset: Subset, ending: Ending) -> Run:
        """A pending run. Raises RunError while another run of this version is to be worked on or is, SettingsError for
        a budget when the model's price is unknown."""
        bound = self.prompts.bound(tag, self.studio)
        if ending.batch and ending.budget is not None:
            raise RunError("A batch keeps no budget: leave one of them out.")
        check_embeddings(ending.budget, bound.version)
        check_budget(ending.budget, bound.version.model, self.labelling.pricing)
        if not ending.batch:
            for other in self.record.runs(bound.version.tag):
                only_one(other)
            self.batches.check(bound.version.tag)
        order = Order(bound.version.tag, bound.project.id, str(subset), **asdict(ending))
        return self.record.create(order, only_one)

    def reopen(self, run_id: str, hands: Hands, budget: float | None = None) -> Run:
        """Hands a run over to be worked on again, with another budget if one is given. Raises RunError while a process
        works on it, and for a budget that is no larger than the one it stopped at."""
        run = self.record.run(run_id)
        if in_hand(run):
            raise RunError(f"A process works on run {run_id}: `ls-prompts watch {run_id}`.")
        no_search(run)
        if run.status == "completed":
            raise RunError(
                f"Run {run_id} is completed: nothing is left of it. `ls-prompts run {run.tag}` starts another."
            )
        if run.batch and budget is not None:
            raise RunError(f"Run {run_id} goes by the batch endpoint, which keeps no budget: resume it without.")
        bound = self.prompts.bound(run.tag, self.studio)
        check_larger(budget, run)
        check_embeddings(budget, bound.version)
        check_budget(budget, bound.version.model, self.labelling.pricing)
        if not run.batch:
            self.batches.check(run.tag)
        if budget is not None:
            self.record.limit(run_id, budget)
        self.record.reopen(run_id)
        return self.give(run_id, hands)

    def retry(self, run_id: str, rejected: bool) -> Run:
        """A pending run over the tasks that ended as Failures in another one, and with `rejected` as Rejections, which
        may have as many further answers as a new task has; its budget is as large. Raises RunError when there are
        none."""
        run = self.record.run(run_id)
        if in_hand(run):
            raise RunError(f"Run {run_id} is under way: `ls-prompts watch {run_id}` to wait for it.")
        no_search(run)
        outcomes = [o for page in self.ended(run, self.prompts.bound(run.tag, self.studio)) for o in page]
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
        return self.start(run.tag, rest, Ending(run.push, run.keep, run.budget, run.batch))

    def give(self, run_id: str, hands: Hands) -> Run:
        """Hands a pending run over. Raises PromptsError when nobody takes it; then it has failed and can be resumed."""
        try:
            hands.give(run_id)
        except PromptsError as error:
            self.record.finish(run_id, "failed", str(error))
            raise
        return self.record.run(run_id)

    def work(self, run_id: str, progress: Progress) -> Finished:
        """Works on a run to its end, in this process.

        Raises ProviderError, StudioError or StoreError when it can't go on, RunError when it is canceled, when this
        process is told to end or another one works on it; what came until then is kept, and working on it again goes
        on from there.
        """
        run = self.record.run(run_id)
        if not self.record.claim(run_id, this_process(), run.worker if is_gone(run.worker) else None):
            raise RunError(f"Run {run_id} is not free (it is {run.status}): `ls-prompts watch {run_id}`.")
        self.store.patience_s = PATIENCE_S
        pulse = Pulse(lambda seconds: self.record.beat(run_id, seconds))
        with about(run=run_id), noted_end(self.record, run_id), pulse:
            return self.carry_out(run, self.prompts.bound(run.tag, self.studio), progress, pulse)

    def stored(self, bound: Bound, only: Container[int] | None = None) -> Iterator[list[Outcome]]:
        """The newest outcome of every task this version was run on, or of those among `only`, from the record alone;
        by task id, in pages."""
        for asks in self.record.asks.of_version(bound.version.tag):
            yield self._derived(bound, [ask for ask in asks if only is None or ask.task_id in only])

    def ended(self, run: Run, bound: Bound) -> Iterator[list[Outcome]]:
        """What became of the tasks of one run, from the record alone; by task id, in pages."""
        return (self._derived(bound, asks) for asks in self.record.asks.of_run(run.id))

    def _derived(self, bound: Bound, asks: Sequence[Ask]) -> list[Outcome]:
        schemas = self._schemas(bound, [ask.task_id for ask in asks])
        samples = {ask.digest: of_samples(ask.digest, bound.version.samples) for ask in asks if ask.digest}
        facts = self.store.completions([digest for digests in samples.values() for digest in digests])
        found = []
        for ask in asks:
            schema = schemas(ask.task_id)
            attempts = [facts.get(digest, []) for digest in samples.get(ask.digest or "", [""])]
            outcome = derive(ask.task_id, attempts, schema, self.labelling.pricing) if schema else None
            if outcome is None and ask.failure is not None:
                outcome = failed(ask.task_id, ask.failure, ask.digest)
            if outcome is not None:
                found.append(replace(outcome, sent=ask.sent, reused=outcome.spoke and not ask.sent))
        return found

    def tell_unsure(self, run: Run, bound: Bound, tell: Tell) -> None:
        """Says so when the model gives no log-probabilities; the first tasks show it."""
        said = unsure(bound.version, next(self.ended(run, bound), []))
        if said:
            tell(said)

    def push_run(self, run: Run, bound: Bound, tell: Tell) -> Pushed:
        """Pushes what became of the tasks of one run."""
        return self._push(bound, self.ended(run, bound), run.keep, tell)

    def push_again(self, bound: Bound, keep: bool, tell: Tell) -> Pushed:
        """Pushes what the record holds about a version. Raises RunError while a run of it is under way: two pushes at
        once would import the same predictions twice."""
        for run in self.record.runs(bound.version.tag):
            if in_hand(run):
                only_one(run)
        return self._push(bound, self.stored(bound), keep, tell)

    def carry_out(self, run: Run, bound: Bound, progress: Progress, pulse: Pulse) -> Finished:
        """All that a run in hand is about, to its end. Raises what ends it; noting that is left to the caller."""
        base = baseline(self.studio, bound, read_subset(run.subset))
        progress.start(base.size)
        if base.size is not None:
            self.record.size(run.id, base.size)
        label = self._label_in_batches if run.batch else self._label
        seconds = label(run, bound, base, progress, pulse)
        bound = self.prompts.bound(run.tag, self.studio)  # its config may have changed meanwhile
        if pulse.canceled:
            raise Canceled(run.id)
        known = {truth.task_id for truth in base.truths}
        total, judged = Summing(), []
        for page in self.ended(run, bound):
            total.add(page)
            judged += [outcome for outcome in page if outcome.task_id in known]
        summary = total.summary()
        check_answered(self.record, run)
        self.tell_unsure(run, bound, progress.tell)
        self.record.size(run.id, summary.tasks)
        pushed = self.push_run(run, bound, progress.tell) if run.push else None
        if not self.record.complete(run.id):
            raise Canceled(run.id)
        scored = evaluation(judged, base.truths, bound.schema, base.left_out) if base.truths else None
        return Finished(self.record.run(run.id), summary, seconds, judged, base.truths, scored, pushed)

    def _label(self, run: Run, bound: Bound, base: Baseline, progress: Progress, pulse: Pulse) -> float:
        async def seen(found: list[Outcome], _flush: Flush) -> None:
            progress.add(found)

        return asyncio.run(self.labelling.label(run, bound, base.pages, seen, pulse, progress.tell))

    def _label_in_batches(self, run: Run, bound: Bound, _: Baseline, progress: Progress, pulse: Pulse) -> float:
        started, subset = time.monotonic(), read_subset(run.subset)
        recipe = self.labelling.recipe(bound, subset.attempts)

        def pages() -> Iterable[list[Task]]:
            return baseline(self.studio, bound, subset).pages

        self.batches.label(BatchRun(run, recipe, pages, progress, pulse))
        return time.monotonic() - started

    def _push(self, bound: Bound, pages: Iterable[Sequence[Outcome]], keep: bool, tell: Tell) -> Pushed:
        wanted = (wanted_of(page, bound.schema, bound.version, bound.calibrators) for page in pages)
        return push(Place(self.studio, self.store, bound.project.id, tell), bound.version, wanted, keep)

    def _schemas(self, bound: Bound, ids: Sequence[int]) -> Callable[[int], LabelSchema | None]:
        """The schema of each task; only choices that come from the task need the task."""
        if not bound.schema.dynamic:
            return lambda _: bound.schema
        pages: Iterable[list[Task]] = self.studio.tasks_by_id(bound.project.id, ids)
        found = {task.id: bound.schema.for_task(task.data) for page in pages for task in page}
        return lambda task_id: None if isinstance(schema := found.get(task_id), Failure) else schema
