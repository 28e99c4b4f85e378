"""Connections: names, and references to a model of one, `connection/model`."""

import re
from collections.abc import Container
from dataclasses import dataclass, field
from math import isfinite
from urllib.parse import urlsplit

from backend.advice import Advice
from backend.domain.connections.profiles import Profile, guessed, profile_named
from backend.domain.urls import public_url
from backend.errors import SettingsError

DEFAULT = "default"
TEACHER = "teacher"
RESERVED = (DEFAULT, TEACHER)
"""The connections of OPENAI_* and TEACHER_*, which are not stored."""
GOOGLE_AUTH = "google-auth"
"""In place of a variable's name: its key is an access token that google-auth gets and renews."""
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


@dataclass(frozen=True, slots=True)
class StoredConnection:
    """How a model's server is reached.

    key_env: name of the environment variable that holds its key, or GOOGLE_AUTH
    key_encrypted: its key, encrypted under SECRET_KEY; None with `key_env`, and for a server that needs no key
    timeout_s: seconds for a whole request; None for REQUEST_TIMEOUT_S
    concurrency: most requests in flight, per process; None for CONCURRENCY
    price_in, price_out: USD per million tokens for all its models; None for their known prices
    requests_per_minute, tokens_per_minute: what its server takes; None for what it states in its answers, if it does
    profile: name of what is known of its server, see `domain.connections.profiles`; None for what its address suggests
    monthly_budget: most USD that all who ask through it may spend in a month (UTC); None for no limit
    created: UTC, ISO 8601
    """

    name: str
    base_url: str
    key_env: str | None = None
    key_encrypted: str | None = field(default=None, repr=False)
    timeout_s: float | None = None
    concurrency: int | None = None
    price_in: float | None = None
    price_out: float | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    profile: str | None = None
    monthly_budget: float | None = None
    created: str = ""

    @property
    def public_url(self) -> str:
        """Its address, for people."""
        return public_url(self.base_url)

    @property
    def key(self) -> str:
        """Where its key is, for people."""
        if self.takes_google_token:
            return GOOGLE_AUTH
        return f"${self.key_env}" if self.key_env else "stored" if self.key_encrypted else "none"

    @property
    def takes_google_token(self) -> bool:
        return self.key_env == GOOGLE_AUTH

    @property
    def prices(self) -> tuple[float, float] | None:
        """USD per million prompt and completion tokens."""
        return None if self.price_in is None or self.price_out is None else (self.price_in, self.price_out)

    @property
    def server_profile(self) -> Profile | None:
        """What is known of its server."""
        return guessed(self.base_url) if self.profile is None else profile_named(self.profile)

    def check(self) -> None:
        """Raises SettingsError for what no connection can have."""
        check_connection_name(self.name)
        _check_address(self.base_url)
        if self.takes_google_token:
            _check_google(self.base_url)
        _check_limits(self.timeout_s, self.concurrency)
        _check_prices(self.price_in, self.price_out)
        if self.monthly_budget is not None and not (isfinite(self.monthly_budget) and self.monthly_budget > 0):
            raise SettingsError("A monthly budget must be a number of USD above 0.")
        if self.profile is not None:
            profile_named(self.profile)
        _check_rates(self.requests_per_minute, self.tokens_per_minute)


def check_connection_name(name: str) -> None:
    """Raises SettingsError for a name that no stored connection can have."""
    if name in RESERVED:
        owner = "OPENAI" if name == DEFAULT else "TEACHER"
        raise SettingsError(
            f"'{name}' is the connection of {owner}_BASE_URL and {owner}_API_KEY: set these, or choose another name."
        )
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"'{name[:50]}' is not a valid name of a connection: use up to 40 lower-case letters, digits, '-' and '_', "
            "with a letter first."
        )


def check_variable(name: str, reserved: Container[str]) -> None:
    """Raises SettingsError unless it can be the name of a variable that holds a key. Anything else may be a key itself,
    so it is not repeated.

    reserved: variables in upper case that no connection may send to a server
    """
    if not _VARIABLE.fullmatch(name):
        raise SettingsError(
            "This is not the name of an environment variable, which is asked for instead of the key itself:",
            Advice.EXPORT_KEY,
        )
    if name.upper() in reserved:
        raise SettingsError(f"{name} is a setting of this program and is sent to no other server: name a variable.")


def _check_address(url: str) -> None:
    match = re.fullmatch(r"https?://[^/?#@\s]+(/[^?#@\s]*)?", url, re.IGNORECASE)
    if match is None or not _has_host(url):
        raise SettingsError(
            "The address must be one like https://host:port/v1, without a user, a password or a query:",
            Advice.KEY_APART,
        )


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # brackets without an IPv6 address between them, a port that is not a number
        return False


def _check_google(url: str) -> None:
    """A token for all of a person's cloud goes to nobody else."""
    profile = guessed(url)
    if profile is None or profile.name != "vertex" or not url.lower().startswith("https://"):
        raise SettingsError("Google's access tokens are sent to Vertex AI only:", Advice.VERTEX_ADDRESS)


def _check_limits(timeout_s: float | None, concurrency: int | None) -> None:
    if timeout_s is not None and not (isfinite(timeout_s) and timeout_s > 0):
        raise SettingsError("A time-out must be a number of seconds above 0.")
    if concurrency is not None and not 1 <= concurrency <= 1024:
        raise SettingsError("The concurrency must be a number from 1 to 1024.")


def _check_prices(price_in: float | None, price_out: float | None) -> None:
    if (price_in is None) != (price_out is None):
        raise SettingsError("Only one of the two prices was given:", Advice.BOTH_PRICES)
    if any(price is not None and not (isfinite(price) and price >= 0) for price in (price_in, price_out)):
        raise SettingsError("A price must be a number of USD per million tokens, 0 or more.")


def _check_rates(*rates: float | None) -> None:
    if any(rate is not None and not (isfinite(rate) and rate >= 1) for rate in rates):
        raise SettingsError("A rate limit must be a number of requests or tokens a minute, 1 or more.")


def read_reference(text: str, names: Container[str], plain: str = DEFAULT) -> tuple[str, str]:
    """`connection/model` -> the two. Without the name of a connection before the first slash, all of it is a model of
    `plain`, because names of models hold slashes.

    names: of the connections there are
    """
    name, slash, model = text.partition("/")
    return (name, model) if slash and model and (name in RESERVED or name in names) else (plain, text)
