"""Connections to models' servers."""

from backend.app.operations import Operations
from backend.domain.connection import StoredConnection
from backend.logs import to_log
from backend.services.predictions.target_project import Notify
from backend.services.setup.connection_check import ConnectionCheck
from backend.services.setup.model_connections import ConnectionChange


class ConnectionOperations(Operations):
    """See `backend.app.App`."""

    def model_connections(self) -> list[StoredConnection]:
        """Those of the environment, then the stored ones by name."""
        return [*self.container.connections.of_environment, *self.container.model_connections.store.all()]

    def connect_model(self, name: str, change: ConnectionChange) -> StoredConnection:
        return self.container.model_connections.connect(name, change)

    def disconnect_model(self, name: str) -> None:
        self.container.model_connections.disconnect(name)

    def test_connection(self, name: str, model: str | None = None, notify: Notify = to_log) -> ConnectionCheck:
        """What the server lists, and what a small request to one of its models takes and costs."""
        return self.container.connection_test(name).check(model, notify)
