"""ApiCall: one request to the API, with the application as its sender may use it."""

from dataclasses import dataclass
from functools import cached_property

from backend.app import App
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.evaluation import Evaluation
from backend.domain.person import Person
from backend.errors import LabelConfigError
from backend.services.public_objects import PublicObjects, PublicRun, PublicVersion


@dataclass(frozen=True)
class ApiCall:
    """`app` acts for the sender."""

    app: App

    @property
    def person(self) -> Person:
        return self.app.container.studio.person

    @cached_property
    def objects(self) -> PublicObjects:
        """As they are now: what Label Studio says of projects counts for this request alone."""
        return self.app.public_objects()

    def schema(self, project: int) -> LabelSchema | None:
        """What a project's labelling config takes; None when prompts can't label it."""
        try:
            return read_config(self.objects.project(project).label_config)
        except LabelConfigError:
            return None

    def evaluation(self, of: PublicVersion) -> Evaluation | None:
        """None without ground truths, and under a labelling config that the version does not fit any more."""
        try:
            return self.app.stored_evaluation(of.version.tag)
        except LabelConfigError:
            return None

    def evaluation_of_run(self, of: PublicRun) -> Evaluation | None:
        """The same of one run."""
        try:
            return self.app.stored_evaluation(of.run.tag, of.run.id)
        except LabelConfigError:
            return None
