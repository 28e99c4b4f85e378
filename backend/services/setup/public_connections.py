"""Public connections: models' servers by the integers that the API knows them by, and changed by people who have no
access to the machine.

These people give a key and cannot read one. They cannot name a variable of the server's environment. A key that
somebody else gave is never sent to an address that they give.
"""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

from backend.adapters.database.connection_ids import ConnectionId, ConnectionIdStore
from backend.domain.connections.connection import RESERVED, StoredConnection, read_reference
from backend.domain.connections.providers import provider_address, provider_of
from backend.domain.person import Person
from backend.errors import NotThereError, SettingsError
from backend.services.setup.model_connections import ConnectionChange, ModelConnections

_ADDING = threading.Lock()
"""Whoever clicks twice adds one connection. That two processes never take the same name, the database sees to."""
MOST_TRIED = 20
"""Names, until it is said that none is free."""
ApiFields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PublicConnection:
    """`number`: the API's integer for it, with who made it."""

    stored: StoredConnection
    number: ConnectionId

    @property
    def name(self) -> str:
        return self.stored.name

    @property
    def provider(self) -> str:
        return str(self.number.api_fields.get("provider") or provider_of(self.stored.base_url))


@dataclass(frozen=True, slots=True)
class PublicConnections:
    """environment: the connections of the settings
    person: who changes something
    """

    ids: ConnectionIdStore
    stored: ModelConnections
    environment: list[StoredConnection]
    person: Callable[[], Person]

    def all(self) -> list[PublicConnection]:
        """By their integers."""
        ids = self.ids.by_name()
        listed = [item for item in (*self.environment, *self.stored.store.all()) if item.name in ids]
        return sorted((PublicConnection(item, ids[item.name]) for item in listed), key=lambda item: item.number.id)

    def get(self, number: int) -> PublicConnection:
        """Raises NotThereError."""
        match = next((item for item in self.all() if item.number.id == number), None)
        if match is None:
            raise NotThereError(f"There is no connection {number}: see the list of connections.")
        return match

    def number(self, name: str) -> int | None:
        """The integer of a connection; None if the connection was removed."""
        return next((item.number.id for item in self.all() if item.name == name), None)

    def add(self, provider: str, change: ConnectionChange, api_fields: ApiFields) -> PublicConnection:
        """Adds a connection to the server of a provider. Returns the existing one if there is one with this address and
        key. Raises SettingsError."""
        address = provider_address(provider, change.base_url).strip().rstrip("/")
        with _ADDING:
            return self._add(provider, address, change.key, api_fields)

    def _add(self, provider: str, address: str, key: str | None, api_fields: ApiFields) -> PublicConnection:
        same = next((item for item in self.all() if self._is(item, address, key)), None)
        if same is not None:
            return same
        change = ConnectionChange(address, key, no_key=key is None)
        name = next((name for name in self._free_names(provider) if self.stored.add(name, change)), None)
        if name is None:
            raise SettingsError("Somebody else is adding connections of this provider right now: try again.")
        self.ids.note(name, {**api_fields, "provider": provider}, self.person())
        return self.get(self.ids.by_name()[name].id)

    def change(
        self, number: int, provider: str | None, change: ConnectionChange, api_fields: ApiFields
    ) -> PublicConnection:
        """Changes what is given. Raises SettingsError, also for a new address without a key, because the stored key was
        given for the old address."""
        before = self.changeable(number)
        address = None if change.base_url is None else change.base_url.strip().rstrip("/")
        if provider is not None and provider != before.provider:
            address = provider_address(provider, address)
        if address not in (None, before.stored.base_url) and before.stored.key != "none" and not change.names_key:
            raise SettingsError(
                "Another 'endpoint' needs its 'api_key' too: a key is only sent to the address that it was given for."
            )
        self.stored.connect(before.name, ConnectionChange(address, change.key, no_key=change.no_key))
        now = {"provider": provider or before.number.api_fields.get("provider")}
        self.ids.note(before.name, {**before.number.api_fields, **api_fields, **now}, None)
        return self.get(number)

    def changeable(self, number: int) -> PublicConnection:
        """Raises SettingsError for a connection of the environment."""
        connection = self.get(number)
        if connection.name in RESERVED:
            prefix = "OPENAI" if connection.name == RESERVED[0] else "TEACHER"
            raise SettingsError(
                f"Connection {number} is set where the server runs, by {prefix}_BASE_URL and {prefix}_API_KEY: create "
                "another connection."
            )
        return connection

    def reference(self, number: int | None, model: str) -> str:
        """`connection/model` of a model of the connection `number`; without one, `model` as it was given."""
        if number is None:
            return model
        name = self.get(number).name
        return model if read_reference(model, {name}, "")[0] == name else f"{name}/{model}"

    def _is(self, item: PublicConnection, address: str, key: str | None) -> bool:
        if item.name in RESERVED or item.stored.base_url != address:
            return False
        return self.stored.has_key(item.stored, key)

    def _free_names(self, provider: str) -> Iterator[str]:
        """Names that are free. There are several, because another process may take one of them at the same time."""
        base = re.sub(r"[^a-z0-9_-]", "", provider.lower())
        taken = {*RESERVED, *self.stored.names}
        free = (name for i in count(1) if (name := base if i == 1 else f"{base}-{i}") not in taken)
        return islice(free, MOST_TRIED)
