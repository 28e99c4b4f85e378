"""Connections: what they may be, and how a model of one is named."""

from dataclasses import replace
from typing import Any

import pytest

from backend.domain.connections.connection import StoredConnection, check_variable, read_reference
from backend.errors import SettingsError

GOOD = StoredConnection("groq", "https://groq.test/v1", "GROQ_API_KEY")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("gpt-4o-mini", ("default", "gpt-4o-mini")),
        ("groq/llama-3.1-8b", ("groq", "llama-3.1-8b")),
        ("groq/meta-llama/Llama-3.1-8B", ("groq", "meta-llama/Llama-3.1-8B")),
        ("meta-llama/Llama-3.1-8B", ("default", "meta-llama/Llama-3.1-8B")),
        ("default/meta-llama/Llama-3.1-8B", ("default", "meta-llama/Llama-3.1-8B")),
        ("teacher/big", ("teacher", "big")),
        ("groq/", ("default", "groq/")),
        ("/x", ("default", "/x")),
    ],
)
def test_a_reference_names_a_connection_only_if_there_is_one_of_that_name(text: str, parts: tuple[str, str]) -> None:
    assert read_reference(text, {"groq"}) == parts


@pytest.mark.parametrize("name", ["", "Groq", "9x", "-x", "a b", "a/b", "a" * 41, "groq\n", "é", "default", "teacher"])
def test_a_name_is_short_and_plain_and_not_one_of_the_environments(name: str) -> None:
    with pytest.raises(SettingsError):
        replace(GOOD, name=name).check()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "groq.test/v1",
        "ftp://groq.test",
        "https://",
        "https://u:p@groq.test/v1",
        "https://x/v1?key=k",
        "http://x/#f",
        "https://x/v1/a@b",
        "https://x y/v1",
        "http://[::1/v1",
        "http://[x]/v1",
        "http://host:99999/v1",
        "http://host:abc/v1",
        "http://:8000/v1",
    ],
)
def test_an_address_holds_no_secret_and_names_a_server(url: str) -> None:
    with pytest.raises(SettingsError, match="address") as raised:
        replace(GOOD, base_url=url).check()
    assert "key=k" not in str(raised.value)


@pytest.mark.parametrize(
    "changed",
    [
        {"timeout_s": 0.0},
        {"timeout_s": float("nan")},
        {"concurrency": 0},
        {"concurrency": 1025},
        {"price_in": 1.0},
        {"price_out": 1.0},
        {"price_in": -1.0, "price_out": 1.0},
        {"price_in": float("inf"), "price_out": 1.0},
    ],
)
def test_limits_and_prices_are_numbers_that_can_be_kept(changed: dict[str, Any]) -> None:
    GOOD.check()
    with pytest.raises(SettingsError):
        replace(GOOD, **changed).check()


@pytest.mark.parametrize("name", ["sk-proj-abc", "sk abc", "", "1KEY", "KEY\n"])
def test_what_may_be_a_key_is_not_repeated(name: str) -> None:
    with pytest.raises(SettingsError) as raised:
        check_variable(name, ())
    assert not name or name not in str(raised.value)


def test_a_secret_of_the_program_cannot_be_sent_as_a_key() -> None:
    check_variable("GROQ_API_KEY", {"SECRET_KEY"})
    for name in ("SECRET_KEY", "secret_key"):
        with pytest.raises(SettingsError, match="setting of this program"):
            check_variable(name, {"SECRET_KEY"})


def test_only_where_a_key_is_can_be_seen() -> None:
    stored = replace(GOOD, key_env=None, key_encrypted="encrypted")
    assert (GOOD.key, stored.key, replace(GOOD, key_env=None).key) == ("$GROQ_API_KEY", "stored", "none")
    assert "encrypted'" not in repr(stored)
