"""What Label Studio shows of projects to the person for whom the application acts."""

from typing import Any

from backend.app.operations import Operations
from backend.domain.project import Project
from backend.services.dataset.subset_sizes import SubsetSizes, subset_sizes


class StudioOperations(Operations):
    """See `backend.app.App`. All raise StudioError when Label Studio does not answer."""

    def studio_projects(self) -> list[dict[str, Any]]:
        """All projects that the person may see, as Label Studio's JSON."""
        return self.container.studio.projects()

    def ground_truths(self, project: int) -> int:
        """How many annotations of a project are marked as ground truth."""
        return self.container.studio.ground_truths(project)

    def columns(self, project: int) -> dict[str, int]:
        """The fields of a project's tasks, each with the number of tasks that have it."""
        return self.container.studio.columns(project)

    def subset_sizes(self, tag: str, project: Project) -> SubsetSizes:
        """How many tasks each subset would take for a run of a version. `project`: that of the version."""
        return subset_sizes(self.container.studio, tag, project)
