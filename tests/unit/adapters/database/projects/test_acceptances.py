"""Annotations that were made of predictions: begun, ended, forgotten."""

import pytest

from backend.adapters.database.projects.acceptances import AcceptanceStore, Begun
from backend.adapters.database.prompts import Store


@pytest.fixture
def acceptances(store: Store) -> AcceptanceStore:
    return AcceptanceStore(store)


def test_what_was_begun_is_known_until_it_is_ended(acceptances: AcceptanceStore) -> None:
    acceptances.begin(7, Begun("mood@1", 40))
    acceptances.begin(7, Begun("mood@1", 50))
    acceptances.begin(8, Begun("mood@1", 60))
    assert acceptances.begun(7) == [Begun("mood@1", 40)]
    acceptances.note(7, "mood@1", {41: "a", 42: "b"})
    assert acceptances.begun(7) == []
    assert acceptances.begun(8) == [Begun("mood@1", 60)]
    assert acceptances.seals(7, "mood@1") == {41: "a", 42: "b"}


def test_an_annotation_keeps_its_first_seal(acceptances: AcceptanceStore) -> None:
    acceptances.note(7, "mood@1", {41: "a"})
    acceptances.note(7, "mood@1", {41: "other"})
    acceptances.note(7, "mood@1", {})
    assert acceptances.seals(7, "mood@1") == {41: "a"}


def test_those_that_are_gone_are_forgotten(acceptances: AcceptanceStore) -> None:
    acceptances.note(7, "mood@1", dict.fromkeys(range(1200), "a"))
    acceptances.note(7, "mood@2", {5000: "b"})
    acceptances.forget(list(range(1, 1200)))
    assert acceptances.ids(7) == {0, 5000}
    assert acceptances.ids(8) == frozenset()


def test_what_may_go_on_stays_begun(acceptances: AcceptanceStore) -> None:
    acceptances.begin(7, Begun("mood@1", 40))
    acceptances.note(7, "mood@1", {41: "a"}, ended=False)
    assert acceptances.begun(7) == [Begun("mood@1", 40)]
    acceptances.note(7, "mood@1", {41: "a", 42: "b"})
    assert acceptances.begun(7) == []
    assert acceptances.seals(7, "mood@1") == {41: "a", 42: "b"}
