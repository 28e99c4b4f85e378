"""Connections to models' servers: listed, added, changed, removed, and opened with their keys."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hmac import compare_digest
from typing import Any

from backend.adapters.database.model_connections import ModelConnectionStore
from backend.adapters.google_auth import GoogleToken
from backend.adapters.key_cipher import KeyCipher
from backend.adapters.providers.model_connection import ModelConnection
from backend.adapters.providers.registry import missing, opened
from backend.advice import Advice
from backend.domain.connections.connection import GOOGLE_AUTH, StoredConnection, check_variable
from backend.errors import SettingsError
from backend.settings import Settings

REREAD_S = 5.0
KEPT = (
    "timeout_s",
    "concurrency",
    "price_in",
    "price_out",
    "requests_per_minute",
    "tokens_per_minute",
    "profile",
    "monthly_budget",
)
"""What is stored as it was given, and stays when it is not."""
SENDABLE = ("openai_api_key", "teacher_api_key")
"""Settings that a connection may name as its key; any other secret must not reach a model's server."""


@dataclass(frozen=True, slots=True)
class ConnectionChange:
    """What a user wants of a connection; None for what stays.

    key: to be stored encrypted
    key_env: name of a variable, or GOOGLE_AUTH
    no_key: its server needs none
    """

    base_url: str | None = None
    key: str | None = None
    key_env: str | None = None
    no_key: bool = False
    timeout_s: float | None = None
    concurrency: int | None = None
    price_in: float | None = None
    price_out: float | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    profile: str | None = None
    monthly_budget: float | None = None

    @property
    def names_key(self) -> bool:
        return self.no_key or self.key is not None or self.key_env is not None


@dataclass(frozen=True, slots=True)
class ModelConnections:
    """variable: name -> the value of an environment variable, None if it is not set
    google: gives access tokens for Vertex AI
    """

    store: ModelConnectionStore
    cipher: KeyCipher
    settings: Settings
    variable: Callable[[str], str | None]
    google: Callable[[], str] = field(default_factory=GoogleToken, compare=False)
    _recent: dict[str, tuple[StoredConnection | None, float]] = field(default_factory=dict, compare=False)

    def get(self, name: str) -> StoredConnection:
        """Raises SettingsError if there is none of this name."""
        stored = self.store.get(name)
        if stored is None:
            raise missing(name)
        return stored

    def connect(self, name: str, change: ConnectionChange) -> StoredConnection:
        """Adds a connection or changes one; no request is sent. Raises SettingsError for what cannot be stored."""
        before = self.store.get(name)
        if before is None and change.base_url is None:
            raise SettingsError(f"'{name[:50]}' is a new connection:", Advice.GIVE_ADDRESS)
        stored = replace(before or StoredConnection(name, ""), **self._values(change))
        stored.check()
        if before is not None and before.key_encrypted and stored.base_url != before.base_url and not change.names_key:
            raise SettingsError(f"The stored key of '{name}' was given for {before.public_url}:", Advice.KEY_AGAIN)
        self.store.save(stored)
        self._recent.pop(name, None)
        return self.get(name)

    def add(self, name: str, change: ConnectionChange) -> bool:
        """Adds a connection; False if there is one of this name. Raises SettingsError for what cannot be stored."""
        stored = replace(StoredConnection(name, ""), **self._values(change))
        stored.check()
        self._recent.pop(name, None)
        return self.store.add(stored)

    def _values(self, change: ConnectionChange) -> dict[str, Any]:
        values = {name: value for name in KEPT if (value := getattr(change, name)) is not None}
        if change.base_url is not None:
            values["base_url"] = change.base_url.strip().rstrip("/")
        if change.key_env not in (None, GOOGLE_AUTH):
            reserved = {field.upper() for field in type(self.settings).model_fields if field not in SENDABLE}
            check_variable(change.key_env or "", reserved)
        if change.names_key:
            encrypted = None if change.key is None else self.cipher.encrypt(_checked(change.key))
            values |= {"key_env": change.key_env, "key_encrypted": encrypted}
        return values

    def find(self, name: str) -> StoredConnection | None:
        """None if there is none of this name."""
        return self.store.get(name)

    def recent(self, name: str) -> StoredConnection | None:
        """The same, read again after some seconds, because each price is looked up here."""
        stored, until = self._recent.get(name, (None, 0.0))
        if time.monotonic() >= until:
            stored = self.store.get(name)
            self._recent[name] = stored, time.monotonic() + REREAD_S
        return stored

    def all(self) -> list[StoredConnection]:
        """By name."""
        return self.store.all()

    def monthly_budgets(self) -> dict[str, float | None]:
        """USD a month by connection; None for no limit."""
        return {stored.name: stored.monthly_budget for stored in self.all()}

    @property
    def names(self) -> set[str]:
        return {stored.name for stored in self.all()}

    def disconnect(self, name: str) -> None:
        """Raises SettingsError if there is none of this name."""
        self._recent.pop(name, None)
        if not self.store.remove(name):
            raise missing(name)

    def open(self, name: str) -> ModelConnection | None:
        """With its key; None if there is none of this name. Raises SettingsError without its key."""
        stored = self.store.get(name)
        if stored is None:
            return None
        renewed = self.google if stored.takes_google_token else None
        return opened(stored, renewed() if renewed else self._key(stored), self.settings, renewed)

    def has_key(self, stored: StoredConnection, key: str | None) -> bool:
        """Whether a connection is used with this stored key, or with none."""
        if stored.key_encrypted is None:
            return key is None and stored.key_env is None
        try:
            return key is not None and compare_digest(self._key(stored) or "", key.strip())
        except (SettingsError, TypeError):
            return False

    def _key(self, stored: StoredConnection) -> str | None:
        if stored.key_encrypted is not None:
            return self.cipher.decrypt(stored.key_encrypted, stored.name)
        if stored.key_env is None:
            return None
        key = self.variable(stored.key_env)
        if not key:
            raise SettingsError(
                f"{stored.key_env} is not set: connection '{stored.name}' reads its key from it. Export it where this "
                "runs, and where workers run."
            )
        return key


def _checked(key: str) -> str:
    """Without spaces around it."""
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable():
        raise SettingsError("The key is empty, or holds a line end or a letter that no key has: copy it again.")
    return key
