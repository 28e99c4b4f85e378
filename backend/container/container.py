"""All parts: those for prompt versions, runs and projects, over those that ask models."""

from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from backend.adapters.database.projects.acceptances import AcceptanceStore
from backend.adapters.database.projects.draws import DrawStore
from backend.adapters.database.projects.label_configs import ConfigStore
from backend.adapters.database.projects.project_data import ForgetStore
from backend.adapters.database.runs.batches import BatchStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.label_studio.credential import Credential
from backend.container.runs import RunParts
from backend.domain.chat.request import RequestTemplate
from backend.domain.connections.connection import DEFAULT
from backend.domain.optimize.teacher_request import teacher_template
from backend.domain.urls import public_url
from backend.engine.budgets.personal_limit import PersonalLimit
from backend.engine.budgets.unstored_payments import UnstoredPayments
from backend.services.analysis.recent_outlooks import RecentOutlooks
from backend.services.analysis.result_views import ResultViews
from backend.services.dataset.drawing import Drawing
from backend.services.dataset.label_configs import Configs
from backend.services.forget import Forgetting, MakePoller
from backend.services.optimize.optimizer import Optimizer
from backend.services.optimize.session import TeacherAccess
from backend.services.predictions.version_predictions import VersionPredictions
from backend.services.projects import Login, Projects
from backend.services.prompt_drafting import PromptDrafter
from backend.services.prompts.saving import VersionSaver
from backend.services.public_objects import PublicObjects
from backend.services.runs.task_labeler import TaskLabeler
from backend.services.setup.connection_check import ConnectionTest
from backend.services.setup.model_server import ModelServer

if TYPE_CHECKING:
    from backend.adapters.providers.ability_probe import AbilityProbe
    from backend.adapters.providers.chat_completions import ChatCompletions


class Container(RunParts):
    """The parts that `App` works with."""

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
        return PublicObjects(self.store, self.prompts, self.run_store, self.studio, self.seen_until)

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
    def drawing(self) -> Drawing:
        return Drawing(self.studio, DrawStore(self.store))

    @cached_property
    def drafter(self) -> PromptDrafter:
        make = lambda teacher, project: self.executor(teacher=teacher, project=project)  # noqa: E731
        return PromptDrafter(self.studio, self.prompts, self.labeler, self.teacher_template, make)

    @property
    def planning_labeler(self) -> TaskLabeler:
        """For what only plans or reads requests: it asks for no embeddings. A request whose embeddings are not stored
        was never asked, and its examples are chosen by words."""
        return replace(self.labeler, resources=replace(self.labeler.resources, embed=self.stored_embedder))

    @cached_property
    def optimizer(self) -> Optimizer:
        make = lambda run, teacher: self.executor(run, teacher=teacher)  # noqa: E731
        teaching = TeacherAccess(self.teacher_template, make, self.studio)
        return Optimizer(self._labeler(self.patient_store), teaching, lambda: self.studio.person)

    # Models' servers

    def teacher_template(self, reference: str, cap: int | None = None, *, of_system: bool = False) -> RequestTemplate:
        """See MakeTeacherTemplate."""
        connection, model = self.teacher(reference)
        template = teacher_template(self.connections.address(connection), model, cap, of_system)
        return replace(template, connection=connection)

    def connection_test(self, name: str, payments: UnstoredPayments) -> ConnectionTest:
        """`payments`: who pays for it."""
        connection = self.connections[name]
        profile = connection.profile.name if connection.profile else None

        def probe(chat: "ChatCompletions") -> "AbilityProbe":
            from backend.adapters.providers.ability_probe import AbilityProbe

            return AbilityProbe(chat, connection.api_key or "", lambda: self.connections.batches(name))

        make, formats = lambda: self.connections.chat(name), self.connections.profiles(connection)
        limits, url = self.connections.stated(name), connection.base_url
        return ConnectionTest(name, url, make, self.pricing, payments, probe, profile, limits, formats)

    # Projects and servers

    @cached_property
    def projects(self) -> Projects:
        return Projects(self.store, self.studio)

    @cached_property
    def version_predictions(self) -> VersionPredictions:
        return VersionPredictions(self.store, self.studio)

    @property
    def forgetting(self) -> Forgetting:
        batches, logs = BatchStore(self.store), self.settings.data_dir / "runs"
        return Forgetting(ForgetStore(self.store), self.run_store, batches, self._pollers, logs)

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

    @cached_property
    def result_views(self) -> ResultViews:
        return ResultViews()

    @cached_property
    def recent_outlooks(self) -> RecentOutlooks:
        return RecentOutlooks()
