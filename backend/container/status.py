"""What the database and the settings tell of runs, and of how models' servers are reached and paid."""

from functools import cached_property

from backend.adapters.database.budgets.connection_ledger import ConnectionLedger
from backend.adapters.database.learnt_formats import LearntFormatStore
from backend.adapters.database.model_connections import ModelConnectionStore
from backend.adapters.database.runs.runs import RunStore
from backend.adapters.key_cipher import KeyCipher
from backend.adapters.providers.registry import ConnectionRegistry
from backend.container.database import DatabaseParts
from backend.domain.resolution.pricing import Pricing
from backend.services.setup.model_connections import ModelConnections


class StatusParts(DatabaseParts):
    @cached_property
    def run_store(self) -> RunStore:
        return RunStore(self.store)

    @cached_property
    def connections(self) -> ConnectionRegistry:
        """How models' servers are reached."""
        return ConnectionRegistry.of(self.settings, self.model_connections, LearntFormatStore(self.store))

    @cached_property
    def model_connections(self) -> ModelConnections:
        """The stored ones."""
        store, settings = ModelConnectionStore(self.store), self.settings
        return ModelConnections(store, KeyCipher(settings.secret_key), settings, settings.variable)

    @property
    def pricing(self) -> Pricing:
        """The prices of a connection for all its models if it has some (PRICE_IN and PRICE_OUT for `default`), else
        each model's known price."""
        return self.connections.pricing

    def spent_this_month(self, connection: str) -> float:
        """USD, of all who asked through a stored connection."""
        return ConnectionLedger(self.store, connection, 0.0, self.pricing).spent()
