"""Composition root: settings -> the parts that everything is made of. No logic.

Each is made when it is first used, so that a command which asks no model need not wait for one.
"""

import asyncio
from functools import cached_property, partial
from typing import TYPE_CHECKING

from backend.core.derive import Pricing, priced_as
from backend.core.runs import Run
from backend.edges.batch_store import BatchStore
from backend.edges.broker import Broker
from backend.edges.embedding_store import EmbeddingStore
from backend.edges.fleet import Load, Member
from backend.edges.job_store import JobStore
from backend.edges.ledger import Ledger
from backend.edges.prices import fixed_price, price_of
from backend.edges.process import LocalProcess
from backend.edges.queue import Queue
from backend.edges.run_store import RunStore
from backend.edges.store import Store
from backend.edges.studio import Studio
from backend.errors import SettingsError
from backend.flows.asker import Asker
from backend.flows.batch import Batches
from backend.flows.batch_writer import Shelf
from backend.flows.crew import Crew
from backend.flows.draft import Drafter
from backend.flows.embedding import Embedding
from backend.flows.enhance import Enhancer
from backend.flows.hands import Hands
from backend.flows.labelling import Labelling, alone
from backend.flows.models import Models
from backend.flows.place import Tell
from backend.flows.progress import to_log
from backend.flows.projects import Login, Projects
from backend.flows.prompts import Prompts
from backend.flows.provider import Patience
from backend.flows.purse import Purse
from backend.flows.runs import Runs
from backend.flows.search import Teaching
from backend.flows.slots import Slots
from backend.flows.stop import Stop, process_stop
from backend.flows.thrift import Thrift
from backend.settings import Settings, load_settings

if TYPE_CHECKING:
    from backend.edges.batches import BatchApi
    from backend.edges.embeddings import EmbeddingApi
    from backend.edges.llm import Model
    from backend.edges.metrics import MeasuredModel, Metrics


