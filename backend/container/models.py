"""What asks models: the connections, and who asks with them, within which budget."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from backend.adapters.database.budgets.budget_ledger import BudgetLedger
from backend.adapters.database.budgets.connection_ledger import ConnectionLedger
from backend.adapters.database.embeddings import EmbeddingStore
from backend.adapters.database.prompts import Store
from backend.container.connections import ConnectionParts
from backend.domain.chat.model import ChatModel
from backend.domain.connections.connection import DEFAULT, TEACHER, read_reference
from backend.domain.resolution.pricing import priced_as
from backend.domain.runs.run import Run
from backend.engine.budgets.budget_allocation import BudgetAllocation
from backend.engine.budgets.budget_rules import MonthUsedUp
from backend.engine.budgets.budgeted_model import BudgetedModel
from backend.engine.budgets.connection_budgets import ConnectionBudgets
from backend.engine.budgets.daily_limit import DailyLimit, used_up
from backend.engine.budgets.unstored_payments import Budget, UnstoredPayments
from backend.engine.cascade_predictor import OUTAGE_S
from backend.engine.embedder import Embedder
from backend.engine.embedders import Embedders
from backend.engine.failure_handling import IMPATIENT, FailureHandling
from backend.engine.request_executor import RequestExecutor
from backend.engine.stored_model import RecordedModel, StoredModel, Write
from backend.engine.unreachable_model import unreachable
from backend.errors import SettingsError

if TYPE_CHECKING:
    from backend.adapters.prometheus import MeasuredModel, Metrics


class ModelParts(ConnectionParts):
    """What works on runs is made over `patient_store`, all else over `store`."""

    @cached_property
    def embedder(self) -> Embedders:
        def make(connection: str, url: str) -> Embedder:
            return Embedder(EmbeddingStore(self.store), partial(self.connections.embeddings, connection), url)

        return self._embedders(make)

    @property
    def stored_embedder(self) -> Embedders:
        """The stored embeddings alone: it asks for none."""
        return self._embedders(lambda _, url: Embedder(EmbeddingStore(self.store), None, url))

    def _embedders(self, make: Callable[[str, str], Embedder]) -> Embedders:
        return Embedders(make, self.connections.address, lambda: self.model_connections.names)

    def executor(
        self, run: Run | None = None, teacher: str | None = None, project: int | None = None, connection: str = DEFAULT
    ) -> RequestExecutor:
        """Returns an executor. `run` pays for what the executor asks, and also for what it asks a `teacher`, if one is
        named. Without a run, it asks about tasks of `project` through `connection`."""
        if run is not None:
            version = self.prompts.get(run.tag)
            targets = [(version.connection, version.model), *([self.teacher(teacher)] if teacher else [])]
            model = self._within_budget(run, targets)
        else:
            targets = [self.teacher(teacher)] if teacher else [(connection, "")]
            model = self._stored(project, targets[0][0])
        rates = self._rates(*(name for name, _ in targets))
        return RequestExecutor(model, self._concurrency(targets[0][0]), rates, self.metrics)

    def executors(self, run: Run) -> list[RequestExecutor]:
        """Those of the models of a run's version, each with its own connection, within one budget that `run` pays
        from. One whose key is not here answers nothing, and the other one is asked."""
        steps, store = self.prompts.get(run.tag).steps, self.patient_store
        if len(steps) == 1:
            return [self.executor(run)]
        pricing = priced_as(self.pricing, *(step.model for step in steps))
        allocation = BudgetAllocation(
            BudgetLedger(store, run.id, pricing), self.part.amount(len(steps) * self.settings.concurrency)
        )
        write = partial(store.add_completions, run_id=run.id, run_project=run.project)

        def executor(name: str) -> RequestExecutor:
            try:
                slots, rates = self._concurrency(name), self._rates(name)
                model = self._recorded(self._measured(name), write, store, name)
            except SettingsError as error:
                return unreachable(error)
            paid = model if run.budget is None else BudgetedModel(model, model.write, allocation, pricing)
            return RequestExecutor(paid, slots, rates, self.metrics, FailureHandling(OUTAGE_S))

        return [executor(step.connection) for step in steps]

    def teacher(self, reference: str) -> tuple[str, str]:
        """Connection and model of a teacher."""
        return read_reference(reference, self.model_connections.names, plain=TEACHER)

    def _stored(self, project: int | None, connection: str) -> RecordedModel:
        write = partial(self.store.add_completions, project=project)
        return self._recorded(self._measured(connection), write, self.store, connection, final=False)

    def _recorded(
        self, model: ChatModel, write: Write, store: Store, *connections: str, final: bool = True
    ) -> RecordedModel:
        """The model within the monthly budgets of these connections. `final`: see BudgetAllocation."""
        limits = {name: limit for name in connections if (limit := self.monthly_budget(name)) is not None}
        if not limits:
            return StoredModel(model, write)
        ledgers = {name: ConnectionLedger(store, name, limit, self.pricing) for name, limit in limits.items()}
        allocations = {name: BudgetAllocation(ledgers[name], self._concurrency(name), final) for name in ledgers}
        return ConnectionBudgets(model, write, allocations, self.pricing)

    def monthly_budget(self, connection: str) -> float | None:
        """USD that all who ask through it may spend a month; None for no limit."""
        return self.connections[connection].monthly_budget

    def unstored_payments(self, connection: str, daily: DailyLimit | None = None) -> UnstoredPayments:
        """Who pays for requests whose answers are not stored: within the monthly budget of the connection, and within
        `daily`, where there is one."""
        limit = self.monthly_budget(connection)
        month = ConnectionLedger(self.store, connection, limit or 0.0, self.pricing)
        budgets = []
        if limit is not None:
            budgets.append(Budget(BudgetAllocation(month, 1, final=False), lambda: MonthUsedUp(connection)))
        if daily is not None:
            budgets.append(
                Budget(BudgetAllocation(daily.budget_ledger(), 1, final=False), lambda: used_up(daily.limit))
            )
        return UnstoredPayments(connection, self.pricing, budgets, month.pay if limit is None else None)

    def _within_budget(self, run: Run, targets: Sequence[tuple[str, str]]) -> RecordedModel:
        """`targets`: connections and models."""
        store, model = self.patient_store, self._measured(*(connection for connection, _ in targets))
        write = partial(store.add_completions, run_id=run.id, run_project=run.project)
        recorded = self._recorded(model, write, store, *(connection for connection, _ in targets))
        if run.budget is None:
            return recorded
        pricing = priced_as(self.pricing, *(model for _, model in targets))
        ledger = BudgetLedger(store, run.id, pricing)
        allocation = BudgetAllocation(ledger, self._concurrency(targets[0][0]))
        return BudgetedModel(recorded, recorded.write, allocation, pricing)

    def live_executor(self, connection: str) -> RequestExecutor:
        """For the server, whose callers have a deadline: not patient, and what failed just now is not repeated. Under
        a limit today pays."""
        daily, failures = self.daily_limit, FailureHandling(0, self.settings.failure_ttl_s)
        model = self._stored(None, connection) if daily is None else self._paid_by(daily, connection)
        concurrency, rates = self._concurrency(connection), self._rates(connection)
        return RequestExecutor(model, concurrency, rates, self.metrics, failures)

    def try_executor(
        self, run: Run | None = None, *, project: int | None = None, connection: str = DEFAULT
    ) -> RequestExecutor:
        """For drafts that the server tries on tasks of `project`: under a limit today pays."""
        daily = self.daily_limit
        model = self._stored(project, connection) if daily is None else self._paid_by(daily, connection)
        concurrency, rates = self._concurrency(connection), self._rates(connection)
        return RequestExecutor(model, concurrency, rates, self.metrics, IMPATIENT)

    def _paid_by(self, daily: DailyLimit, connection: str) -> RecordedModel:
        ledger = daily.budget_ledger()
        allocation = BudgetAllocation(ledger, self._concurrency(connection), final=False)
        write = partial(self.store.add_completions, run_id=ledger.payer)
        recorded = self._recorded(self._measured(connection), write, self.store, connection, final=False)
        return BudgetedModel(recorded, recorded.write, allocation, self.pricing)

    def _measured(self, *connections: str) -> "MeasuredModel":
        return self.metrics.measured(self.connections.chats(*connections), self.pricing)

    @cached_property
    def daily_limit(self) -> DailyLimit | None:
        """The limit of what the server asks."""
        limit = self.settings.max_usd_per_day
        if limit is None:
            return None
        return DailyLimit(self.store, limit, priced_as(self.pricing, self.settings.openai_model))

    @cached_property
    def metrics(self) -> "Metrics":
        from backend.adapters.prometheus import (
            process_metrics,  # importing it takes a tenth of a second
        )

        return process_metrics()
