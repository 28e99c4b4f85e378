"""Keep-up: tasks that are imported later are predicted as they come, by the version in use, within a daily budget."""

from collections.abc import Sequence

from backend.adapters.database.projects.keep_ups import KeepUpStore
from backend.app.runs import RunOperations
from backend.domain.dataset.subset import Subset
from backend.domain.keep_up import KeepUp, KeepUpState
from backend.domain.runs.run import Run
from backend.engine.budgets.budget_rules import check_budget, check_embeddings
from backend.engine.budgets.daily_limit import today
from backend.logs import to_log
from backend.services.keep_up.follower import FollowerParts, TaskFollower
from backend.services.keep_up.switching import KeepUpSwitch
from backend.services.predictions.target_project import Notify
from backend.services.runs.options import RunOptions


class KeepUpOperations(RunOperations):
    """See `backend.app.App`."""

    def keep_up(self, project: int) -> KeepUpState | None:
        """Returns the state of keep-up in a project; None if it was never turned on there."""
        stored = KeepUpStore(self.container.store).of(project)
        return None if stored is None else self._follower().state(stored)

    def keep_ups(self) -> list[KeepUp]:
        """Those of all projects where it was ever turned on, by project."""
        return KeepUpStore(self.container.store).all()

    def start_keep_up(
        self, project: int, budget: float | None = None, url: str | None = None, notify: Notify = to_log
    ) -> KeepUp:
        """Turns keep-up on for tasks that are imported from now on, or changes its budget.

        budget: USD a day (UTC); None for the one it had, 1 USD if it was never on
        url: where Label Studio reaches the server; by default as the project is connected, or on this machine

        Raises SettingsError without a version in use, and for a budget that cannot be kept.
        """
        parts = self.container
        address = url or parts.projects.connected_url(project) or parts.settings.local_url()
        return self._switch().on(project, budget, address, notify)

    def stop_keep_up(self, project: int) -> bool:
        """False if it was off already."""
        return self._switch().off(project)

    def look_for_tasks(self, project: int) -> bool:
        """Starts a run for new tasks of a project, if there are any. True while one is under way."""
        return self._follower().look(project)

    def is_keep_up_secret(self, project: int, secret: str) -> bool:
        """Whether Label Studio's webhook for a project sends this."""
        return KeepUpStore(self.container.store).is_secret(project, secret)

    def _switch(self) -> KeepUpSwitch:
        def check(tag: str, budget: float) -> None:
            version = parts.prompts.get(tag)
            check_embeddings(budget, version)
            for step in version.steps:
                check_budget(budget, step.model, step.connection, parts.pricing)

        parts = self.container
        return KeepUpSwitch(KeepUpStore(parts.store), parts.studio, self._in_use, check)

    def _follower(self) -> TaskFollower:
        def spent(project: int, day: str) -> float | None:
            return keep_ups.spent(project, day, parts.pricing)

        def resume(run_id: str, person: int | None) -> Run:
            return self.resume_within_limits(run_id, person=person)

        def start(tag: str, tasks: tuple[int, ...], budget: float, person: int | None) -> Run:
            return self.run_within_day(tag, Subset("rest", ids=tasks), RunOptions(keep=True, budget=budget), person)

        parts = self.container
        keep_ups, studio = KeepUpStore(parts.store), parts.studio
        return TaskFollower(
            FollowerParts(keep_ups, studio, self._in_use, start, resume, self.watch, spent, self._answered, today)
        )

    def _in_use(self, project: int) -> str | None:
        return self.container.store.connection(project)["in_use"]

    def _answered(self, tag: str, tasks: Sequence[int]) -> list[int]:
        """Those of `tasks` with a stored answer."""
        pages = self.container.outcomes.of_version(self.container.resolver.readable(tag), set(tasks))
        return [outcome.task_id for page in pages for outcome in page if outcome.spoke]
