"""Which projects keep up, and what their webhooks must send."""

from dataclasses import replace

from backend.adapters.database.keep_ups import KeepUpStore
from backend.adapters.database.prompts import Store
from backend.domain.keep_up import KeepUp

ON = KeepUp(7, True, 2.0, 10, "mood@1", "", "2026-11-29", 1, "ann@example.com")


def test_one_for_each_project(store: Store) -> None:
    keep_ups = KeepUpStore(store)
    assert (keep_ups.of(7), keep_ups.all()) == (None, [])
    keep_ups.save(ON, "a")
    keep_ups.save(replace(ON, project=3, on=False), "b")
    keep_ups.note(7, trouble="Away.")
    assert keep_ups.of(7) == replace(ON, trouble="Away.")
    assert [keep_up.project for keep_up in keep_ups.all()] == [3, 7]


def test_a_secret_counts_while_it_is_on(store: Store) -> None:
    keep_ups = KeepUpStore(store)
    keep_ups.save(ON, "first")
    assert keep_ups.is_secret(7, "first")
    assert not any(keep_ups.is_secret(*wrong) for wrong in ((7, "other"), (8, "first"), (7, "")))
    keep_ups.save(ON, "second")
    assert (keep_ups.is_secret(7, "first"), keep_ups.is_secret(7, "second")) == (False, True)
    keep_ups.save(replace(ON, on=False), "third")
    assert not keep_ups.is_secret(7, "third")