class Parts:
    """What `App` works with."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or load_settings()

    @cached_property
    def stop(self) -> Stop:
        """What a signal requests and runs heed."""
        return process_stop()

    @cached_property
    def store(self) -> Store:
        return Store(self.settings.database())

    @cached_property
    def studio(self) -> Studio:
        key = self.settings.label_studio_api_key
        return Studio(self.settings.label_studio_url, key.get_secret_value() if key else None)

    @cached_property
    def pricing(self) -> Pricing:
        """PRICE_IN and PRICE_OUT where they are set, for every model; else each model's known price."""
        prices = self.settings.prices()
        return price_of if prices is None else fixed_price(*prices)

    @cached_property
    def _prompts(self) -> Prompts:
        return Prompts(self.store, self.settings.openai_model)

    @cached_property
    def _runs(self) -> Runs:
        join = self._join if self.settings.redis_url else alone
        url = self.settings.openai_base_url
        labelling = Labelling(self.store, self.record, self._asker, url, self.pricing, join, self.stop, self._embed)
        return Runs(self.store, self.record, self.studio, self._prompts, labelling, self._batches)

    @cached_property
    def _embed(self) -> Embedding:
        return Embedding(EmbeddingStore(self.store), self._embedding_api, self.settings.openai_base_url)

    @cached_property
    def _batches(self) -> Batches:
        shelf = Shelf(self.store, self.record.asks, BatchStore(self.store))
        url = self.settings.openai_base_url
        return Batches(shelf, self._batch_api, self._measured, url, self.pricing, lambda: self.metrics, self.stop)

    def _measured(self, teacher: str | None = None) -> "MeasuredModel":
        return self.metrics.measured(self._model_and_teacher() if teacher else self._model(), self.pricing)

    @property
    def _teachers_url(self) -> str:
        return self.settings.teacher_base_url or self.settings.openai_base_url

    @cached_property
    def _enhancer(self) -> Enhancer:
        make = Teaching(self._teachers_url, lambda run, teacher, tell: self._asker(run, teacher=teacher, tell=tell))
        return Enhancer(self._runs, make)

    @cached_property
    def _drafter(self) -> Drafter:
        return Drafter(self._runs, self._teachers_url, lambda teacher: self._asker(teacher=teacher))

    @property
    def _crew(self) -> Crew:
        return Crew(self._runs, JobStore(self.store), self._queue())

    def _join(self, model: str, slots: Slots) -> Member:
        """To be called on the event loop that `slots` lives on."""
        loop = asyncio.get_running_loop()
        return Member(
            Broker(self.settings.redis_url or ""),
            f"{self.settings.openai_base_url} {model}",
            self.settings.max_in_flight,
            lambda: Load(slots.pace.most, slots.in_flight, slots.answers, slots.refused),
            lambda cap: loop.call_soon_threadsafe(slots.set_cap, cap),
        )

    @cached_property
    def record(self) -> RunStore:
        return RunStore(self.store)

    @property
    def _hands(self) -> Hands:
        """Who works on runs in the background."""
        if self.settings.redis_url:
            return self._crew
        return LocalProcess(self.settings.data_dir / "runs", self.settings.as_environment())

    def _queue(self) -> Queue:
        if not self.settings.redis_url:
            raise SettingsError("A worker needs the queue: set REDIS_URL, like redis://localhost:6379.")
        return Queue(self.settings.redis_url)

    @cached_property
    def _projects(self) -> Projects:
        return Projects(self.store, self.studio)

    @property
    def _login(self) -> Login:
        password = self.settings.basic_auth_pass
        return Login(self.settings.basic_auth_user, password.get_secret_value() if password else None)

    def _model(self) -> "Model":
        from backend.edges.llm import Model  # takes 0.7 s, which commands that ask no model need not wait for

        key = self.settings.openai_api_key
        timeout = self.settings.request_timeout_s
        return Model(self.settings.openai_base_url, key.get_secret_value() if key else None, timeout)

    def _model_and_teacher(self) -> "Model | Models":
        """Who answers requests to the model and to a teacher, which may be elsewhere."""
        from backend.edges.llm import Model

        settings, url = self.settings, self.settings.teacher_base_url
        if url is None or url == settings.openai_base_url:
            return self._model()
        key = settings.teacher_api_key
        teacher = Model(url, key.get_secret_value() if key else None, settings.request_timeout_s, "TEACHER")
        return Models({settings.openai_base_url: self._model(), url: teacher})

    def _embedding_api(self) -> "EmbeddingApi":
        from backend.edges.embeddings import EmbeddingApi

        key = self.settings.openai_api_key
        timeout = self.settings.request_timeout_s
        return EmbeddingApi(self.settings.openai_base_url, key.get_secret_value() if key else None, timeout)

    def _batch_api(self) -> "BatchApi":
        from backend.edges.batches import BatchApi

        key = self.settings.openai_api_key
        timeout = self.settings.request_timeout_s
        return BatchApi(self.settings.openai_base_url, key.get_secret_value() if key else None, timeout)

    def _asker(
        self, run: Run | None = None, failure_ttl_s: float = 0, teacher: str | None = None, tell: Tell = to_log
    ) -> Asker:
        """What it asks, `run` pays for; also what it asks of a `teacher`, if one is named. Only a run waits for a
        provider that is away, and `tell`s of it."""
        concurrency, metrics = self.settings.concurrency, self.metrics
        model = self._measured(teacher)
        patience = Patience(self.settings.outage_patience_s if run else 0.0, tell)
        write = partial(self.store.add_completions, run_id=run.id if run else None)
        if run is None or run.budget is None:
            return Asker(model, write, concurrency, failure_ttl_s, metrics, patience)
        models = [self._prompts.get(run.tag).model, *([teacher] if teacher else [])]
        pricing = priced_as(self.pricing, *models)
        purse = Purse(Ledger(self.store, run.id, pricing), concurrency)
        thrift = Thrift(model, write, purse, pricing)
        return Asker(thrift, thrift.write, concurrency, failure_ttl_s, metrics, patience)

    @cached_property
    def metrics(self) -> "Metrics":
        from backend.edges.metrics import process_metrics  # a tenth of a second, which most commands need not wait for

        return process_metrics()
