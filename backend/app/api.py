"""What the REST API needs beyond what the commands do."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from backend.adapters.database.outside_answers import OutsideAnswerStore
from backend.adapters.label_studio.credential import Credential
from backend.adapters.label_studio.http import Refused
from backend.app.operations import Operations
from backend.domain.annotated_task import AnnotatedTask
from backend.domain.metrics.evaluation import Evaluation
from backend.domain.outside_answer import OutsideAnswer
from backend.domain.person import Person
from backend.domain.project import Project
from backend.domain.prompts.version import PromptVersion
from backend.domain.runs.run import Run
from backend.errors import SubsetError
from backend.services.analysis.answered_tasks import AnsweredTask, answered_tasks
from backend.services.analysis.outside_results import OutsideResult, outside_results
from backend.services.analysis.stored_evaluation import stored_evaluation
from backend.services.public_objects import PublicObjects


class ApiOperations(Operations):
    """See `backend.app.App`."""

    def acting_for(self, who: Credential | str) -> Self:
        """The same, with Label Studio as the owner of a credential, or of a token, sees it."""
        return type(self)(self.container.acting_for(who))

    @property
    def may_edit(self) -> bool:
        """Whether the person for whom it acts may change and run prompts (PROMPTS_EDITORS)."""
        return self.container.settings.may_edit(self.person.email)

    @property
    def person(self) -> Person:
        """For whom it acts. Raises StudioError when Label Studio does not say."""
        return self.container.studio.person

    def refresh_token(self, body: bytes) -> tuple[int, bytes]:
        """What Label Studio answers to a personal access token: the HTTP status, and JSON."""
        from backend.adapters.label_studio.token_refresh import refresh_token

        return refresh_token(self.container.settings.label_studio_url, body)

    def public_objects(self) -> PublicObjects:
        """Prompts, versions and runs by the integers that the API knows them by."""
        return self.container.public_objects

    def annotated(self, project: int) -> list[AnnotatedTask]:
        """The tasks of a project with their annotations: what `stored_evaluation` takes its ground truths from."""
        return list(self.container.studio.annotated(project))

    def filtered_tasks(self, project: int, filters: Mapping[str, Any]) -> list[int]:
        """Ids of the tasks that meet the Data Manager's filters.

        Raises SubsetError for filters that Label Studio does not understand: it answers 500 to them, as it does when it
        fails, so it is asked for something else too.
        """
        studio = self.container.studio
        try:
            return studio.filtered_ids(project, filters)
        except Refused as refusal:
            if refusal.status in (401, 403, 404):
                raise
            studio.project(project)
            raise SubsetError(f"Label Studio does not understand the filters: {refusal}") from None

    def stored_evaluation(
        self, version: PromptVersion, project: Project, annotated: Iterable[AnnotatedTask], run: Run | None = None
    ) -> Evaluation | None:
        """What ground truths say about the stored answers of a version, or of one run of it; None without any."""
        resolved = self.container.resolver.read_by(version, project)
        return stored_evaluation(self.container.outcomes, resolved, annotated, run)

    def add_outside_answers(self, run: Run, answers: Sequence[OutsideAnswer]) -> None:
        """Stores what another program answered about tasks of a run, as sent by the person for whom this acts.

        Raises SubsetError for tasks that the project does not have.
        """
        task_ids = set(self.container.studio.task_ids(run.project)) if answers else set()
        unknown = sorted({answer.task_id for answer in answers} - task_ids)
        if unknown:
            raise SubsetError(f"Project {run.project} has no task {unknown[0]}: send answers about its tasks.")
        OutsideAnswerStore(self.container.store).add(run.id, answers, self.person)

    def outside_results(self, run: Run) -> list[OutsideResult]:
        """What other programs answered about a run's tasks, by task; none of it counts for the version."""
        answers = OutsideAnswerStore(self.container.store).of(run.id)
        return outside_results(self.container.studio, self.container.resolver.readable(run.tag), answers)

    def answered_tasks(self, tag: str) -> list[AnsweredTask]:
        """The tasks that a version was run on, with what came of them, by id."""
        return answered_tasks(self.container.studio, self.container.outcomes, self.container.resolver.readable(tag))
