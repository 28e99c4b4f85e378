"""The registry: who is asked with which key, and that what was learnt of a model is learnt once."""

from typing import Any

import pytest

from backend.adapters.providers.model_connection import ModelConnection
from backend.adapters.providers.registry import ConnectionRegistry, opened
from backend.adapters.providers.request_format import FORMATS, RequestFormat
from backend.adapters.providers.router import ModelRouter
from backend.domain.chat.request import ChatRequest
from backend.domain.connections.connection import DEFAULT, TEACHER, StoredConnection
from backend.domain.runs.rate_limit import RateLimit
from backend.errors import SettingsError
from backend.settings import Settings
from tests.scripted import template

URL, KEY = "http://127.0.0.1:1/v1", "sk-of-a-test"


def registry(**changed: Any) -> ConnectionRegistry:
    return ConnectionRegistry.of(Settings(_env_file=None, openai_base_url=URL, openai_api_key=KEY, **changed))


def test_there_is_one_connection_for_all_that_is_asked() -> None:
    found = registry(request_timeout_s=7)
    assert found[DEFAULT] == found[TEACHER]
    assert (found[DEFAULT].base_url, found[DEFAULT].api_key, found[DEFAULT].timeout_s) == (URL, KEY, 7)
    assert not isinstance(found.chats(DEFAULT, TEACHER), ModelRouter)


def test_teachers_elsewhere_have_a_key_of_their_own_and_never_the_models() -> None:
    found = registry(teacher_base_url="http://127.0.0.1:2/v1", teacher_api_key="another")
    assert (found[TEACHER].api_key, found[TEACHER].settings.key) == ("another", "TEACHER_API_KEY")
    assert isinstance(found.chats(DEFAULT, TEACHER), ModelRouter)
    without = registry(teacher_base_url="http://127.0.0.1:2/v1")
    with pytest.raises(SettingsError, match="TEACHER_API_KEY is not set"):
        without.chats(DEFAULT, TEACHER)


def test_teachers_at_the_models_address_may_have_a_key_of_their_own() -> None:
    found = registry(teacher_base_url=URL, teacher_api_key="another")
    assert (found[DEFAULT].api_key, found[TEACHER].api_key) == (KEY, "another")
    assert isinstance(found.chats(DEFAULT, TEACHER), ModelRouter)
    same = registry(teacher_base_url=URL)
    assert same[TEACHER].api_key == KEY
    assert not isinstance(same.chats(DEFAULT, TEACHER), ModelRouter)


def test_a_key_is_not_in_what_is_printed() -> None:
    assert KEY not in repr(registry()[DEFAULT])


def test_prices_are_read_when_they_are_needed() -> None:
    assert registry(price_in=1.0, price_out=2.0)[DEFAULT].pricing("any")(1_000_000, 0, 1_000_000) == 3.0
    half = registry(price_in=1.0)
    with pytest.raises(SettingsError, match="Set both PRICE_IN and PRICE_OUT"):
        _ = half[DEFAULT].pricing


def test_what_one_client_learns_of_a_model_the_next_one_knows() -> None:
    found, request = registry(), ChatRequest(template(), "a day")
    first, second = found.chat(), found.chat(timeout_s=1)
    before = second.body(request)
    profiles = found.profiles(found[DEFAULT])
    assert profiles.refused(request, RequestFormat(), 400, "response_format", "json_schema is not supported")
    assert FORMATS[profiles.format(request.template.model).format] == "json_object"
    assert first.body(request) == second.body(request) != before


def test_a_limit_is_the_declared_one_or_else_the_one_that_the_server_states_model_by_model() -> None:
    settings = Settings(_env_file=None, openai_base_url=URL, openai_api_key=KEY, tokens_per_minute=6000)
    found = ConnectionRegistry.of(settings, Stored())
    limit = found.rate_limits("groq", DEFAULT)
    assert limit("groq", "a") is None
    assert limit(DEFAULT, "a") == RateLimit(None, 6000, f"{DEFAULT} {URL}")
    found._stated["groq"].note("a", {"x-ratelimit-limit-requests": "50", "x-ratelimit-reset-requests": "30s"})
    found._stated[DEFAULT].note("a", {"x-ratelimit-limit-requests": "50", "x-ratelimit-limit-tokens": "1"})
    assert limit("groq", "b") is None
    assert found.rate_limits(DEFAULT, parts=3)(DEFAULT, "a") == RateLimit(50, 6000, f"{DEFAULT} {URL}", 3)
    assert limit("groq", "a") == RateLimit(50, None, "groq http://127.0.0.1:1/groq a")
    assert limit(DEFAULT, "a") == RateLimit(50, 6000, f"{DEFAULT} {URL}"), "what is declared counts"


class Stored:
    """Connections that were added; that to `away` has lost its key."""

    def __init__(self) -> None:
        self.known = {
            name: StoredConnection(name, f"http://127.0.0.1:1/{name}", price_in=1.0, price_out=2.0)
            for name in ("groq", "away")
        }

    def find(self, name: str) -> StoredConnection | None:
        return self.known.get(name)

    recent = find

    def open(self, name: str) -> ModelConnection | None:
        if name == "away":
            raise SettingsError("AWAY_KEY is not set.")
        stored = self.find(name)
        return None if stored is None else opened(stored, "a key", Settings(_env_file=None))

    def all(self) -> list[StoredConnection]:
        return list(self.known.values())


def test_a_stored_connection_is_asked_through_its_own_address_key_and_prices() -> None:
    found = ConnectionRegistry.of(Settings(_env_file=None, openai_base_url=URL, openai_api_key=KEY), Stored())
    groq = found["groq"]
    assert (groq.base_url, groq.api_key, groq.name) == ("http://127.0.0.1:1/groq", "a key", "groq")
    assert found.pricing("any", "groq")(1_000_000, 0, 1_000_000) == 3.0
    assert found.pricing("gpt-4o-mini", DEFAULT)(1_000_000, 0, 0) == pytest.approx(0.15)
    assert isinstance(found.chats("groq", DEFAULT), ModelRouter)
    assert found.chats("groq").body(ChatRequest(template(), "a day"))


def test_addresses_are_known_by_name_with_those_of_the_environment() -> None:
    found = ConnectionRegistry.of(Settings(_env_file=None, openai_base_url=URL, openai_api_key=KEY), Stored())
    assert found.addresses == {
        DEFAULT: URL,
        "groq": "http://127.0.0.1:1/groq",
        "away": "http://127.0.0.1:1/away",
    }
    assert registry().addresses == {DEFAULT: URL}


def test_without_its_key_an_address_and_its_prices_are_known_and_others_are_asked() -> None:
    found = ConnectionRegistry.of(Settings(_env_file=None, openai_base_url=URL, openai_api_key=KEY), Stored())
    assert (found.address("away"), found.pricing("any", "away")(0, 0, 1_000_000)) == ("http://127.0.0.1:1/away", 2.0)
    with pytest.raises(SettingsError, match="AWAY_KEY is not set"):
        found.chats("away")
    found.chats("groq", DEFAULT)


def test_a_connection_that_is_gone_is_named_with_the_command_that_adds_it_and_has_no_price() -> None:
    found = registry()
    for ask in (found.address, found.chats, found.__getitem__):
        with pytest.raises(SettingsError, match="no connection 'groq' here: add it"):
            ask("groq")
    assert found.pricing("gpt-4o-mini", "groq")(10, 0, 10) is None
