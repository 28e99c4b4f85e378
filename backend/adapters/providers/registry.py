"""The registry of connections: the servers this installation knows, by name, and the clients that reach them.

Key, address, time-out and prices are unpacked from the settings here and nowhere else.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from pydantic import SecretStr

from backend.adapters.providers.llama_cpp import slots
from backend.adapters.providers.model_connection import ModelConnection, SettingNames
from backend.adapters.providers.model_profiles import ModelProfiles
from backend.adapters.providers.router import ModelRouter
from backend.domain.connection import DEFAULT, TEACHER, StoredConnection
from backend.errors import SettingsError
from backend.settings import Settings

if TYPE_CHECKING:
    from backend.adapters.providers.batch_api import BatchApi
    from backend.adapters.providers.chat_completions import ChatCompletions
    from backend.adapters.providers.embeddings_api import EmbeddingApi


NO_KEY = "none"
Stored = Callable[[str], ModelConnection | None]
"""Name -> a stored connection, read anew; None if there is none."""


class ConnectionRegistry:
    """`connections`: those of the environment, by name; `stored`: the others. Importing a client takes 0.7 s, which
    commands that ask no model need not wait for."""

    def __init__(self, connections: Mapping[str, ModelConnection], stored: Stored = lambda _: None) -> None:
        self._connections = connections
        self._stored = stored
        self._profiles: defaultdict[str, ModelProfiles] = defaultdict(ModelProfiles)

    @classmethod
    def of(cls, settings: Settings, stored: Stored = lambda _: None) -> Self:
        """OPENAI_* is the connection `default`; TEACHER_* that of the teachers, where they are elsewhere or have their
        own key."""
        url, timeout_s = settings.openai_base_url, settings.request_timeout_s
        default = ModelConnection(url, _plain(settings.openai_api_key), timeout_s, prices=settings.prices)
        connections = {DEFAULT: default}
        teachers, key = settings.teacher_base_url or url, _plain(settings.teacher_api_key)
        own = SettingNames.of_settings("TEACHER")
        if teachers != url or (settings.teacher_base_url and key):
            connections[TEACHER] = replace(default, base_url=teachers, api_key=key, settings=own, name=TEACHER)
        return cls(connections, stored)

    def __getitem__(self, name: str) -> ModelConnection:
        """The default one for teachers that have none of their own. Raises SettingsError for a name that is not there,
        and for a key that is not."""
        if name == TEACHER or name in self._connections:
            return self._connections.get(name, self._connections[DEFAULT])
        connection = self._stored(name)
        if connection is None:
            raise missing(name)
        return connection

    @property
    def of_environment(self) -> list[StoredConnection]:
        """Those of the settings, as they are listed."""
        return [_listed(connection) for connection in self._connections.values()]

    def chat(self, name: str = DEFAULT, timeout_s: float | None = None) -> "ChatCompletions":
        """Raises SettingsError for a key or an address that can't be one."""
        from backend.adapters.providers.chat_completions import ChatCompletions

        connection = self[name]
        patient = connection if timeout_s is None else replace(connection, timeout_s=timeout_s)
        return ChatCompletions(patient, self._profiles[connection.base_url])

    def chats(self) -> "ChatCompletions | ModelRouter":
        """Who answers requests to all connections."""
        if len(self._connections) == 1:
            return self.chat()
        return ModelRouter({name: self.chat(name) for name in self._connections})

    def embeddings(self) -> "EmbeddingApi":
        from backend.adapters.providers.embeddings_api import EmbeddingApi

        return EmbeddingApi(self[DEFAULT])

    def batches(self) -> "BatchApi":
        from backend.adapters.providers.batch_api import BatchApi

        return BatchApi(self[DEFAULT])

    def slots(self) -> int | None:
        """How many requests the default server works on at once, if it says so."""
        return slots(self[DEFAULT].base_url, self[DEFAULT].api_key)


def missing(name: str) -> SettingsError:
    return SettingsError(
        f"There is no connection '{name}' here: add it with `ls-prompts connect-model {name} --base-url URL`, or see "
        "`ls-prompts connections`."
    )


def opened(stored: StoredConnection, key: str | None, settings: Settings) -> ModelConnection:
    """A stored connection with its key; one without a key sends a word, because clients must send something."""
    return ModelConnection(
        stored.base_url,
        key or NO_KEY,
        stored.timeout_s or settings.request_timeout_s,
        SettingNames.of_stored(stored.name),
        lambda: stored.prices,
        stored.name,
    )


def _listed(connection: ModelConnection) -> StoredConnection:
    key = connection.settings.key if connection.api_key else None
    price_in, price_out = connection.prices() or (None, None)
    url, timeout_s = connection.base_url, connection.timeout_s
    return StoredConnection(connection.name, url, key, None, timeout_s, None, price_in, price_out)


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
