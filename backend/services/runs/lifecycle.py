"""RunLifecycle: starts runs, hands them over, continues and repeats them. A RunWorker does the work.

Starting a run and working on it are two steps, so that the second may happen elsewhere, again, or after a crash.
"""

from collections.abc import Callable, Container
from dataclasses import asdict, dataclass

from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.advice import Advice
from backend.domain.chat.request import MAX_ATTEMPTS
from backend.domain.dataset.subset import Subset
from backend.domain.hashing import of_samples
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.domain.person import Person
from backend.domain.resolution.pricing import Pricing
from backend.domain.runs.run import Run
from backend.domain.urls import public_url
from backend.engine.budgets.budget_rules import check_budget, check_embeddings, check_larger
from backend.errors import PromptsError, RunError
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.prompts.resolver import Resolver
from backend.services.run_control.ownership import BackgroundWorkers, check_free, is_owned, only_one, subset_of
from backend.services.runs.batch.batch_run import BatchesOf
from backend.services.runs.options import RunOptions
from backend.services.runs.stored_outcomes import StoredOutcomes


@dataclass(frozen=True, slots=True)
class RunLifecycle:
    """Starts runs.

    batches: know a model's server and what is under way there
    author: who starts them
    """

    run_store: RunStore
    resolver: Resolver
    batches: BatchesOf
    pricing: Pricing
    author: Callable[[], Person]
    monthly_budget: Callable[[str], float | None] = lambda _connection: None

    def start(self, resolved: ResolvedVersion, subset: Subset, options: RunOptions) -> Run:
        """A pending run. Raises RunError while another run of this version is to be worked on or is, SettingsError for
        a budget when the model's price is unknown, and for a connection that is not there."""
        tag = resolved.version.tag
        if options.batch and resolved.version.cascade is not None:
            raise RunError(
                f"{tag} asks two models, and a batch asks one: run it without a batch, or run a version of each model "
                "in a batch first, whose answers count."
            )
        if options.batch and options.budget is not None:
            raise RunError("A batch can't keep a budget: leave one of them out.")
        if options.batch:
            self._check_batch(resolved.version.connection, "run it without a batch")
        self._check_budget(resolved, options.budget)
        batches, *_ = [self.batches(step.connection) for step in resolved.version.steps]  # each of them is there
        check_free(self.run_store, tag)
        if not options.batch:
            batches.check(tag)
        server, author = public_url(batches.base_url), self.author()
        order = NewRun(tag, resolved.project.id, subset, server=server, author=author, **asdict(options))
        return self.run_store.create(order, only_one)

    def reopen(self, run_id: str, workers: BackgroundWorkers, budget: float | None = None) -> Run:
        """Hands a run over to be worked on again, with another budget if one is given. Raises what `check_reopen`
        raises."""
        self.check_reopen(run_id, budget)
        if budget is not None:
            self.run_store.limit(run_id, budget)
        self.run_store.reopen(run_id, only_one)
        return self.give(run_id, workers)

    def check_reopen(self, run_id: str, budget: float | None) -> None:
        """Raises RunError while a process works on a run, or another run of its version is to be worked on or is, and
        for a budget not larger than the one it stopped at."""
        run = self.run_store.run(run_id)
        if is_owned(run):
            raise RunError(f"A process works on run {run_id}:", Advice.WAIT, run=run_id)
        subset_of(run)
        if run.status == "completed":
            raise RunError(f"Run {run_id} is completed: no task is left.", Advice.ANOTHER_RUN, tag=run.tag)
        if run.batch and budget is not None:
            raise RunError(
                f"Run {run_id} uses the batch endpoint, which can't keep a budget: resume it without a budget."
            )
        check_free(self.run_store, run.tag, besides=run_id)
        resolved = self.resolver.resolved(run.tag)
        check_larger(budget, run)
        self._check_budget(resolved, budget)
        name = resolved.version.connection
        if not run.batch:
            self.batches(name).check(run.tag)
        elif not self.batches(name).is_under_way(run_id):  # what is paid already is collected
            self._check_batch(name, "start a run without a batch")

    def retry(self, run_id: str, rejected: bool, stored: StoredOutcomes, most: float | None = None) -> Run:
        """A pending run over the tasks that ended as Failures in another one, and with `rejected` as Rejections, which
        may have as many further answers as a new task has; its budget is as large, and at most `most` USD. Raises
        RunError when there are none."""
        run = self.run_store.run(run_id)
        if is_owned(run):
            raise RunError(f"Run {run_id} is under way:", Advice.WAIT, run=run_id)
        subset_of(run)
        resolved = self.resolver.resolved(run.tag)
        left = _left([o for page in stored.of_run(run, resolved) for o in page], run, rejected)
        attempts = _most_made(left, resolved, stored) if rejected else 0
        subset = Subset("rest", ids=tuple(o.task_id for o in left), attempts=attempts + MAX_ATTEMPTS)
        budget = min((usd for usd in (run.budget, most) if usd is not None), default=None)
        return self.start(resolved, subset, RunOptions(run.push, run.keep, budget, run.batch))

    def ask_again(self, tag: str, tasks: Container[int], stored: StoredOutcomes, options: RunOptions) -> Run:
        """A pending run over those of `tasks` to which a version gave no answer, or none that can be used; they may
        have as many further answers as new tasks. Raises RunError when there are none."""
        resolved = self.resolver.resolved(tag)
        outcomes = [outcome for page in stored.of_version(resolved, tasks) for outcome in page]
        left = [outcome for outcome in outcomes if outcome.answer is None]
        if not left:
            raise RunError(f"{tag} has a usable answer to all these tasks: there is nothing to ask again.")
        attempts = _most_made(left, resolved, stored) + MAX_ATTEMPTS
        return self.start(resolved, Subset("rest", ids=tuple(o.task_id for o in left), attempts=attempts), options)

    def give(self, run_id: str, workers: BackgroundWorkers) -> Run:
        """Hands a pending run over. Raises PromptsError when nobody takes it; then it has failed and can be resumed."""
        try:
            workers.give(run_id)
        except PromptsError as error:
            self.run_store.finish(run_id, "failed", str(error))
            raise
        return self.run_store.run(run_id)

    def _check_batch(self, connection: str, instead: str) -> None:
        if self.monthly_budget(connection) is not None:
            raise RunError(f"A batch can't keep the monthly budget of connection '{connection}': {instead}.")

    def _check_budget(self, resolved: ResolvedVersion, budget: float | None) -> None:
        check_embeddings(budget, resolved.version)
        for step in resolved.version.steps:
            check_budget(budget, step.model, step.connection, self.pricing)


def _left(outcomes: list[Outcome], run: Run, rejected: bool) -> list[Outcome]:
    """Those to ask about again. Raises RunError when there are none."""
    kinds = (Failure, Rejection) if rejected else (Failure,)
    left = [outcome for outcome in outcomes if isinstance(outcome.verdict, kinds)]
    if not left:
        rejections = sum(isinstance(outcome.verdict, Rejection) for outcome in outcomes)
        sentence = f"Run {run.id} has nothing to ask again"
        if rejections:
            raise RunError(f"{sentence};", Advice.TAKE_REJECTED, number=rejections)
        raise RunError(f"{sentence}.")
    return left


def _most_made(left: list[Outcome], resolved: ResolvedVersion, stored: StoredOutcomes) -> int:
    """How many attempts the most asked of these requests had."""
    number = resolved.version.samples
    digests = [digest for outcome in left if outcome.digest for digest in of_samples(outcome.digest, number)]
    return max(map(len, stored.store.completions(digests).values()), default=0)
