"""The registry of connections: the servers this installation knows, by name, and the clients that reach them.

Key, address, time-out and prices are unpacked from the settings here and nowhere else.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, Self

from pydantic import SecretStr

from backend.adapters.providers.learnt_formats import FormatStore, LearntFormats
from backend.adapters.providers.llama_cpp import slots
from backend.adapters.providers.model_connection import ModelConnection, SettingNames, pricing_of
from backend.adapters.providers.model_profiles import ModelProfiles
from backend.adapters.providers.prices import Price
from backend.adapters.providers.rate_headers import RateHeaders
from backend.adapters.providers.router import ModelRouter
from backend.advice import Advice
from backend.domain.connections.connection import DEFAULT, TEACHER, StoredConnection
from backend.domain.connections.learnt_format import LearntFormat
from backend.domain.connections.profiles import guessed
from backend.domain.runs.rate_limit import RateLimit
from backend.errors import SettingsError
from backend.settings import Settings

if TYPE_CHECKING:
    from backend.adapters.providers.batch_api import BatchApi
    from backend.adapters.providers.chat_completions import ChatCompletions
    from backend.adapters.providers.embeddings_api import EmbeddingApi


NO_KEY = "none"


class StoredConnections(Protocol):
    """Those that users added; None if there is none of a name."""

    def find(self, name: str) -> StoredConnection | None: ...

    def recent(self, name: str) -> StoredConnection | None:
        """As it was some seconds ago: without a look into the database for each price."""

    def open(self, name: str) -> ModelConnection | None:
        """With its key. Raises SettingsError without it."""

    def all(self) -> list[StoredConnection]:
        """By name."""


class NoStored:
    """There are none."""

    def find(self, name: str) -> StoredConnection | None:
        return None

    recent = find

    def open(self, name: str) -> ModelConnection | None:
        return None

    def all(self) -> list[StoredConnection]:
        return []


class ConnectionRegistry:
    """connections: those of the environment, by name
    stored: the others. Importing a client takes 0.7 s, which commands that ask no model need not wait for.
    learnt: where it is kept what models refuse
    """

    def __init__(
        self,
        connections: Mapping[str, ModelConnection],
        stored: StoredConnections | None = None,
        learnt: FormatStore | None = None,
    ) -> None:
        self._connections = connections
        self._stored = stored or NoStored()
        self._learnt = learnt
        self._profiles: dict[tuple[str, str], ModelProfiles] = {}
        self._stated: defaultdict[str, RateHeaders] = defaultdict(RateHeaders)

    @classmethod
    def of(cls, settings: Settings, stored: StoredConnections | None = None, learnt: FormatStore | None = None) -> Self:
        """OPENAI_* is the connection `default`; TEACHER_* that of the teachers, where they are elsewhere or have their
        own key."""
        url, timeout_s = settings.openai_base_url, settings.request_timeout_s
        rates = settings.requests_per_minute, settings.tokens_per_minute
        default = ModelConnection(
            url, _plain(settings.openai_api_key), timeout_s, prices=settings.prices, rates=rates, profile=guessed(url)
        )
        connections = {DEFAULT: default}
        teachers, key = settings.teacher_base_url or url, _plain(settings.teacher_api_key)
        own = SettingNames.of_settings("TEACHER")
        if teachers != url or (settings.teacher_base_url and key):
            apart = replace(default, base_url=teachers, api_key=key, settings=own, name=TEACHER)
            connections[TEACHER] = replace(apart, rates=(None, None), profile=guessed(teachers))
        return cls(connections, stored, learnt)

    def __getitem__(self, name: str) -> ModelConnection:
        """The default one for teachers that have none of their own. Raises SettingsError for a name that is not there,
        and for a key that is not."""
        connection = self._own(name) or self._stored.open(name)
        if connection is None:
            raise missing(name)
        return connection

    @property
    def of_environment(self) -> list[StoredConnection]:
        """Those of the settings, as they are listed."""
        return [_listed(connection) for connection in self._connections.values()]

    @property
    def addresses(self) -> dict[str, str]:
        """Of all connections, by name."""
        return {connection.name: connection.base_url for connection in [*self.of_environment, *self._stored.all()]}

    def _own(self, name: str) -> ModelConnection | None:
        """One of the environment's."""
        return self._connections.get(DEFAULT if name == TEACHER and name not in self._connections else name)

    def _without_key(self, name: str) -> "ModelConnection | StoredConnection":
        """Raises SettingsError for a name that is not there."""
        connection = self._own(name) or self._stored.find(name)
        if connection is None:
            raise missing(name)
        return connection

    def address(self, name: str) -> str:
        """Needs no key. Raises SettingsError for a name that is not there."""
        return self._without_key(name).base_url

    def concurrency(self, name: str) -> int | None:
        """Most requests in flight, if it has a number of its own. Needs no key, as `address`."""
        return self._without_key(name).concurrency

    def pricing(self, model: str, connection: str) -> Price:
        """A Pricing. Unknown for a connection that is not there."""
        own = self._own(connection)
        if own is not None:
            return own.pricing(model)
        stored = self._stored.recent(connection)
        return _unknown if stored is None else pricing_of(stored.prices)(model)

    def chat(self, name: str = DEFAULT, timeout_s: float | None = None) -> "ChatCompletions":
        """Raises SettingsError for a key or an address that can't be one."""
        from backend.adapters.providers.chat_completions import ChatCompletions

        connection = self[name]
        patient = connection if timeout_s is None else replace(connection, timeout_s=timeout_s)
        return ChatCompletions(patient, self.profiles(connection), self._stated[connection.name])

    def profiles(self, connection: ModelConnection) -> ModelProfiles:
        """What is known of the models at its address. All connections to one address share it."""
        profile = connection.profile
        key = connection.base_url, profile.name if profile else ""
        if key not in self._profiles:
            self._profiles[key] = ModelProfiles(profile, LearntFormats(self._learnt, *key))
        return self._profiles[key]

    def learnt(self, stored: StoredConnection) -> list[LearntFormat]:
        """What the models at a connection's address refused, as it is kept."""
        return LearntFormats(
            self._learnt, stored.base_url, stored.server_profile.name if stored.server_profile else ""
        ).all()

    def chats(self, *names: str) -> "ChatCompletions | ModelRouter":
        """Who answers requests to all these connections."""
        if len({self[name].name for name in names}) == 1:
            return self.chat(names[0])
        return ModelRouter({name: self.chat(name) for name in names})

    def rate_limits(self, *names: str, parts: int = 1) -> Callable[[str, str], RateLimit | None]:
        """Connection (one of `names`) and model -> the limit, declared or, model by model, as its server states it.
        `parts`: see RateLimit."""
        opened = {name: self[name] for name in names}

        def limit(name: str, model: str) -> RateLimit | None:
            connection = opened.get(name) or self[name]
            stated, own = self._stated[connection.name].limits(model), connection.rates
            requests, tokens = (mine or theirs for mine, theirs in zip(own, stated, strict=True))
            if requests is None and tokens is None:
                return None
            bucket = (connection.name, connection.base_url, *([] if any(own) else [model]))
            return RateLimit(requests, tokens, " ".join(bucket), parts)

        return limit

    def stated(self, name: str) -> Callable[[str], tuple[float | None, float | None]]:
        """Model -> the limits that the server has stated by now."""
        return self._stated[name].limits

    def embeddings(self, name: str = DEFAULT) -> "EmbeddingApi":
        from backend.adapters.providers.embeddings_api import EmbeddingApi

        return EmbeddingApi(self[name])

    def batches(self, name: str = DEFAULT) -> "BatchApi":
        from backend.adapters.providers.batch_api import BatchApi

        return BatchApi(self[name])

    def slots(self, name: str = DEFAULT) -> int | None:
        """How many requests a server works on at once, if it says so."""
        return slots(self[name].base_url, self[name].api_key)


def missing(name: str) -> SettingsError:
    return SettingsError(f"There is no connection '{name}' here:", Advice.ADD_CONNECTION, connection=name)


def opened(
    stored: StoredConnection, key: str | None, settings: Settings, renewed_key: Callable[[], str] | None = None
) -> ModelConnection:
    """A stored connection with its key; one without a key sends a word, because clients must send something."""
    return ModelConnection(
        stored.base_url,
        key or NO_KEY,
        stored.timeout_s or settings.request_timeout_s,
        SettingNames.of_stored(stored.name),
        lambda: stored.prices,
        stored.name,
        stored.concurrency,
        (stored.requests_per_minute, stored.tokens_per_minute),
        stored.server_profile,
        stored.monthly_budget,
        renewed_key,
    )


def _listed(connection: ModelConnection) -> StoredConnection:
    key = connection.settings.key if connection.api_key else None
    price_in, price_out = connection.prices() or (None, None)
    url, timeout_s = connection.base_url, connection.timeout_s
    return StoredConnection(connection.name, url, key, None, timeout_s, None, price_in, price_out, *connection.rates)


def _unknown(_prompt: int, _cached: int, _completion: int) -> None:
    """The price of what nobody knows."""


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
