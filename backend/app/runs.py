"""Runs: tried, estimated, carried out here or in the background."""

from collections.abc import Callable, Container
from dataclasses import replace

from backend.adapters.database.canaries import CanaryStore
from backend.app.operations import Operations
from backend.domain.dataset.subset import Subset
from backend.domain.optimize.search import SearchOptions
from backend.domain.runs.run import Run
from backend.engine.budgets.budget_rules import CAP, OverBudget, least
from backend.engine.budgets.daily_limit import used_up
from backend.logs import to_log
from backend.services.canary import CanaryPlan, CanaryResult, CanaryRunner
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.optimize.optimizer import BegunSearch
from backend.services.optimize.session import OptimizationResult, OptimizerOptions
from backend.services.prompts.draft import Draft
from backend.services.prompts.saving import CheckedDraft
from backend.services.run_control.progress import Progress, Silent
from backend.services.run_control.status import RunStatus
from backend.services.runs.options import RunOptions, RunResult
from backend.services.try_task import TryResult, try_task, try_tasks


class RunOperations(Operations):
    """See `backend.app.App`."""

    def try_task(self, tag: str, task: int) -> TryResult:
        return try_task(self.container.studio, self.container.labeler, self.container.resolver.resolved(tag), task)

    def canary_plan(self, tag: str, budget: float | None = None) -> CanaryPlan:
        """Which stored requests of a version to ask again, and the price.

        budget: USD that it may cost at most
        """
        return self._canary.plan(self.container.resolver.resolved(tag), budget)

    def canary(self, plan: CanaryPlan) -> CanaryResult:
        """Asks the requests of a plan again, and says whether the model has changed. The stored answers stay."""
        return self._canary.ask(plan)

    @property
    def _canary(self) -> CanaryRunner:
        parts = self.container
        return CanaryRunner(parts.studio, parts.planning_labeler, CanaryStore(parts.store))

    def check_draft(self, draft: Draft) -> CheckedDraft:
        """The version that a draft would become, with what may not be as it was meant. Raises what `save` raises."""
        return self.container.saver.checked(draft)

    def try_draft(self, draft: Draft, number: int) -> list[TryResult]:
        """A draft on the first tasks of its project, within MAX_USD_PER_DAY where that is set. No version is saved.

        number: of tasks

        Raises UsedUpError if the day has too little left for the next request.
        """
        parts, checked = self.container, self.container.saver.checked(draft)
        daily = parts.daily_limit
        if daily is not None:
            daily.check(checked.version)
        resolved = ResolvedVersion(checked.version, checked.project, checked.schema)
        labeler = replace(parts.labeler, make_executor=parts.try_executor)
        tasks = next(parts.studio.tasks(checked.project.id, page=number), [])
        if daily is None:
            return try_tasks(labeler, resolved, tasks)
        try:
            return try_tasks(labeler, resolved, tasks, cap=CAP)
        except OverBudget:
            raise used_up(daily.limit) from None

    def evaluate(
        self, tag: str, truth: str = "ground-truth", options: RunOptions | None = None, progress: Progress | None = None
    ) -> RunResult:
        return self.run(tag, Subset("ground-truth", truth=truth), self.evaluating(options or RunOptions()), progress)

    def evaluating(self, options: RunOptions) -> RunOptions:
        """The options of an evaluation: EVALUATE_PUSHES=false leaves Label Studio alone."""
        return replace(options, push=options.push and self.container.settings.evaluate_pushes)

    def run_within_day(self, tag: str, subset: Subset, options: RunOptions, person: int | None = None) -> Run:
        """A run in the background that the server starts: within MAX_USD_PER_DAY, and within the MONTHLY_BUDGET of
        `person`, by default of whom it acts for. Raises SettingsError when nothing is left of them."""

        def start(share: float | None) -> Run:
            resolved = self.container.resolver.resolved(tag)
            return self._start(resolved, subset, replace(options, budget=least(share, options.budget)), to_log)

        return self._give(self._within_limits(start, options.budget, person))

    def _within_limits(
        self, start: Callable[[float | None], Run], asked_usd: float | None, person: int | None = None
    ) -> Run:
        """A run within MAX_USD_PER_DAY and the MONTHLY_BUDGET of `person`, by default of whom it acts for, where those
        are set. The money is reserved for it when this returns, so work begins after that.

        start: makes the run with that budget, and does not work on it
        asked_usd: the budget asked for, in USD
        """
        personal, daily = self.container.personal_limit(person), self.container.daily_limit

        def today(most: float | None) -> Run:
            if daily is None:
                return start(most)
            return daily.start_run(lambda share: start(least(share, most)))

        return today(None) if personal is None else personal.start_run(asked_usd, today)

    def enhance_within_day(
        self, tag: str, options: OptimizerOptions, progress: Progress | None = None
    ) -> OptimizationResult:
        """A search that the server starts: within MAX_USD_PER_DAY, where that is set. Raises what `run_within_day`
        raises."""
        optimizer, resolved = self.container.optimizer, self.container.resolver.resolved(tag)
        begun: list[BegunSearch] = []

        def start(share: float | None) -> Run:
            begun.append(optimizer.begin(resolved, options, share))
            return begun[0].run

        self._within_limits(start, options.budget)
        return optimizer.work(begun[0], progress or Silent())

    def resume_within_limits(self, run_id: str, budget: float | None = None, person: int | None = None) -> Run:
        """The same, within MAX_USD_PER_DAY and the MONTHLY_BUDGET of `person`, by default of whom it acts for. Raises
        SettingsError if less is left, or without a budget. A batch keeps none of the day's."""
        parts = self.container
        run, personal, daily = parts.run_store.run(run_id), parts.personal_limit(person), parts.daily_limit
        parts.lifecycle.check_reopen(run_id, budget)  # before anything is reserved
        most = run.budget if budget is None else budget
        if personal is not None:
            personal.renew(run_id, most)
        if daily is not None and not run.batch:
            daily.renew(run_id, most)
        return self.resume(run_id, budget)

    def retry_within_day(self, run_id: str, rejected: bool = False) -> Run:
        """The same, within MAX_USD_PER_DAY, where that is set. Raises what `run_within_day` raises."""

        def start(share: float | None) -> Run:
            return self.container.lifecycle.retry(run_id, rejected, self.container.outcomes, share)

        return self._give(self._within_limits(start, self.container.run_store.run(run_id).budget))

    def ask_again_within_day(self, tag: str, tasks: Container[int], options: RunOptions) -> Run:
        """Asks again, in the background, about those of `tasks` to which a version gave no usable answer. Raises what
        `run_within_day` raises."""
        parts = self.container

        def start(share: float | None) -> Run:
            limited = replace(options, budget=least(share, options.budget))
            return parts.lifecycle.ask_again(tag, tasks, parts.outcomes, limited)

        return self._give(self._within_limits(start, options.budget))

    def newest_search(self, tag: str) -> RunStatus | None:
        """How far the newest search for a better prompt than a version's has come; None without one."""
        searches = (run for run in self.container.run_store.runs(tag) if isinstance(run.scope, SearchOptions))
        newest = next(searches, None)
        return None if newest is None else self.watch(newest.id)

    def enhance(self, tag: str, options: OptimizerOptions, progress: Progress | None = None) -> OptimizationResult:
        """A better prompt than a version's, if the search finds one; see `services.optimize.optimizer`."""
        optimizer = self.container.optimizer
        return optimizer.work(optimizer.begin(self.container.resolver.resolved(tag), options), progress or Silent())
