"""What asks models: the record, the connections, and who asks with them, within which budget."""

from collections.abc import Sequence
from dataclasses import replace
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
from backend.domain.chat.request import RequestTemplate
from backend.domain.connection import DEFAULT, TEACHER, read_reference
from backend.domain.optimize.teacher_request import teacher_template
from backend.domain.resolution.resolve import Pricing, priced_as
from backend.domain.runs.run import Run
from backend.engine.budget_allocation import BudgetAllocation
from backend.engine.budgeted_model import BudgetedModel
from backend.engine.cascade_predictor import OUTAGE_S
from backend.engine.daily_limit import Daily
from backend.engine.embedder import Embedder
from backend.engine.embedders import Embedders
from backend.engine.request_executor import RequestExecutor
from backend.engine.shutdown import Shutdown, process_stop
from backend.engine.stored_model import RecordedModel, StoredModel
from backend.services.analysis.result_views import ResultViews
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
        return ConnectionRegistry.of(self.settings, self.model_connections)

    @cached_property
    def model_connections(self) -> ModelConnections:
        """The stored ones."""
        settings = self.settings
        store, cipher = ModelConnectionStore(self.store), KeyCipher(settings.secret_key)
        return ModelConnections(store, cipher, settings, settings.variable)

    def connection_test(self, name: str) -> ConnectionTest:
        address = self.connections[name].base_url
        return ConnectionTest(name, address, lambda: self.connections.chat(name), self.pricing)

    @property
    def pricing(self) -> Pricing:
        """The prices of a connection for all its models if it has some (PRICE_IN and PRICE_OUT for `default`), else
        each model's known price."""
        return self.connections.pricing

    @cached_property
    def prompts(self) -> Prompts:
        return Prompts(self.store)

    @cached_property
    def embedder(self) -> Embedders:
        def make(connection: str, url: str) -> Embedder:
            return Embedder(EmbeddingStore(self.store), partial(self.connections.embeddings, connection), url)

        return Embedders(make, self.connections.address, lambda: self.model_connections.names)

    def executor(
        self, run: Run | None = None, teacher: str | None = None, project: int | None = None, connection: str = DEFAULT
    ) -> RequestExecutor:
        """What it asks, `run` pays for; also what it asks of a `teacher`, if one is named. Without a run, it asks
        about tasks of `project` through `connection`."""
        if run is not None:
            version = self.prompts.get(run.tag)
            asked = [(version.connection, version.model), *([self.teacher(teacher)] if teacher else [])]
            model = self._within_budget(run, asked)
        else:
            asked = [self.teacher(teacher)] if teacher else [(connection, "")]
            model = self._stored(project, asked[0][0])
        return RequestExecutor(model, self._concurrency(asked[0][0]), observer=self.metrics)

    def executors(self, run: Run) -> list[RequestExecutor]:
        """Those of the models of a run's version, each with its own connection, within one budget that `run` pays
        from."""
        steps, store = self.prompts.get(run.tag).steps, self.patient_store
        if len(steps) == 1:
            return [self.executor(run)]
        slots = {step.connection: self._concurrency(step.connection) for step in steps}
        pricing = priced_as(self.pricing, *(step.model for step in steps))
        allocation = BudgetAllocation(BudgetLedger(store, run.id, pricing), sum(slots.values()))
        write = partial(store.add_completions, run_id=run.id)

        def within_budget(connection: str) -> RecordedModel:
            model = self._measured(connection)
            return StoredModel(model, write) if run.budget is None else BudgetedModel(model, write, allocation, pricing)

        return [
            RequestExecutor(within_budget(name), slots[name], observer=self.metrics, patience_s=OUTAGE_S)
            for name in (step.connection for step in steps)
        ]

    def teacher(self, reference: str) -> tuple[str, str]:
        """Connection and model of a teacher."""
        return read_reference(reference, self.model_connections.names, plain=TEACHER)

    def teacher_template(self, reference: str, cap: int | None = None, *, of_system: bool = False) -> RequestTemplate:
        """See MakeTeacherTemplate."""
        connection, model = self.teacher(reference)
        template = teacher_template(self.connections.address(connection), model, cap, of_system)
        return replace(template, connection=connection)

    def _concurrency(self, connection: str) -> int:
        return self.connections[connection].concurrency or self.settings.concurrency

    def _stored(self, project: int | None, connection: str) -> RecordedModel:
        return StoredModel(self._measured(connection), partial(self.store.add_completions, project=project))

    def _within_budget(self, run: Run, asked: Sequence[tuple[str, str]]) -> RecordedModel:
        """`asked`: connections and models."""
        store, model = self.patient_store, self._measured(*(connection for connection, _ in asked))
        write = partial(store.add_completions, run_id=run.id)
        if run.budget is None:
            return StoredModel(model, write)
        pricing = priced_as(self.pricing, *(model for _, model in asked))
        ledger = BudgetLedger(store, run.id, pricing)
        return BudgetedModel(model, write, BudgetAllocation(ledger, self._concurrency(asked[0][0])), pricing)

    def live_executor(self, connection: str) -> RequestExecutor:
        """For the server, whose callers have a deadline: not patient, and what failed just now is not repeated. Under
        a limit today pays."""
        settings, daily = self.settings, self.daily
        model = self._stored(None, connection) if daily is None else self._paid_by(daily, connection)
        concurrency = self._concurrency(connection)
        return RequestExecutor(model, concurrency, settings.failure_ttl_s, self.metrics, patience_s=0)

    def trial_executor(
        self, run: Run | None = None, *, project: int | None = None, connection: str = DEFAULT
    ) -> RequestExecutor:
        """For drafts that the server tries on tasks of `project`: under a limit today pays."""
        daily = self.daily
        model = self._stored(project, connection) if daily is None else self._paid_by(daily, connection)
        return RequestExecutor(model, self._concurrency(connection), observer=self.metrics, patience_s=0)

    def _paid_by(self, daily: Daily, connection: str) -> RecordedModel:
        ledger = daily.budget_ledger()
        allocation = BudgetAllocation(ledger, self._concurrency(connection))
        write = partial(self.store.add_completions, run_id=ledger.payer)
        return BudgetedModel(self._measured(connection), write, allocation, daily.pricing)

    def _measured(self, *connections: str) -> "MeasuredModel":
        return self.metrics.measured(self.connections.chats(*connections), self.pricing)

    @cached_property
    def daily(self) -> Daily | None:
        """The limit of what the server asks."""
        limit = self.settings.max_usd_per_day
        if limit is None:
            return None
        models = {version.model for version in self.store.versions()}
        return Daily(self.store, limit, priced_as(self.pricing, self.settings.openai_model, *models))

    @cached_property
    def result_views(self) -> ResultViews:
        return ResultViews()

    @cached_property
    def metrics(self) -> "Metrics":
        from backend.adapters.prometheus import (
            process_metrics,  # importing it takes a tenth of a second
        )

        return process_metrics()
