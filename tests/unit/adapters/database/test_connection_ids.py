"""The integers of connections: two for the environment's, one for each that is added, none of them given twice."""

from backend.adapters.database.connection_ids import ConnectionIdStore
from backend.adapters.database.model_connections import ModelConnectionStore
from backend.adapters.database.prompts import Store
from backend.domain.connections.connection import StoredConnection
from backend.domain.person import Person

LOCAL = StoredConnection("local", "http://127.0.0.1:1/v1")


def test_numbers_stay_and_are_not_given_again(store: Store) -> None:
    ids, connections = ConnectionIdStore(store), ModelConnectionStore(store)
    assert {name: item.id for name, item in ids.by_name().items()} == {"default": 1, "teacher": 2}
    connections.save(LOCAL)
    first = ids.by_name()["local"].id
    connections.save(LOCAL)
    assert ids.by_name()["local"].id == first
    connections.remove("local")
    assert "local" not in ids.by_name()
    connections.save(LOCAL)
    assert ids.by_name()["local"].id > first


def test_who_made_it_stays_when_others_change_it(store: Store) -> None:
    ids = ConnectionIdStore(store)
    ModelConnectionStore(store).save(LOCAL)
    ids.note("local", {"provider": "Custom"}, Person(3, "ann@example.com"))
    ids.note("local", {"provider": "OpenAI"}, None)
    noted = ids.by_name()["local"]
    assert (noted.api_fields, noted.user_id, noted.user_email) == ({"provider": "OpenAI"}, 3, "ann@example.com")
