"""What people did with predictions: kept with the version, under whatever name the prompt has."""

import pytest

from backend.adapters.database.projects.actions import ActionStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.public_ids import PublicIdStore
from backend.domain.action import Action
from backend.domain.person import Person
from tests.scripted import version

ANN, BOB = Person(1, "ann@example.com"), Person(2, "bob@example.com")


@pytest.fixture
def actions(store: Store) -> ActionStore:
    return ActionStore(store)


def told(actions: ActionStore) -> list[tuple[str, str, int, str]]:
    return [(item.tag, item.kind, item.count, item.user_email) for item in actions.all()]


def test_they_are_listed_newest_first_and_follow_the_prompt(store: Store, actions: ActionStore) -> None:
    saved, _ = store.save(version(name="mood"), ANN)
    actions.add(saved, "annotate", 12, ANN)
    actions.add(saved, "withdraw", 3, BOB)
    assert told(actions) == [("mood@1", "withdraw", 3, BOB.email), ("mood@1", "annotate", 12, ANN.email)]
    store.rename("mood", "tone")
    assert {tag for tag, *_ in told(actions)} == {"tone@1"}
    store.delete("tone")
    assert actions.all() == []


def test_when_is_noted(store: Store, actions: ActionStore) -> None:
    saved, _ = store.save(version(name="mood"), ANN)
    actions.add(saved, "unannotate", 1, ANN)
    (action,) = actions.all()
    assert action == Action("mood@1", "unannotate", 1, action.created, 1, ANN.email)
    assert action.created.startswith("20")


def test_versions_are_numbered_by_tag_with_who_saved_them(store: Store) -> None:
    first, _ = store.save(version(name="mood"), ANN)
    unknown, _ = store.save(version(name="mood", template="Other {text}"))
    ids = PublicIdStore(store).by_tag()
    assert (ids[first.tag].user_id, ids[first.tag].user_email) == (1, ANN.email)
    assert ids[unknown.tag].user_id is None
    assert ids[unknown.tag].id > ids[first.tag].id
