"""What works on runs, and what it needs."""

from functools import cached_property, partial
from typing import TYPE_CHECKING

from backend.adapters.database.acceptances import AcceptanceStore
from backend.adapters.database.batches import BatchStore
from backend.adapters.database.calibrations import CalibrationStore
from backend.adapters.database.chunks import ChunkStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs import RunStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.container.workers import WorkerParts
from backend.domain.chat.request_resources import RequestResources
from backend.domain.connection import DEFAULT
from backend.services.pictures.loader import PictureLoader
from backend.services.prompts.resolver import Resolver
from backend.services.runs.batch.batch_run import Batches
from backend.services.runs.batch.request_files import BatchStores
from backend.services.runs.lifecycle import RunLifecycle
from backend.services.runs.part_worker import PartWorker
from backend.services.runs.pusher import Pusher
from backend.services.runs.run_worker import Asking, RunWorker
from backend.services.runs.stored_outcomes import StoredOutcomes
from backend.services.runs.task_labeler import TaskLabeler, alone
from backend.services.runs.worker_pool import WorkerPool

if TYPE_CHECKING:
    from backend.adapters.prometheus import MetricsEndpoint


class RunParts(WorkerParts):
    """`acts_for_person`: whether it acts for somebody who uses the page or the API."""

    acts_for_person = False

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
        return StoredOutcomes(self.store, self.record, self.studio, self.pricing)

    @cached_property
    def lifecycle(self) -> RunLifecycle:
        person = lambda: self.studio.person  # noqa: E731
        return RunLifecycle(self.record, self.resolver, self.batches, self.pricing, person, self.monthly_budget)

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
        record = RunStore(store)
        asking = Asking(self.studio, self._labeler(store), partial(self._batches, store), self.local_processes)
        outcomes = StoredOutcomes(store, record, self.studio, self.pricing)
        return RunWorker(record, Resolver(store, self.studio), asking, outcomes, Pusher(store, self.studio))

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
        """This process's metrics, for Prometheus."""
        from backend.adapters.prometheus import QUEUE_S, MetricsEndpoint

        return MetricsEndpoint(self.queue(QUEUE_S).depth if self.settings.redis_url else None)
