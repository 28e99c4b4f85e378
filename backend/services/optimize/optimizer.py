"""Enhance: the ground truths and the run of a search for a better prompt.

As a run, a search has a budget, is listed, and can be watched and canceled. The same search continues the same run.
"""

from collections.abc import Callable
from dataclasses import dataclass

from backend.adapters import gepa as evolution
from backend.adapters.database.budgets.budget_ledger import BudgetLedger
from backend.adapters.database.runs.runs import NewRun
from backend.advice import Advice
from backend.domain.dataset.subset import Subset
from backend.domain.labels.reading import as_read
from backend.domain.optimize.search import GroundTruthHalves, LabeledTask, check_halves, divide
from backend.domain.person import Person
from backend.domain.pictures.texts import reads_files
from backend.domain.resolution.pricing import priced_as
from backend.domain.runs.run import Run
from backend.domain.runs.stop_reason import StopKind
from backend.engine.budgets.budget_rules import OverBudget, check_budget, check_embeddings, least
from backend.errors import NoTruthsError, PromptError, RunError
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import ground_truths
from backend.services.optimize.session import OptimizationResult, OptimizerOptions, SearchSession, TeacherAccess
from backend.services.run_control.ownership import check_free, only_one, owning
from backend.services.run_control.progress import Progress
from backend.services.run_control.termination import Canceled, Interrupted, TakenOver
from backend.services.runs.task_labeler import TaskLabeler


@dataclass(frozen=True, slots=True)
class BegunSearch:
    """A search and its run. `halves`: its ground truths; None without any."""

    run: Run
    resolved: ResolvedVersion
    options: OptimizerOptions
    halves: GroundTruthHalves | None


class Optimizer:
    """`author`: who starts searches."""

    def __init__(self, labeler: TaskLabeler, teaching: TeacherAccess, author: Callable[[], Person]) -> None:
        self._author = author
        self._labeler = labeler
        self._run_store = labeler.run_store
        self._teaching = teaching

    def begin(self, resolved: ResolvedVersion, options: OptimizerOptions, share: float | None = None) -> BegunSearch:
        """A search that waits to be worked on: nothing is asked yet.

        share: most USD that it may spend from now on, beside the budget of `options` for all of it; None for no limit
        Raises SubsetError for too few ground truths, SettingsError without gepa, a key or a price for the budget,
        RunError while another run of the version is under way, or if the search has used up this budget.
        """
        if reads_files(resolved.schema, resolved.version.variables):
            raise PromptError(
                f"{resolved.version.tag} shows files, and a search learns from texts alone: improve its text by "
                "hand, and compare both versions."
            )
        if resolved.version.cascade is not None:
            raise PromptError(
                f"{resolved.version.tag} asks two models, and a search improves the prompt of one: save it without a "
                "second model, improve that version, and save the winner with the second model."
            )
        halves = self._halves(resolved)
        budget = options.budget if share is None else share
        check_embeddings(budget, resolved.version)
        teacher = self._teaching.template(options.search.teacher, None)
        for target in (resolved.version, teacher):
            check_budget(budget, target.model, target.connection, self._labeler.pricing)
        return BegunSearch(self._run(resolved, options, share), resolved, options, halves)

    def work(self, begun: BegunSearch, progress: Progress) -> OptimizationResult:
        """Searches, evaluates and saves what is better.

        Raises ProviderError if model or teacher answer nothing, RunError if it is canceled, taken over by another
        process, or reaches its budget.
        """
        session = SearchSession(self._labeler, self._teaching, begun.run, begun.resolved, begun.options)
        try:
            with owning(self._run_store, begun.run) as heartbeat:
                return session.work(begun.halves, heartbeat, progress)
        except TakenOver:
            raise
        except (Canceled, Interrupted, OverBudget):
            raise _stopped(self._run_store.run(begun.run.id), begun.options) from None

    def _halves(self, resolved: ResolvedVersion) -> GroundTruthHalves | None:
        """None without ground truth. Truths accepted from the prompt's own predictions are among them: they flatter
        the base only, and without them a rewrite that breaks what was right could seem better."""
        try:
            base = ground_truths(self._teaching.studio, resolved.project, resolved.schema, Subset("ground-truth"))
        except NoTruthsError:
            return None
        evolution.check()
        truths = {truth.task_id: truth.answer for truth in base.truths}
        tasks = [as_read(task, resolved.schema) for page in base.pages for task in page]
        halves = divide([LabeledTask(task, truths[task.id]) for task in tasks], resolved.version)
        check_halves(halves, resolved.schema)
        return halves

    def _run(self, resolved: ResolvedVersion, options: OptimizerOptions, share: float | None) -> Run:
        """The run of this very search that did not come to its end, whatever its budget was, or a new one."""
        tag, run_store = resolved.version.tag, self._run_store
        check_free(run_store, tag)
        for run in run_store.runs(tag):
            if run.scope == options.search and run.status != "completed":
                return self._again(run, resolved, options, share)
        budget = least(options.budget, share)
        order = NewRun(tag, resolved.project.id, options.search, push=False, budget=budget, author=self._author())
        return run_store.create(order, only_one)

    def _again(self, run: Run, resolved: ResolvedVersion, options: OptimizerOptions, share: float | None) -> Run:
        """Raises OverBudget if it stopped at its budget, and no larger one is asked for."""
        if (
            run.stop is StopKind.BUDGET
            and run.budget is not None
            and options.budget is not None
            and options.budget <= run.budget
        ):
            raise _stopped(run, options)
        more = None if share is None else share + self._spent(run, resolved, options)
        self._run_store.limit(run.id, least(options.budget, more))
        self._run_store.reopen(run.id, only_one)
        return self._run_store.run(run.id)

    def _spent(self, run: Run, resolved: ResolvedVersion, options: OptimizerOptions) -> float:
        teacher = self._teaching.template(options.search.teacher, None).model
        pricing = priced_as(self._labeler.pricing, resolved.version.model, teacher)
        return BudgetLedger(self._labeler.store, run.id, pricing).spent()


def _stopped(run: Run, options: OptimizerOptions) -> RunError:
    teacher, rounds = options.search.teacher, options.search.rounds
    if run.stop is StopKind.BUDGET:
        return OverBudget(
            f"Search {run.id} stopped at its budget of {run.budget or 0:g} USD; its answers are kept and not paid for "
            "again:",
            Advice.LARGER_SEARCH,
            tag=run.tag,
            teacher=teacher,
            rounds=rounds,
            usd=f"{2 * (run.budget or 0):g}",
        )
    sentence = f"Search {run.id} was stopped; its answers are kept:"
    if run.budget is None:
        return RunError(sentence, Advice.SAME_SEARCH, tag=run.tag, teacher=teacher, rounds=rounds)
    usd = f"{run.budget:g}"
    return RunError(sentence, Advice.SAME_SEARCH_WITHIN, tag=run.tag, teacher=teacher, rounds=rounds, usd=usd)
