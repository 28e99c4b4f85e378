"""ApiCall: one request to the API, with the application as its sender may use it."""

from dataclasses import dataclass, field
from functools import cached_property

from backend.app import App
from backend.domain.annotated_task import AnnotatedTask
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.evaluation import Evaluation
from backend.domain.person import Person
from backend.domain.runs.run import Run
from backend.errors import LabelConfigError
from backend.services.public_objects import PublicObjects, PublicRun, PublicVersion
from backend.services.setup.public_connections import PublicConnection


@dataclass(frozen=True)
class ApiCall:
    """`app` acts for the sender. What it reads of a project's annotations is read once."""

    app: App
    _annotated: dict[int, list[AnnotatedTask]] = field(default_factory=dict)

    @property
    def person(self) -> Person:
        return self.app.person

    @cached_property
    def objects(self) -> PublicObjects:
        """As they are now: what Label Studio says of projects counts for this request alone."""
        return self.app.public_objects()

    @cached_property
    def connections(self) -> dict[str, PublicConnection]:
        """By name."""
        return {item.name: item for item in self.app.public_connections.all()}

    def connection(self, of: PublicVersion) -> PublicConnection | None:
        """Through which a version is asked; None where it was removed."""
        return self.connections.get(of.version.connection)

    def schema(self, project: int) -> LabelSchema | None:
        """What a project's labelling config takes; None when prompts can't label it."""
        try:
            return read_config(self.objects.project(project).label_config)
        except LabelConfigError:
            return None

    def evaluation(self, of: PublicVersion) -> Evaluation | None:
        """None without ground truths, and under a labelling config that the version does not fit any more."""
        return self._evaluation(of, None)

    def evaluation_of_run(self, of: PublicRun) -> Evaluation | None:
        """The same of one run."""
        return self._evaluation(of.of, of.run)

    def _evaluation(self, of: PublicVersion, run: Run | None) -> Evaluation | None:
        project = self.objects.project(of.version.project)
        if project.id not in self._annotated:
            self._annotated[project.id] = self.app.annotated(project.id)
        try:
            return self.app.stored_evaluation(of.version, project, self._annotated[project.id], run)
        except LabelConfigError:
            return None
