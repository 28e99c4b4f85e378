"""Projects: what annotators get, and a version's predictions in Label Studio."""

from collections.abc import Sequence
from dataclasses import replace

from backend.adapters.database.projects.actions import ActionStore
from backend.adapters.database.pruning import PruneStore
from backend.app.operations import Operations
from backend.domain.action import Kind
from backend.domain.dataset.subset import Subset
from backend.domain.held import Held
from backend.domain.prompts.version import PromptVersion
from backend.domain.runs.pruning import Prunable, PruneChoice
from backend.logs import to_log
from backend.services.analysis.confidence_threshold import Guaranteeing, least_confidence
from backend.services.auto_accept import ChosenTasks, choose, submittable
from backend.services.predictions.acceptance import TakenBack
from backend.services.predictions.forecast import PushForecast, push_forecast
from backend.services.predictions.sync import PushResult
from backend.services.predictions.target_project import Notify, TargetProject
from backend.services.predictions.version_predictions import ProjectPredictions
from backend.services.setup.address import address_of


class ProjectOperations(Operations):
    """See `backend.app.App`."""

    def connect(self, project: int, url: str | None = None, notify: Notify = to_log) -> str:
        """Connects the server to a project and returns its address.

        url: where Label Studio reaches the server; by default where it listens on this machine
        """
        parts, settings = self.container, self.container.settings
        return parts.projects.connect(project, url or settings.local_url(), parts.login, notify, settings.page())

    def disconnect(self, project: int, url: str | None = None) -> int:
        return self.container.projects.disconnect(project, url)

    def use(self, tag: str, notify: Notify = to_log) -> None:
        self.container.projects.use(self.container.resolver.resolved(tag).version, notify)

    def address(self, target: str, task: int | None = None) -> str:
        """The address of a project (by its number, or a prompt of it), one of its tasks, or a report's file."""
        url = self.container.settings.label_studio_url
        return address_of(target, task, url, lambda tag: self.container.prompts.get(tag).project)

    def push(self, tag: str, keep: bool = False, notify: Notify = to_log, take_over: bool = False) -> PushResult:
        """Pushes the stored answers of a version.

        take_over: whether predictions that others pushed under the prompt's name are replaced too
        """
        resolved = self.container.resolver.pushable(tag)
        return self.container.pusher.push_again(self.container.outcomes, resolved, keep, notify, take_over)

    def push_forecast(self, tag: str) -> PushForecast:
        """What becomes of the predictions of a version's project when the version answers all tasks."""
        version = self.container.prompts.get(tag)
        target = TargetProject(self.container.studio, self.container.store, version.project, to_log)
        return push_forecast(target, version, self.container.studio.project(version.project).tasks)

    def in_use(self, project: int) -> str | None:
        """The version that annotators of a project get; None where none was chosen."""
        return self.container.store.connection(project)["in_use"] or None

    def predictions(self, project: int) -> ProjectPredictions:
        return self.container.version_predictions.predictions(project)

    def predicted(self, tag: str) -> dict[str, int]:
        """How many predictions in Label Studio are ours, by model_version, for a version."""
        return self.container.version_predictions.predicted(self.container.prompts.get(tag))

    def withdraw(self, tag: str, notify: Notify = to_log, take_over: bool = False) -> int:
        version = self.container.prompts.get(tag)
        deleted = self.container.version_predictions.withdraw(version, notify, take_over)
        self._note(version, "withdraw", deleted)
        return deleted

    def confident_tasks(
        self, tag: str, least: float | None = None, accuracy: float = 1.0, notify: Notify = to_log
    ) -> ChosenTasks:
        """The tasks whose prediction has at least the confidence `least`, or the threshold for `accuracy`.

        See `confidence_threshold`.
        """
        resolved = self.container.resolver.resolved(tag)
        stored, target = self.container.outcomes, self.container.pusher.target(resolved, notify)
        if least is not None:
            return choose(target, stored, resolved, least)
        guaranteeing = Guaranteeing(self.bases, stored, self.container.run_store)
        judged_version = guaranteeing.judged(resolved, Subset("ground-truth"))
        least = least_confidence(resolved, judged_version, accuracy)
        return replace(choose(target, stored, resolved, least), basis=judged_version.basis)

    def annotate(self, tag: str, tasks: Sequence[int] | None = None, notify: Notify = to_log) -> int:
        """Creates annotations from all predictions of a version that a person could submit, or from those on `tasks`.

        Returns their number.
        """
        resolved = self.container.resolver.resolved(tag)
        taken = submittable(self.container.studio, resolved, tasks, notify)
        created = self.container.version_predictions.annotate(resolved.version, taken, notify)
        self._note(resolved.version, "annotate", created)
        return created

    def unannotate(self, tag: str, notify: Notify = to_log) -> TakenBack:
        """Deletes the annotations that `annotate` created from a version's predictions, if no person changed them."""
        version = self.container.prompts.get(tag)
        done = self.container.version_predictions.unannotate(version, notify)
        self._note(version, "unannotate", done.deleted)
        return done

    def _note(self, version: PromptVersion, kind: Kind, count: int) -> None:
        """Notes who did it; nothing where nothing came of it."""
        if count:
            ActionStore(self.container.store).add(version, kind, count, self.container.studio.person)

    def held(self, project: int) -> Held:
        """How much is stored about a project's tasks."""
        return self.container.forgetting.held(project)

    def forget(self, project: int, notify: Notify = to_log) -> Held:
        """Deletes all that is stored about a project's tasks, here and at the model's provider. Raises RunError while a
        run of the project is in progress, and ProviderError if files cannot be deleted at the provider."""
        return self.container.forgetting.forget(project, notify)

    def prunable(self, choice: PruneChoice) -> Prunable:
        """What `prune` would delete."""
        return PruneStore(self.container.store).prunable(choice)

    def prune(self, choice: PruneChoice) -> None:
        """Deletes it, and gives the space back."""
        PruneStore(self.container.store).prune(choice)
