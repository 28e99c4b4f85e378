"""What asks models: the record, the connections, and who asks with them, within which budget."""

from functools import cached_property, partial
from typing import TYPE_CHECKING

from backend.adapters.database.budget_ledger import BudgetLedger
from backend.adapters.database.embeddings import EmbeddingStore
from backend.adapters.database.model_connections import ModelConnectionStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.retry import PATIENT
from backend.adapters.files.private import close_to_others
from backend.adapters.key_cipher import KeyCipher
from backend.adapters.providers.registry import ConnectionRegistry
from backend.domain.connection import DEFAULT
from backend.domain.resolution.resolve import Pricing, priced_as
from backend.domain.runs.run import Run
from backend.engine.budget_allocation import BudgetAllocation
from backend.engine.budgeted_model import BudgetedModel
from backend.engine.daily_limit import Daily
from backend.engine.embedder import Embedder
from backend.engine.request_executor import RequestExecutor
from backend.engine.shutdown import Shutdown, process_stop
from backend.engine.stored_model import RecordedModel, StoredModel
from backend.services.prompts.versions import Prompts
from backend.services.setup.connection_check import ConnectionTest
from backend.services.setup.model_connections import ModelConnections
from backend.settings import Settings, load_settings

if TYPE_CHECKING:
    from backend.adapters.prometheus import MeasuredModel, Metrics


class ModelParts:
    """What works on runs is made over `patient_store`, all else over `store`."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or load_settings()

    @cached_property
    def stop(self) -> Shutdown:
        """The Shutdown that signals request and runs obey."""
        return process_stop()

    @cached_property
    def store(self) -> Store:
        if self.settings.database_url is None:
            close_to_others(self.settings.data_dir)
        return Store(self.settings.database())

    @cached_property
    def patient_store(self) -> Store:
        """The same record; it is waited for when it went away."""
        return self.store.with_retry(PATIENT)

    @cached_property
    def connections(self) -> ConnectionRegistry:
        """How models' servers are reached."""
        return ConnectionRegistry.of(self.settings, lambda name: self.model_connections.open(name))

    @cached_property
    def model_connections(self) -> ModelConnections:
        """The stored ones."""
        settings = self.settings
        store, cipher = ModelConnectionStore(self.store), KeyCipher(settings.secret_key)
        return ModelConnections(store, cipher, settings, settings.variable)

    def connection_test(self, name: str) -> ConnectionTest:
        connection = self.connections[name]
        return ConnectionTest(name, connection.base_url, lambda: self.connections.chat(name), connection.pricing)

    @cached_property
    def pricing(self) -> Pricing:
        """PRICE_IN and PRICE_OUT for every model if they are set, else each model's known price."""
        return self.connections[DEFAULT].pricing

    @cached_property
    def prompts(self) -> Prompts:
        return Prompts(self.store)

    @cached_property
    def embedder(self) -> Embedder:
        url = self.connections[DEFAULT].base_url
        return Embedder(EmbeddingStore(self.store), self.connections.embeddings, url)

    def executor(
        self, run: Run | None = None, teacher: str | None = None, project: int | None = None
    ) -> RequestExecutor:
        """What it asks, `run` pays for; also what it asks of a `teacher`, if one is named. `project`: whose tasks it
        asks about, where no run says so."""
        model = self._within_budget(run, teacher) if run else self._stored(project, teacher)
        return RequestExecutor(model, self.settings.concurrency, observer=self.metrics)

    def _stored(self, project: int | None, teacher: str | None) -> RecordedModel:
        return StoredModel(self._measured(teacher), partial(self.store.add_completions, project=project))

    def _within_budget(self, run: Run, teacher: str | None) -> RecordedModel:
        store, model = self.patient_store, self._measured(teacher)
        write = partial(store.add_completions, run_id=run.id)
        if run.budget is None:
            return StoredModel(model, write)
        models = [self.prompts.get(run.tag).model, *([teacher] if teacher else [])]
        pricing = priced_as(self.pricing, *models)
        ledger = BudgetLedger(store, run.id, pricing)
        return BudgetedModel(model, write, BudgetAllocation(ledger, self.settings.concurrency), pricing)

    def live_executor(self) -> RequestExecutor:
        """For the server, whose callers have a deadline: not patient, and what failed just now is not repeated. Under
        a limit today pays."""
        settings, daily = self.settings, self.daily
        model = self._stored(None, None) if daily is None else self._paid_by(daily)
        return RequestExecutor(model, settings.concurrency, settings.failure_ttl_s, self.metrics, patience_s=0)

    def _paid_by(self, daily: Daily) -> RecordedModel:
        ledger = daily.budget_ledger()
        allocation = BudgetAllocation(ledger, self.settings.concurrency)
        write = partial(self.store.add_completions, run_id=ledger.payer)
        return BudgetedModel(self._measured(), write, allocation, daily.pricing)

    def _measured(self, teacher: str | None = None) -> "MeasuredModel":
        return self.metrics.measured(self.connections.chats() if teacher else self.connections.chat(), self.pricing)

    @cached_property
    def daily(self) -> Daily | None:
        """The limit of what the server asks."""
        limit = self.settings.max_usd_per_day
        if limit is None:
            return None
        models = {version.model for version in self.store.versions()}
        return Daily(self.store, limit, priced_as(self.pricing, self.settings.openai_model, *models))

    @cached_property
    def metrics(self) -> "Metrics":
        from backend.adapters.prometheus import (
            process_metrics,  # importing it takes a tenth of a second
        )

        return process_metrics()
