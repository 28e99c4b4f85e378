"""Checks of the installation: whether every part is there, and whether it answers."""

from typing import TYPE_CHECKING

from backend.adapters.label_studio.health_probe import describe as describe_server
from backend.app.operations import Operations
from backend.domain.connections.connection import DEFAULT
from backend.domain.runs.request_speed import Limits
from backend.domain.urls import public_url
from backend.errors import SettingsError
from backend.logs import to_log
from backend.services.health_checks import HealthCheck, examine
from backend.services.predictions.target_project import Notify
from backend.services.setup.model_server import LISTED_WITHIN_S
from backend.services.setup.reach import reach_studio

if TYPE_CHECKING:
    from backend.adapters.prometheus import MetricsEndpoint


class CheckOperations(Operations):
    """See `backend.app.App`."""

    def doctor(self, backend_url: str | None = None, notify: Notify = to_log) -> list[HealthCheck]:
        """Checks everything that a user needs. The model gets one small request, or a few.

        backend_url: where Label Studio reaches the server; by default where it listens on this machine
        notify: is told if this takes long
        """
        url = backend_url or self.container.settings.local_url()
        return examine(
            {
                "Label Studio": self.describe_studio,
                **({"Backend": lambda: self.container.studio.check_address(url)} if url else {}),
                "Model": lambda: self.check_model(notify),
                **({"Queue": lambda: self.container.queue().describe()} if self.container.settings.redis_url else {}),
                "Database": lambda: self.container.store.describe(),
                "Server": lambda: self._describe_server(url),
                **({"Limit": self.describe_limit} if self.container.daily_limit else {}),
            }
        )

    def describe_studio(self) -> str:
        """Label Studio's address, and the owner of the token. Raises PromptsError with what to do."""
        return f"{public_url(self.container.settings.label_studio_url)}, {self.container.studio.describe()}"

    def describe_own_token(self) -> str:
        """The same of the server's own token, whoever asks. Raises SettingsError where it has none."""
        key = self.container.settings.label_studio_api_key
        if key is None:
            raise SettingsError(
                "The server has no token of Label Studio, so no run can read tasks or push predictions: set "
                "LABEL_STUDIO_API_KEY for it."
            )
        return type(self)(self.container.acting_for(key.get_secret_value(), personal=False)).describe_studio()

    def check_model(self, notify: Notify = to_log) -> str:
        """The model's address, whether its server lists it, and the seconds of a small request.

        Raises PromptsError with what to do.
        """
        settings = self.container.settings
        description = self.container.model_server().describe(settings.openai_model, settings.request_timeout_s)
        limits = Limits(settings.concurrency, settings.request_timeout_s)
        return f"{description}, {self.container.model_server().timed(settings.openai_model, limits, notify)}"

    def reach_studio(self) -> str:
        """The address at which Label Studio answers, without a token."""
        return reach_studio(self.container.settings.label_studio_url)

    def reach_model_server(self) -> str:
        """The address at which a model's server answers, without a key."""
        return self.container.model_server().reach(self.container.settings.request_timeout_s)

    def check_key(self) -> str:
        """How many models the server lists for this key. Raises ProviderError if it refuses the key."""
        return self.container.model_server().listed(self.container.settings.request_timeout_s)

    def check_connection(self, name: str) -> str:
        """The same of any connection, with its address; it waits for seconds. Raises PromptsError with what to do."""
        server = self.container.model_server(name)
        return f"{public_url(self.container.connections.address(name))}: {server.listed(LISTED_WITHIN_S)}"

    def models(self, connection: str = DEFAULT) -> list[str]:
        """Names of the models that a connection's server lists."""
        return self.container.model_server(connection).names(self.container.settings.request_timeout_s)

    def describe_limit(self) -> str:
        """What the server may spend, for people. Raises SettingsError if that limit cannot be kept."""
        daily = self.container.daily_limit
        return "no limit (MAX_USD_PER_DAY)" if daily is None else daily.describe(self.container.settings.openai_model)

    def _describe_server(self, url: str | None) -> str:
        listens = self.container.settings.describe_server()
        return (
            f"{listens}; {describe_server(url, self.container.login.user, self.container.login.password)}"
            if url
            else listens
        )

    def exposition(self) -> "MetricsEndpoint":
        """What Prometheus reads about this process."""
        return self.container.exposition()

    def measure_predict(self, seconds: float) -> None:
        """Counts a request of a labelling screen that was answered, for Prometheus."""
        self.container.metrics.predicted(seconds)
