"""Looks are kept by prompt, each once, in their order."""

from backend.adapters.database.projects.looks import LookStore
from backend.adapters.database.prompts import Store
from backend.domain.optimize.looks import Look, Winner
from tests.scripted import version


def test_looks_are_kept_once_and_in_order(store: Store) -> None:
    store.save(version(name="mood"))
    store.save(version(name="other", project=8))
    looks = LookStore(store)
    one, two = Look("a" * 64, frozenset({3, 1})), Look("b" * 64, frozenset({3, 1}))
    for look in (one, two, one):
        looks.note("mood", look)
    assert looks.of("mood") == [one, two]
    assert looks.of("other") == []


def test_a_prompt_that_is_not_there_has_none(store: Store) -> None:
    looks = LookStore(store)
    looks.note("mood", Look("a" * 64, frozenset()))
    assert looks.of("mood") == []


def test_the_version_that_a_look_chose_is_kept_with_the_ground_truths_that_chose_it(store: Store) -> None:
    store.save(version(name="mood"))
    looks = LookStore(store)
    one, two = Look("a" * 64, frozenset({3, 1})), Look("a" * 64, frozenset({3, 1, 5}))
    for look in (one, two):
        looks.note("mood", look)
    assert looks.winners("mood") == []
    looks.won("mood", one, 2, {8, 7})
    assert looks.winners("mood") == [Winner(2, frozenset({1, 3, 7, 8}))]
    assert looks.of("mood") == [one, two]
