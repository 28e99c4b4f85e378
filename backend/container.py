"""Composition root: settings -> the parts that everything is made of. No logic.

Each is made when it is first used, so that a command which asks no model need not wait for one.
"""

import asyncio
from functools import cached_property, partial
from typing import TYPE_CHECKING

from backend.adapters.database.acceptances import AcceptanceStore
from backend.adapters.database.batches import BatchStore
from backend.adapters.database.budget_ledger import BudgetLedger
from backend.adapters.database.chunks import ChunkStore
from backend.adapters.database.embeddings import EmbeddingStore
from backend.adapters.database.project_data import ForgetStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs import RunStore
from backend.adapters.files.private import close_to_others
from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.processes import LocalProcess
from backend.adapters.providers.llama_cpp import slots
from backend.adapters.providers.prices import fixed_price, price_of
from backend.adapters.providers.router import ModelRouter
from backend.domain.resolution.resolve import Pricing, priced_as
from backend.domain.runs.run import Run
from backend.engine.budget_allocation import BudgetAllocation
from backend.engine.budgeted_model import BudgetedModel
from backend.engine.concurrency_limiter import ConcurrencyLimiter
from backend.engine.daily_limit import Daily
from backend.engine.embedder import Embedder
from backend.engine.request_executor import RequestExecutor
from backend.engine.shutdown import Shutdown, process_stop
from backend.errors import SettingsError
from backend.services.forget import Forgetting
from backend.services.optimize.optimizer import Optimizer
from backend.services.optimize.session import TeacherAccess
from backend.services.projects import Login, Projects
from backend.services.prompt_drafting import PromptDrafter
from backend.services.prompts.versions import Prompts
from backend.services.run_control.ownership import BackgroundWorkers
from backend.services.runs.batch.batch_run import Batches
from backend.services.runs.batch.request_files import BatchStores
from backend.services.runs.lifecycle import Runs
from backend.services.runs.task_labeler import TaskLabeler, alone
from backend.services.runs.worker_pool import WorkerPool
from backend.services.setup.model_server import ModelServer
from backend.settings import Settings, load_settings

if TYPE_CHECKING:
    from backend.adapters.prometheus import MeasuredModel, Metrics
    from backend.adapters.providers.batch_api import BatchApi
    from backend.adapters.providers.chat_completions import ChatCompletions
    from backend.adapters.providers.embeddings_api import EmbeddingApi
    from backend.adapters.redis.coordination import WorkerRegistration
    from backend.adapters.redis.queue import Queue


