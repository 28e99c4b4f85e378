"""What the REST API needs beyond what the commands do."""

from typing import Self

from backend.adapters.label_studio.client import LabelStudioClient
from backend.app.operations import Operations
from backend.domain.metrics.evaluation import Evaluation
from backend.services.analysis.answered_tasks import AnsweredTask, answered_tasks
from backend.services.analysis.stored_evaluation import evaluation_of_run, evaluation_of_version
from backend.services.public_objects import PublicObjects


class ApiOperations(Operations):
    """See `backend.app.App`."""

    def acting_for(self, studio: LabelStudioClient) -> Self:
        """The same, with Label Studio as `studio` sees it: for what somebody else asks for."""
        return type(self)(self.container.acting_for(studio))

    def refresh_token(self, body: bytes) -> tuple[int, bytes]:
        """What Label Studio answers to a personal access token: the HTTP status, and JSON."""
        from backend.adapters.label_studio.clients import refresh_token  # brings httpx, which few commands need

        return refresh_token(self.container.settings.label_studio_url, body)

    def public_objects(self) -> PublicObjects:
        """Prompts, versions and runs by the integers that the API knows them by."""
        return self.container.public_objects

    def stored_evaluation(self, tag: str, run_id: str | None = None) -> Evaluation | None:
        """What the ground truths say about the stored answers of a version, or of one run of it; None without any."""
        studio, outcomes = self.container.studio, self.container.outcomes
        resolved = self.container.resolver.readable(tag)
        if run_id is None:
            return evaluation_of_version(studio, outcomes, resolved)
        return evaluation_of_run(studio, outcomes, self.container.record.run(run_id), resolved)

    def answered_tasks(self, tag: str) -> list[AnsweredTask]:
        """The tasks that a version was run on, with what came of them, by id."""
        return answered_tasks(self.container.studio, self.container.outcomes, self.container.resolver.readable(tag))
