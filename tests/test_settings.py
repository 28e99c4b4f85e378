"""Settings: what can't be used is named at once, with what would do."""

import pytest

from backend.errors import SettingsError
from backend.settings import load_settings


@pytest.mark.parametrize("bind", ["127.0.0.1:9090", "[::1]:1", "localhost:65535", ":9090", "unix:/run/prompts.sock"])
def test_addresses_to_listen_on(monkeypatch: pytest.MonkeyPatch, bind: str) -> None:
    monkeypatch.setenv("BIND", f" {bind} ")
    assert load_settings().bind == bind


@pytest.mark.parametrize(
    "bind", ["", "9090", "127.0.0.1", "localhost:abc", "x:0", "x:65536", "x:99999999999", "x:-1", "x:²"]
)
def test_what_is_no_address_is_one_sentence(monkeypatch: pytest.MonkeyPatch, bind: str) -> None:
    monkeypatch.setenv("BIND", bind)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert str(error.value) == (
        "BIND is not usable (it must be HOST:PORT with a port from 1 to 65535, like 127.0.0.1:9090): "
        "correct it in the environment or in .env."
    )


@pytest.mark.parametrize("name", ["LABEL_STUDIO_API_KEY", "OPENAI_API_KEY", "BASIC_AUTH_PASS"])
def test_a_placeholder_is_no_secret(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "replace-me")
    with pytest.raises(SettingsError, match=rf"{name} is not usable \(it is still the placeholder of \.env\.example\)"):
        load_settings()
