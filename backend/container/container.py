"""All parts: those for prompt versions, runs and projects, over those that ask models."""

from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from backend.adapters.database.acceptances import AcceptanceStore
from backend.adapters.database.batches import BatchStore
from backend.adapters.database.calibrations import CalibrationStore
from backend.adapters.database.chunks import ChunkStore
from backend.adapters.database.draws import DrawStore
from backend.adapters.database.label_configs import ConfigStore
from backend.adapters.database.project_data import ForgetStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs import RunStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.label_studio.credential import Credential
from backend.container.workers import WorkerParts
from backend.domain.chat.request_resources import RequestResources
from backend.domain.connection import DEFAULT
from backend.domain.urls import public_url
from backend.engine.personal_limit import PersonalLimit
from backend.services.dataset.drawing import Drawing
from backend.services.dataset.label_configs import Configs
from backend.services.forget import Forgetting, MakePoller
from backend.services.optimize.optimizer import Optimizer
from backend.services.optimize.session import TeacherAccess
from backend.services.pictures.loader import PictureLoader
from backend.services.projects import Login, Projects
from backend.services.prompt_drafting import PromptDrafter
from backend.services.prompts.resolver import Resolver
from backend.services.prompts.saving import VersionSaver
from backend.services.public_objects import PublicObjects
from backend.services.runs.batch.batch_run import Batches
from backend.services.runs.batch.request_files import BatchStores
from backend.services.runs.lifecycle import RunLifecycle
from backend.services.runs.part_worker import PartWorker
from backend.services.runs.pusher import Pusher
from backend.services.runs.run_worker import Asking, RunWorker
from backend.services.runs.stored_outcomes import StoredOutcomes
from backend.services.runs.task_labeler import TaskLabeler, alone
from backend.services.runs.worker_pool import WorkerPool
from backend.services.setup.model_server import ModelServer

if TYPE_CHECKING:
    from backend.adapters.prometheus import MetricsEndpoint


class Container(WorkerParts):
    """The parts that `App` works with. `acts_for_person`: whether it acts for somebody who uses the page or the API."""

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

    def acting_for(self, who: Credential | str, personal: bool = True) -> "Container":
        """The same, with Label Studio as somebody else sees it.

        who: the credential of a request, or a token as Label Studio shows it
        personal: whether it is a person's, and not the server's own
        """
        other = Container(self.settings)
        shared = ("stop", "store", "metrics", "result_views", "recent_outlooks", "rate_buckets")
        other.__dict__ |= {n: getattr(self, n) for n in shared}
        accepted, url = AcceptanceStore(self.store).ids, self.settings.label_studio_url
        token, credential = (who, None) if isinstance(who, str) else (None, who)
        other.studio = LabelStudioClient(url, token, accepted, credential, personal)
        other.acts_for_person = True
        other.studio.texts = other.pictures
        return other

    def personal_limit(self, person: int | None = None) -> PersonalLimit | None:
        """The limit of what a person may spend, MONTHLY_BUDGET; None where there is no limit.

        person: Label Studio's number of a user; None for the person for whom it acts
        """
        limit = self.settings.monthly_budget
        if limit is None or (person is None and not self.acts_for_person):
            return None
        if person is None:
            return PersonalLimit(self.store, limit, self.pricing, self.studio.person.id)
        return PersonalLimit(self.store, limit, self.pricing, person, whose=f"User {person}'s")

    @property
    def public_objects(self) -> PublicObjects:
        return PublicObjects(self.store, self.prompts, self.record, self.studio, self.seen_until)

    @cached_property
    def seen_until(self) -> dict[int, float]:
        """See PublicObjects; of the person for whom this acts."""
        return {}

    # Prompt versions

    @cached_property
    def saver(self) -> VersionSaver:
        return VersionSaver(self.store, self.studio, self.settings.openai_model, lambda: self.connections.addresses)

    @cached_property
    def configs(self) -> Configs:
        return Configs(ConfigStore(self.store))

    @cached_property
    def calibrations(self) -> CalibrationStore:
        return CalibrationStore(self.store)

    @cached_property
    def drawing(self) -> Drawing:
        return Drawing(self.studio, DrawStore(self.store))

    @cached_property
    def resolver(self) -> Resolver:
        return Resolver(self.store, self.studio)

    @cached_property
    def drafter(self) -> PromptDrafter:
        make = lambda teacher, project: self.executor(teacher=teacher, project=project)  # noqa: E731
        return PromptDrafter(self.studio, self.prompts, self.labeler, self.teacher_template, make)

    # Runs

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

    @property
    def planning_labeler(self) -> TaskLabeler:
        """For what only plans or reads requests: it asks for no embeddings. A request whose embeddings are not stored
        was never asked, and its examples are chosen by words."""
        return replace(self.labeler, resources=replace(self.labeler.resources, embed=self.stored_embedder))

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

    @cached_property
    def optimizer(self) -> Optimizer:
        make = lambda run, teacher: self.executor(run, teacher=teacher)  # noqa: E731
        teaching = TeacherAccess(self.teacher_template, make, self.studio)
        return Optimizer(self._labeler(self.patient_store), teaching, lambda: self.studio.person)

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

    # Projects and servers

    @cached_property
    def projects(self) -> Projects:
        return Projects(self.store, self.studio)

    @property
    def forgetting(self) -> Forgetting:
        batches, logs = BatchStore(self.store), self.settings.data_dir / "runs"
        return Forgetting(ForgetStore(self.store), self.record, batches, self._pollers, logs)

    def _pollers(self) -> dict[str, MakePoller]:
        """Address, as it is stored with batches -> who looks after batches there."""
        names = [DEFAULT, *sorted(self.model_connections.names)]
        return {public_url(self.connections.address(name)): self.batches(name).poller for name in reversed(names)}

    @property
    def login(self) -> Login:
        password = self.settings.basic_auth_pass
        return Login(self.settings.basic_auth_user, password.get_secret_value() if password else None)

    def model_server(self, connection: str = DEFAULT) -> ModelServer:
        make = lambda timeout_s: self.connections.chat(connection, timeout_s)  # noqa: E731
        slots = partial(self.connections.slots, connection)
        return ModelServer(self.connections.address(connection), make, slots)

    def exposition(self) -> "MetricsEndpoint":
        """This process's metrics, for Prometheus."""
        from backend.adapters.prometheus import QUEUE_S, MetricsEndpoint

        return MetricsEndpoint(self.queue(QUEUE_S).depth if self.settings.redis_url else None)
