"""A name belongs to the prompt that has it: nobody takes it over by creating one more."""

import pytest

from backend.adapters.database.deletions import DeletionStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.public_ids import PublicIdStore
from backend.domain.person import Person
from backend.errors import PromptError
from tests.scripted import some, version

ANN, BOB = Person(1, "ann@example.com"), Person(2, "bob@example.com")


@pytest.fixture
def ids(store: Store) -> PublicIdStore:
    return PublicIdStore(store)


def test_the_same_once_more_is_the_same_prompt(ids: PublicIdStore) -> None:
    number = ids.create("mood", 7, "Mood", "how they feel", ANN)
    assert ids.create("mood", 7, "Mood", "how they feel today", ANN) == number
    row = some(ids.prompt(number))
    assert (row.name, row.project, row.title, row.description) == ("mood", 7, "Mood", "how they feel today")


def test_the_prompt_of_another_project_keeps_its_name_and_description(ids: PublicIdStore) -> None:
    number = ids.create("mood", 7, "Mood", "how they feel", ANN)
    with pytest.raises(PromptError, match="There is a prompt 'mood' already"):
        ids.create("mood", 8, "mine", "of project 8", BOB)
    row = some(ids.prompt(number))
    assert (row.project, row.title, row.description, row.user_email) == (7, "Mood", "how they feel", ANN.email)


def test_a_prompt_with_versions_is_not_created_again(store: Store, ids: PublicIdStore) -> None:
    store.save(version(name="mood", project=7))
    with pytest.raises(PromptError, match="choose another title"):
        ids.create("mood", 7, "mine", "", BOB)
    assert [row.description for row in ids.prompts()] == [""]


def test_the_next_number_is_that_which_is_given(store: Store, ids: PublicIdStore) -> None:
    number = ids.create("mood", 7, "Mood", "", ANN)
    assert ids.next_number(some(ids.prompt(number))) == 1
    for text in ("a {text}", "b {text}", "c {text}"):
        store.save(version(text, name="mood", project=7))
    DeletionStore(store).delete("mood", 3)
    expected = ids.next_number(some(ids.prompt(number)))
    saved, _ = store.save(version("d {text}", name="mood", project=7))
    assert saved.number == expected
