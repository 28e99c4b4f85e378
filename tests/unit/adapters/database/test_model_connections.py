"""Stored connections: found by name, replaced as a whole, removed."""

from dataclasses import replace

from backend.adapters.database.connection_ids import ConnectionIdStore
from backend.adapters.database.model_connections import ModelConnectionStore
from backend.adapters.database.prompts import Store
from backend.domain.connections.connection import StoredConnection
from tests.scripted import some

GROQ = StoredConnection("groq", "https://groq.test/v1", None, "encrypted", 20.0, 8, 0.05, 0.08)


def test_what_is_saved_comes_back_by_name(store: Store) -> None:
    stored = ModelConnectionStore(store)
    assert (stored.all(), stored.get("groq")) == ([], None)
    stored.save(GROQ)
    stored.save(StoredConnection("a", "http://127.0.0.1:1/v1"))
    assert replace(some(stored.get("groq")), created="") == GROQ
    assert [connection.name for connection in stored.all()] == ["a", "groq"]


def test_saving_again_replaces_all_but_its_date(store: Store) -> None:
    stored = ModelConnectionStore(store)
    stored.save(GROQ)
    created = some(stored.get("groq")).created
    assert created.endswith("+00:00")
    other = StoredConnection("groq", "https://other.test/v1", "GROQ_API_KEY", created=created)
    stored.save(other)
    assert stored.all() == [other]


def test_a_name_is_given_once(store: Store) -> None:
    stored = ModelConnectionStore(store)
    assert stored.add(GROQ)
    number = ConnectionIdStore(store).by_name()["groq"].id
    assert not stored.add(replace(GROQ, base_url="https://other.test/v1"))
    assert [connection.base_url for connection in stored.all()] == [GROQ.base_url]
    assert ConnectionIdStore(store).by_name()["groq"].id == number


def test_removing_leaves_the_others(store: Store) -> None:
    stored = ModelConnectionStore(store)
    stored.save(GROQ)
    assert not stored.remove("other")
    assert stored.remove("groq")
    assert (stored.remove("groq"), stored.all()) == (False, [])
