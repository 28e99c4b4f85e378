"""Connections are added, changed and removed; their keys are read where they are needed, and sent nowhere else."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.database.model_connections import ModelConnectionStore
from backend.adapters.database.prompts import Store
from backend.adapters.key_cipher import KeyCipher
from backend.domain.connections.connection import GOOGLE_AUTH
from backend.errors import SettingsError
from backend.services.setup.model_connections import ConnectionChange, ModelConnections
from backend.settings import Settings
from tests.scripted import some

URL = "http://127.0.0.1:1/v1"
KEY = "sk-of-a-test"


def connections(folder: Path, secret: str | None = "0123456789abcdef", **variables: str) -> ModelConnections:
    settings = Settings(_env_file=None, secret_key=secret, data_dir=folder, openai_api_key="k", request_timeout_s=7)
    store = ModelConnectionStore(Store(settings.database()))
    return ModelConnections(store, KeyCipher(settings.secret_key), settings, variables.get)


def change(**values: Any) -> ConnectionChange:
    return ConnectionChange(**{"base_url": URL, **values})


def test_a_stored_key_is_encrypted_and_opened(tmp_path: Path) -> None:
    mine = connections(tmp_path)
    stored = mine.connect("groq", change(key=f" {KEY}\n", timeout_s=3.0))
    assert KEY not in repr(stored) + some(stored.key_encrypted)
    opened = some(mine.open("groq"))
    assert (opened.api_key, opened.base_url, opened.timeout_s, opened.name) == (KEY, URL, 3.0, "groq")
    assert KEY not in repr(opened)


def test_what_is_not_given_stays(tmp_path: Path) -> None:
    mine = connections(tmp_path, GROQ_API_KEY="another")
    mine.connect("groq", change(key=KEY, price_in=1.0, price_out=2.0))
    changed = mine.connect("groq", ConnectionChange(concurrency=4))
    assert (changed.base_url, changed.key, changed.concurrency, changed.prices) == (URL, "stored", 4, (1.0, 2.0))
    assert mine.connect("groq", ConnectionChange(key_env="GROQ_API_KEY")).key == "$GROQ_API_KEY"
    assert some(mine.open("groq")).api_key == "another"
    assert some(mine.open("groq")).pricing("any")(1_000_000, 0, 1_000_000) == 3.0
    assert mine.connect("groq", ConnectionChange(no_key=True)).key == "none"


def test_a_server_without_a_key_is_sent_a_word(tmp_path: Path) -> None:
    mine = connections(tmp_path, secret=None)
    mine.connect("local", change())
    assert (some(mine.open("local")).api_key, some(mine.open("local")).timeout_s) == ("none", 7)


def test_a_stored_key_is_not_sent_to_another_address_unasked(tmp_path: Path) -> None:
    mine = connections(tmp_path)
    mine.connect("groq", change(key=KEY))
    with pytest.raises(SettingsError, match="give it again, so that"):
        mine.connect("groq", ConnectionChange(base_url="http://127.0.0.1:2/v1"))
    assert mine.get("groq").base_url == URL
    mine.connect("groq", ConnectionChange(base_url=f"{URL}/"))
    assert mine.connect("groq", ConnectionChange(base_url="http://127.0.0.1:2/v1", key=KEY)).key == "stored"


def test_after_secret_key_changed_keys_must_be_given_again(tmp_path: Path) -> None:
    connections(tmp_path).connect("groq", change(key=KEY))
    changed = connections(tmp_path, secret="f" * 16)
    with pytest.raises(SettingsError, match="SECRET_KEY has changed since the key of connection 'groq'"):
        changed.open("groq")
    changed.connect("groq", ConnectionChange(key=KEY))
    assert some(changed.open("groq")).api_key == KEY


@pytest.mark.parametrize("key", ["", " \n", "sk\nabc", "sk-…"])
def test_what_cannot_be_a_key_is_refused_and_not_repeated(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingsError, match="copy it again"):
        connections(tmp_path).connect("groq", change(key=key))


@pytest.mark.parametrize("name", ["SECRET_KEY", "LABEL_STUDIO_API_KEY", "database_url", "BASIC_AUTH_PASS"])
def test_our_own_secrets_are_sent_to_no_server(tmp_path: Path, name: str) -> None:
    mine = connections(tmp_path)
    with pytest.raises(SettingsError, match="setting of this program"):
        mine.connect("groq", change(key_env=name))
    assert mine.connect("again", change(key_env="OPENAI_API_KEY")).key == "$OPENAI_API_KEY"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    mine = connections(tmp_path)
    assert mine.open("groq") is None
    with pytest.raises(SettingsError, match="no connection 'groq' here: add it"):
        mine.get("groq")
    with pytest.raises(SettingsError, match="There is no connection 'groq'"):
        mine.disconnect("groq")
    with pytest.raises(SettingsError, match="give its address"):
        mine.connect("groq", ConnectionChange(key_env="X"))
    mine.connect("groq", change(key_env="GROQ_API_KEY"))
    with pytest.raises(SettingsError, match="GROQ_API_KEY is not set: connection 'groq'"):
        mine.open("groq")
    assert some(mine.find("groq")) == some(mine.recent("groq"))
    mine.disconnect("groq")
    assert (mine.find("groq"), mine.recent("groq"), mine.names, mine.store.all()) == (None, None, set(), [])


VERTEX = "https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1/endpoints/openapi"


def test_a_google_token_is_the_key_and_goes_to_google_alone(tmp_path: Path) -> None:
    mine = replace(connections(tmp_path), google=lambda: "ya29.token")
    stored = mine.connect("vertex", change(base_url=VERTEX, key_env=GOOGLE_AUTH))
    assert stored.key == "google-auth"
    opened = some(mine.open("vertex"))
    assert (opened.api_key, some(opened.renewed_key)()) == ("ya29.token", "ya29.token")
    assert "ya29" not in repr(opened)
    for url in ("https://elsewhere.test/v1", VERTEX.replace("https", "http")):
        with pytest.raises(SettingsError, match="sent to Vertex AI only"):
            mine.connect("vertex", change(base_url=url))
    mine.connect("vertex", change(key_env="TOKEN"))
    assert mine.get("vertex").key == "$TOKEN"
