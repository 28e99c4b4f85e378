"""What works on runs: this process, and who does so beside it."""

import asyncio
from functools import cached_property, partial
from typing import TYPE_CHECKING

from backend.adapters.database.calibrations import CalibrationStore
from backend.adapters.database.projects.acceptances import AcceptanceStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.batches import BatchStore
from backend.adapters.database.runs.chunks import ChunkStore
from backend.adapters.database.runs.runs import RunStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.piped_process import PipedProcess
from backend.adapters.processes import LocalProcess
from backend.advice import Advice
from backend.container.models import ModelParts
from backend.domain.chat.request_resources import RequestResources
from backend.domain.connections.connection import DEFAULT
from backend.engine.concurrency_limiter import ConcurrencyLimiter
from backend.errors import SettingsError
from backend.services.pictures.loader import PictureLoader
from backend.services.prompts.resolver import Resolver
from backend.services.run_control.ownership import BackgroundWorkers
from backend.services.runs.batch.batch_run import Batches
from backend.services.runs.batch.request_files import BatchStores
from backend.services.runs.lifecycle import RunLifecycle
from backend.services.runs.local_processes import LocalProcesses
from backend.services.runs.part_worker import PartWorker
from backend.services.runs.pusher import Pusher
from backend.services.runs.run_worker import Asking, RunWorker
from backend.services.runs.stored_outcomes import StoredOutcomes
from backend.services.runs.task_labeler import TaskLabeler, alone
from backend.services.runs.worker_pool import QueuedWorkers, WorkerPool

if TYPE_CHECKING:
    from backend.adapters.prometheus import MetricsEndpoint
    from backend.adapters.redis.coordination import WorkerRegistration
    from backend.adapters.redis.queue import Queue


class RunParts(ModelParts):
    """
    acts_for_person: whether it acts for somebody who uses the page or the API
    processes: how many of this machine share a run that this process, or one that it starts, works on
    """

    acts_for_person = False
    processes = 1

    @cached_property
    def studio(self) -> LabelStudioClient:
        key = self.settings.label_studio_api_key
        accepted = AcceptanceStore(self.store).ids
        studio = LabelStudioClient(self.settings.label_studio_url, key.get_secret_value() if key else None, accepted)
        studio.texts = self.pictures
        return studio

    @cached_property
    def pictures(self) -> PictureLoader:
        settings = self.settings
        most, files = round(settings.max_image_mb * 10**6), lambda: self.studio.files
        return PictureLoader(settings.label_studio_url, files, most, settings.allow_foreign_urls)

    @cached_property
    def resolver(self) -> Resolver:
        return Resolver(self.store, self.studio)

    @cached_property
    def calibrations(self) -> CalibrationStore:
        return CalibrationStore(self.store)

    @cached_property
    def outcomes(self) -> StoredOutcomes:
        return StoredOutcomes(self.store, self.run_store, self.studio, self.pricing)

    @cached_property
    def lifecycle(self) -> RunLifecycle:
        person = lambda: self.studio.person  # noqa: E731
        return RunLifecycle(self.run_store, self.resolver, self.batches, self.pricing, person, self.monthly_budget)

    @cached_property
    def pusher(self) -> Pusher:
        return Pusher(self.store, self.studio)

    @cached_property
    def labeler(self) -> TaskLabeler:
        return self._labeler(self.store)

    def batches(self, connection: str = DEFAULT) -> Batches:
        return self._batches(self.store, connection)

    @cached_property
    def run_worker(self) -> RunWorker:
        store = self.patient_store
        run_store = RunStore(store)
        asking = Asking(self.studio, self._labeler(store), partial(self._batches, store), self.local_processes)
        outcomes = StoredOutcomes(store, run_store, self.studio, self.pricing)
        return RunWorker(run_store, Resolver(store, self.studio), asking, outcomes, Pusher(store, self.studio))

    @property
    def part_worker(self) -> PartWorker:
        store = self.patient_store
        return PartWorker(RunStore(store), Resolver(store, self.studio), self._labeler(store))

    def _labeler(self, store: Store) -> TaskLabeler:
        join = self._join_workers if self.settings.redis_url else alone
        resources = RequestResources(self.connections.address, self.embedder, self.pictures)
        executors = (self.executor, self.executors)
        return TaskLabeler(store, RunStore(store), *executors, resources, self.pricing, join, self.stop)

    def _batches(self, store: Store, connection: str) -> Batches:
        """Those of a connection. Raises SettingsError if it is not there."""
        stores = BatchStores(store, RunStore(store).run_tasks, BatchStore(store))
        make, ask = partial(self.connections.batches, connection), partial(self._measured, connection)
        url = self.connections.address(connection)
        return Batches(stores, make, ask, url, self.pricing, lambda: self.metrics, self.stop)

    @property
    def worker_pool(self) -> WorkerPool:
        return WorkerPool(self.run_worker, ChunkStore(self.patient_store), self.queue())

    def exposition(self) -> "MetricsEndpoint":
        """The metrics of this process, for Prometheus."""
        from backend.adapters.prometheus import QUEUE_S, MetricsEndpoint

        return MetricsEndpoint(self.queue(QUEUE_S).depth if self.settings.redis_url else None)

    # Who works on runs beside this process: workers on many machines, and processes of this one

    def divide_runs(self, processes: int, background: bool) -> None:
        """`background`: whether for runs in the background. Raises SettingsError where workers carry those out."""
        if background and processes > 1 and self.settings.redis_url:
            raise SettingsError(
                "Workers carry out runs in the background, because REDIS_URL is set:", Advice.MORE_WORKERS
            )
        self.processes = processes

    @property
    def local_processes(self) -> LocalProcesses:
        start = partial(PipedProcess, env=self.settings.as_environment())
        return LocalProcesses(self.processes, start, self._concurrency, self.stop)

    @property
    def background_workers(self) -> BackgroundWorkers:
        """Workers on background runs."""
        if self.settings.redis_url:
            return QueuedWorkers(ChunkStore(self.store), self.queue())
        return LocalProcess(self.settings.data_dir / "runs", self.settings.as_environment(), self.processes)

    def _join_workers(self, server: str, slots: ConcurrencyLimiter) -> "WorkerRegistration":
        """To be called on the event loop that `slots` lives on."""
        from backend.adapters.redis.connection import RedisConnection
        from backend.adapters.redis.coordination import WorkerLoad, WorkerRegistration

        loop = asyncio.get_running_loop()
        return WorkerRegistration(
            RedisConnection(self.settings.redis_url or ""),
            server,
            self.settings.max_in_flight,
            lambda: WorkerLoad(slots.adaptive.most, slots.in_flight, slots.answers, slots.refused, slots.waiting),
            lambda cap: loop.call_soon_threadsafe(slots.set_cap, cap),
        )

    def queue(self, patience_s: float | None = None) -> "Queue":
        """`patience_s`: seconds that a reply may take; None for as long as a worker waits."""
        from backend.adapters.redis.connection import REPLY_S
        from backend.adapters.redis.queue import Queue  # a sixth of a second, which most commands need not wait for

        if not self.settings.redis_url:
            raise SettingsError("A worker needs the queue: set REDIS_URL, like redis://localhost:6379.")
        return Queue(self.settings.redis_url, patience_s or REPLY_S)
