"""Connections to models' servers."""

from backend.adapters.database.connection_ids import ConnectionIdStore
from backend.app.operations import Operations
from backend.domain.connections.connection import StoredConnection
from backend.logs import to_log
from backend.services.predictions.target_project import Notify
from backend.services.run_control.connection_use import look_alike, refuse_in_use
from backend.services.setup.connection_check import ConnectionCheck
from backend.services.setup.model_connections import ConnectionChange
from backend.services.setup.public_connections import PublicConnections


class ConnectionOperations(Operations):
    """See `backend.app.App`."""

    @property
    def public_connections(self) -> PublicConnections:
        """The connections by the integers of the API, for people who have no access to this machine."""
        parts = self.container
        ids, own = ConnectionIdStore(parts.store), parts.connections.of_environment
        return PublicConnections(ids, parts.model_connections, own, lambda: parts.studio.person)

    def connect_model(self, name: str, change: ConnectionChange, notify: Notify = to_log) -> StoredConnection:
        """Adds a connection, or changes one. `notify`: is told if names of models look like references to it."""
        stored = self.container.model_connections.connect(name, change)
        if (tag := look_alike(name, self.container.store.versions())) is not None:
            notify(
                f"{tag} asks a model of `default` whose name begins with '{name}/', and goes on doing so; in a new "
                f"version, '{name}/…' is a model of this connection, and 'default/{name}/…' that of `default`."
            )
        return stored

    def disconnect_model(self, name: str, force: bool = False) -> None:
        """Raises SettingsError while a run uses it, unless `force`."""
        if not force:
            refuse_in_use(name, self.container.run_store.runs(), self._connections_of)
        self.container.model_connections.disconnect(name)

    def _connections_of(self, tag: str) -> set[str]:
        return {step.connection for step in self.container.prompts.get(tag).steps}

    def test_connection(self, name: str, model: str | None = None, notify: Notify = to_log) -> ConnectionCheck:
        """What the server lists, and what a small request to one of its models takes and costs; within the monthly
        budget of the connection."""
        payments = self.container.unstored_payments(name)
        return self.container.connection_test(name, payments).check(model, notify)

    def test_connection_within_day(self, name: str, model: str | None = None) -> ConnectionCheck:
        """The same, within MAX_USD_PER_DAY too, where that is set."""
        payments = self.container.unstored_payments(name, self.container.daily_limit)
        return self.container.connection_test(name, payments).check(model, to_log)
