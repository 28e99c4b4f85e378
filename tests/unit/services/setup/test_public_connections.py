"""Connections by integers: people give a key and never read one, and it goes nowhere but where it was given for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.adapters.database.connection_ids import ConnectionIdStore
from backend.adapters.database.model_connections import ModelConnectionStore
from backend.adapters.database.prompts import Store
from backend.adapters.key_cipher import KeyCipher
from backend.domain.connections.connection import DEFAULT, TEACHER, StoredConnection
from backend.domain.person import Person
from backend.errors import NotThereError, SettingsError
from backend.services.setup.model_connections import ConnectionChange, ModelConnections
from backend.services.setup.public_connections import PublicConnection, PublicConnections
from backend.settings import Settings
from tests.scripted import some

URL = "http://127.0.0.1:1/v1"
KEY = "sk-of-a-test"
ENVIRONMENT = [StoredConnection(DEFAULT, "https://api.openai.com/v1", key_env="OPENAI_API_KEY")]


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[PublicConnections]:
    settings = Settings(_env_file=None, secret_key="0123456789abcdef", data_dir=tmp_path, openai_api_key="k")
    store = Store(settings.database())
    stored = ModelConnections(ModelConnectionStore(store), KeyCipher(settings.secret_key), settings, lambda _: None)
    yield PublicConnections(ConnectionIdStore(store), stored, ENVIRONMENT, lambda: Person(3, "ann@example.com"))
    store.close()


def add(mine: PublicConnections, url: str = URL, key: str | None = KEY, provider: str = "Custom") -> PublicConnection:
    return mine.add(provider, ConnectionChange(url, key), {"deployment_name": "d"})


def key_of(mine: PublicConnections, item: PublicConnection) -> str:
    return some(some(mine.stored.open(item.name)).api_key)


def test_they_are_listed_by_their_integers(mine: PublicConnections) -> None:
    first, second = add(mine), add(mine, "http://127.0.0.1:2/v1")
    assert [item.number.id for item in mine.all()] == [1, first.number.id, second.number.id]
    assert [item.name for item in mine.all()] == [DEFAULT, "custom", "custom-2"]
    assert mine.number("custom-2") == second.number.id
    assert mine.number(TEACHER) is None, "it is not set"


def test_an_added_one_says_who_made_it_and_not_its_key(mine: PublicConnections) -> None:
    made = add(mine, f" {URL}/ ")
    assert (made.stored.base_url, made.number.user_email, made.provider) == (URL, "ann@example.com", "Custom")
    assert made.number.api_fields == {"deployment_name": "d", "provider": "Custom"}
    assert KEY not in repr(made)
    assert key_of(mine, made) == KEY


def test_the_same_once_more_is_the_same(mine: PublicConnections) -> None:
    first = add(mine)
    assert add(mine).number.id == first.number.id
    assert add(mine, key="sk-another").number.id != first.number.id
    without = add(mine, key=None)
    assert add(mine, key=None).number.id == without.number.id
    assert len(mine.all()) == 4


def test_the_environments_is_never_the_same(mine: PublicConnections) -> None:
    made = mine.add("OpenAI", ConnectionChange(None, KEY), {})
    assert (made.name, made.stored.base_url) == ("openai", ENVIRONMENT[0].base_url)
    assert made.number.id > 1


def test_what_cannot_be_added_leaves_nothing(mine: PublicConnections) -> None:
    with pytest.raises(SettingsError, match="'endpoint' is missing"):
        mine.add("AzureOpenAI", ConnectionChange(None, KEY), {})
    with pytest.raises(SettingsError, match="cannot be asked with a key alone"):
        mine.add("Vertex", ConnectionChange(URL, KEY), {})
    with pytest.raises(SettingsError, match="The key is empty"):
        mine.add("Custom", ConnectionChange(URL, "two\nlines"), {})
    assert [item.name for item in mine.all()] == [DEFAULT]


def test_another_address_needs_its_key_again(mine: PublicConnections) -> None:
    made = add(mine)
    elsewhere = "http://127.0.0.1:2/v1"
    for provider, url in ((None, elsewhere), ("OpenAI", None)):
        with pytest.raises(SettingsError, match="needs its 'api_key' too"):
            mine.change(made.number.id, provider, ConnectionChange(url), {})
    assert mine.get(made.number.id).stored.base_url == URL
    changed = mine.change(made.number.id, None, ConnectionChange(elsewhere, "sk-new"), {})
    assert (changed.stored.base_url, key_of(mine, changed)) == (elsewhere, "sk-new")
    bare = mine.change(made.number.id, None, ConnectionChange(URL, no_key=True), {})
    assert (bare.stored.base_url, bare.stored.key) == (URL, "none")


def test_without_a_key_another_address_needs_none(mine: PublicConnections) -> None:
    made = add(mine, key=None)
    changed = mine.change(made.number.id, "Custom", ConnectionChange("http://127.0.0.1:2/v1/"), {})
    assert changed.stored.base_url == "http://127.0.0.1:2/v1"


def test_a_change_keeps_what_it_does_not_name(mine: PublicConnections) -> None:
    made = add(mine)
    changed = mine.change(made.number.id, None, ConnectionChange(f"{URL}/"), {"budget": 3})
    assert changed.number.api_fields == {"deployment_name": "d", "budget": 3, "provider": "Custom"}
    assert (key_of(mine, changed), changed.number.user_email) == (KEY, "ann@example.com")
    moved = mine.change(made.number.id, "OpenAI", ConnectionChange(None, "sk-new"), {})
    assert (moved.provider, moved.stored.base_url) == ("OpenAI", "https://api.openai.com/v1")


def test_that_of_the_environment_is_changed_where_the_server_runs(mine: PublicConnections) -> None:
    with pytest.raises(SettingsError, match="OPENAI_BASE_URL and OPENAI_API_KEY"):
        mine.change(1, None, ConnectionChange(URL, KEY), {})
    assert mine.changeable(add(mine).number.id).name == "custom"


def test_the_teacher_is_named_by_its_own_variables(mine: PublicConnections) -> None:
    mine.environment.append(StoredConnection(TEACHER, URL))
    try:
        with pytest.raises(SettingsError, match="TEACHER_BASE_URL and TEACHER_API_KEY"):
            mine.changeable(2)
    finally:
        mine.environment.pop()


def test_an_integer_that_nothing_has_is_said(mine: PublicConnections) -> None:
    with pytest.raises(NotThereError, match="There is no connection 77"):
        mine.get(77)
    made = add(mine)
    mine.stored.disconnect(made.name)
    with pytest.raises(NotThereError):
        mine.get(made.number.id)


def test_a_provider_that_was_not_told_is_read_from_the_address(mine: PublicConnections) -> None:
    mine.stored.connect("azure", ConnectionChange("https://x.openai.azure.com/openai/v1", no_key=True))
    assert mine.get(some(mine.number("azure"))).provider == "AzureOpenAI"


def test_a_model_is_named_with_its_connection_once(mine: PublicConnections) -> None:
    number = add(mine).number.id
    assert mine.reference(None, "vendor/model") == "vendor/model"
    assert mine.reference(number, "vendor/model") == "custom/vendor/model"
    assert mine.reference(number, "custom/vendor/model") == "custom/vendor/model"


def test_a_name_that_another_process_took_just_now_is_left_to_it(
    mine: PublicConnections, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = add(mine)
    monkeypatch.setattr(ModelConnections, "names", property(lambda _: set()))
    second = add(mine, "http://127.0.0.1:2/v1", "sk-another")
    assert [(item.name, item.stored.base_url) for item in mine.all()[1:]] == [
        ("custom", URL),
        ("custom-2", "http://127.0.0.1:2/v1"),
    ]
    assert (key_of(mine, first), key_of(mine, second)) == (KEY, "sk-another")


def test_a_provider_of_which_no_name_is_free_is_said(mine: PublicConnections, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ModelConnectionStore, "add", lambda *_: False)
    with pytest.raises(SettingsError, match="try again"):
        add(mine)