class Container:
    """What `App` works with."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or load_settings()

    def acting_for(self, studio: LabelStudioClient) -> "Container":
        """The same, with Label Studio as somebody else sees it."""
        other = Container(self.settings)
        other.__dict__ |= {name: getattr(self, name) for name in ("stop", "store", "record", "metrics", "daily")}
        other.studio = studio
        return other

    @cached_property
    def stop(self) -> Shutdown:
        """What a signal requests and runs heed."""
        return process_stop()

    @cached_property
    def store(self) -> Store:
        if self.settings.database_url is None:
            close_to_others(self.settings.data_dir)
        return Store(self.settings.database())

    @cached_property
    def studio(self) -> LabelStudioClient:
        key = self.settings.label_studio_api_key
        known = AcceptanceStore(self.store).ids
        return LabelStudioClient(self.settings.label_studio_url, key.get_secret_value() if key else None, known)

    @cached_property
    def pricing(self) -> Pricing:
        """PRICE_IN and PRICE_OUT where they are set, for every model; else each model's known price."""
        prices = self.settings.prices()
        return price_of if prices is None else fixed_price(*prices)

    @cached_property
    def prompts(self) -> Prompts:
        return Prompts(self.store, self.settings.openai_model)

    @cached_property
    def runs(self) -> Runs:
        join = self._join_workers if self.settings.redis_url else alone
        url = self.settings.openai_base_url
        labeler = TaskLabeler(self.store, self.record, self.executor, url, self.pricing, join, self.stop, self.embedder)
        return Runs(self.store, self.record, self.studio, self.prompts, labeler, self.batches)

    @cached_property
    def embedder(self) -> Embedder:
        return Embedder(EmbeddingStore(self.store), self._embedding_api, self.settings.openai_base_url)

    @cached_property
    def batches(self) -> Batches:
        stores = BatchStores(self.store, self.record.asks, BatchStore(self.store))
        url = self.settings.openai_base_url
        return Batches(stores, self._batch_api, self._measured, url, self.pricing, lambda: self.metrics, self.stop)

    def _measured(self, teacher: str | None = None) -> "MeasuredModel":
        return self.metrics.measured(self._model_and_teacher() if teacher else self.model(), self.pricing)

    @property
    def _teachers_url(self) -> str:
        return self.settings.teacher_base_url or self.settings.openai_base_url

    @cached_property
    def optimizer(self) -> Optimizer:
        make = TeacherAccess(self._teachers_url, lambda run, teacher: self.executor(run, teacher=teacher))
        return Optimizer(self.runs, make)

    @cached_property
    def drafter(self) -> PromptDrafter:
        make = lambda teacher, project: self.executor(teacher=teacher, project=project)  # noqa: E731
        return PromptDrafter(self.runs, self._teachers_url, make)

    @property
    def worker_pool(self) -> WorkerPool:
        return WorkerPool(self.runs, ChunkStore(self.store), self.queue())

    def _join_workers(self, model: str, slots: ConcurrencyLimiter) -> "WorkerRegistration":
        """To be called on the event loop that `slots` lives on."""
        from backend.adapters.redis.connection import RedisConnection
        from backend.adapters.redis.coordination import WorkerLoad, WorkerRegistration

        loop = asyncio.get_running_loop()
        return WorkerRegistration(
            RedisConnection(self.settings.redis_url or ""),
            f"{self.settings.openai_base_url} {model}",
            self.settings.max_in_flight,
            lambda: WorkerLoad(slots.pace.most, slots.in_flight, slots.answers, slots.refused, slots.waiting),
            lambda cap: loop.call_soon_threadsafe(slots.set_cap, cap),
        )

    @cached_property
    def record(self) -> RunStore:
        return RunStore(self.store)

    @property
    def background_workers(self) -> BackgroundWorkers:
        """Who works on runs in the background."""
        if self.settings.redis_url:
            return self.worker_pool
        return LocalProcess(self.settings.data_dir / "runs", self.settings.as_environment())

    def queue(self, patience_s: float | None = None) -> "Queue":
        """`patience_s`: how long an answer may take; None for a worker, who waits for jobs."""
        from backend.adapters.redis.queue import Queue  # a sixth of a second, which most commands need not wait for

        if not self.settings.redis_url:
            raise SettingsError("A worker needs the queue: set REDIS_URL, like redis://localhost:6379.")
        return Queue(self.settings.redis_url, patience_s)

    @cached_property
    def projects(self) -> Projects:
        return Projects(self.store, self.studio)

    @property
    def forgetting(self) -> Forgetting:
        batches, url = BatchStore(self.store), self.settings.openai_base_url
        logs = self.settings.data_dir / "runs"
        return Forgetting(ForgetStore(self.store), self.record, batches, self.batches.keeper, url, logs)

    @property
    def login(self) -> Login:
        password = self.settings.basic_auth_pass
        return Login(self.settings.basic_auth_user, password.get_secret_value() if password else None)

    @property
    def model_server(self) -> ModelServer:
        url, key = self.settings.openai_base_url, self.settings.openai_api_key
        return ModelServer(url, self.model, lambda: slots(url, key.get_secret_value() if key else None))

    def model(self, timeout_s: float | None = None) -> "ChatCompletions":
        from backend.adapters.providers.chat_completions import (
            ChatCompletions,  # takes 0.7 s, which commands that ask no model need not wait for
        )

        key = self.settings.openai_api_key
        timeout = timeout_s or self.settings.request_timeout_s
        return ChatCompletions(self.settings.openai_base_url, key.get_secret_value() if key else None, timeout)

    def _model_and_teacher(self) -> "ChatCompletions | ModelRouter":
        """Who answers requests to the model and to a teacher, which may be elsewhere."""
        from backend.adapters.providers.chat_completions import ChatCompletions

        settings, url = self.settings, self.settings.teacher_base_url
        if url is None or url == settings.openai_base_url:
            return self.model()
        key = settings.teacher_api_key
        teacher = ChatCompletions(url, key.get_secret_value() if key else None, settings.request_timeout_s, "TEACHER")
        return ModelRouter({settings.openai_base_url: self.model(), url: teacher})

    def _embedding_api(self) -> "EmbeddingApi":
        from backend.adapters.providers.embeddings_api import EmbeddingApi

        key = self.settings.openai_api_key
        timeout = self.settings.request_timeout_s
        return EmbeddingApi(self.settings.openai_base_url, key.get_secret_value() if key else None, timeout)

    def _batch_api(self) -> "BatchApi":
        from backend.adapters.providers.batch_api import BatchApi

        key = self.settings.openai_api_key
        timeout = self.settings.request_timeout_s
        return BatchApi(self.settings.openai_base_url, key.get_secret_value() if key else None, timeout)

    def executor(
        self,
        run: Run | None = None,
        teacher: str | None = None,
        project: int | None = None,
    ) -> RequestExecutor:
        """What it asks, `run` pays for; also what it asks of a `teacher`, if one is named. `project`: whose tasks it
        asks about, where no run says so."""
        concurrency, metrics = self.settings.concurrency, self.metrics
        model = self._measured(teacher)
        write = partial(self.store.add_completions, run_id=run.id if run else None, project=project)
        if run is None or run.budget is None:
            return RequestExecutor(model, write, concurrency, observer=metrics)
        models = [self.prompts.get(run.tag).model, *([teacher] if teacher else [])]
        pricing = priced_as(self.pricing, *models)
        allocation = BudgetAllocation(BudgetLedger(self.store, run.id, pricing), concurrency)
        budgeted_model = BudgetedModel(model, write, allocation, pricing)
        return RequestExecutor(budgeted_model, budgeted_model.write, concurrency, observer=metrics)

    @cached_property
    def daily(self) -> Daily | None:
        """The limit of what the server asks."""
        limit = self.settings.max_usd_per_day
        if limit is None:
            return None
        models = {version.model for version in self.store.versions()}
        return Daily(self.store, limit, priced_as(self.pricing, self.settings.openai_model, *models))

    def live_executor(self) -> RequestExecutor:
        """For the server, whose callers have a deadline: not patient, and what failed just now is not repeated. Under
        a limit today pays."""
        settings, daily, ttl_s, metrics = self.settings, self.daily, self.settings.failure_ttl_s, self.metrics
        if daily is None:
            write = self.store.add_completions
            return RequestExecutor(self._measured(), write, settings.concurrency, ttl_s, metrics, patience_s=0)
        ledger = daily.budget_ledger()
        allocation = BudgetAllocation(ledger, settings.concurrency)
        paid = partial(self.store.add_completions, run_id=ledger.payer)
        model = BudgetedModel(self._measured(), paid, allocation, daily.pricing)
        return RequestExecutor(model, model.write, settings.concurrency, ttl_s, metrics, patience_s=0)

    @cached_property
    def metrics(self) -> "Metrics":
        from backend.adapters.prometheus import (
            process_metrics,  # a tenth of a second, which most commands need not wait for
        )

        return process_metrics()
