"""Status: how far runs are, and what connections cost. No operation here sends a request.

Commands that need no more import neither Label Studio nor what asks models.
"""

from collections.abc import Collection

from backend.app.database import DatabaseOperations
from backend.container.status import StatusParts
from backend.domain.connections.connection import StoredConnection
from backend.domain.connections.learnt_format import LearntFormat
from backend.services.run_control.status import RunStatus, status_of


class StatusOperations(DatabaseOperations):
    """Errors are `backend.errors.PromptsError`s."""

    container: StatusParts

    def __init__(self, container: StatusParts | None = None) -> None:
        """`container`: what it works with; by default made from the environment's settings."""
        super().__init__(container or StatusParts())

    def runs(self, which: str | None = None) -> list[RunStatus]:
        """Runs of a version (NAME@N), of all versions of a prompt (NAME) or all runs; newest first."""
        tags = self.container.prompts.tags(which) if which else None
        runs = [run for run in self.container.run_store.runs() if tags is None or run.tag in tags]
        return [status_of(self.container.run_store, run, self.container.pricing) for run in runs]

    def watch(self, run_id: str) -> RunStatus:
        """How far a run has come."""
        return status_of(self.container.run_store, self.container.run_store.run(run_id), self.container.pricing)

    def spent_by_run(self, tags: Collection[str]) -> dict[str, float | None]:
        """USD that each run of these versions paid, by its id; without those that paid nothing."""
        return self.container.run_store.spent(tags, self.container.pricing)

    def model_connections(self) -> list[StoredConnection]:
        """Those of the environment, then the stored ones by name."""
        return [*self.container.connections.of_environment, *self.container.model_connections.store.all()]

    def learnt_formats(self, stored: StoredConnection) -> list[LearntFormat]:
        """What the models of a connection's server refused, of the last days."""
        return self.container.connections.learnt(stored)

    def spent_this_month(self, name: str) -> float:
        """USD, of all who asked through a stored connection."""
        return self.container.spent_this_month(name)
