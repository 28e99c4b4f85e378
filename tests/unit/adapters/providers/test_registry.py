"""The registry: who is asked with which key, and that what was learnt of a model is learnt once."""

from typing import Any

import pytest

from backend.adapters.providers.registry import ConnectionRegistry
from backend.adapters.providers.request_format import FORMATS, RequestFormat
from backend.adapters.providers.router import ModelRouter
from backend.domain.chat.request import ChatRequest
from backend.domain.connection import DEFAULT, TEACHER
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
    assert not isinstance(found.chats(), ModelRouter)


def test_teachers_elsewhere_have_a_key_of_their_own_and_never_the_models() -> None:
    found = registry(teacher_base_url="http://127.0.0.1:2/v1", teacher_api_key="another")
    assert (found[TEACHER].api_key, found[TEACHER].settings.key) == ("another", "TEACHER_API_KEY")
    assert isinstance(found.chats(), ModelRouter)
    without = registry(teacher_base_url="http://127.0.0.1:2/v1")
    with pytest.raises(SettingsError, match="TEACHER_API_KEY is not set"):
        without.chats()


def test_teachers_at_the_models_address_may_have_a_key_of_their_own() -> None:
    found = registry(teacher_base_url=URL, teacher_api_key="another")
    assert (found[DEFAULT].api_key, found[TEACHER].api_key) == (KEY, "another")
    assert isinstance(found.chats(), ModelRouter)
    same = registry(teacher_base_url=URL)
    assert same[TEACHER].api_key == KEY
    assert not isinstance(same.chats(), ModelRouter)


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
    profiles = found._profiles[URL]
    assert profiles.refused(request, RequestFormat(), 400, "response_format", "json_schema is not supported")
    assert FORMATS[profiles.format(request.template.model).format] == "json_object"
    assert first.body(request) == second.body(request) != before
