"""Looks are kept by prompt, each once, in their order."""

from backend.adapters.database.looks import LookStore
from backend.adapters.database.prompts import Store
from backend.domain.optimize.looks import Look
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
