"""Whose predictions are: marks, those without a place for one, and those from before there were marks."""

import pytest
import sqlalchemy as sa

from backend.adapters.database.projects.prediction_owners import OwnershipStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.adapters.database.tables import asks, connections, installation
from backend.domain.dataset.subset import Subset


@pytest.fixture
def owners(store: Store) -> OwnershipStore:
    return OwnershipStore(store)


def test_an_installation_marks_with_one_secret(store: Store, owners: OwnershipStore) -> None:
    assert owners.marker() == OwnershipStore(store).marker()


def test_predictions_without_a_place_for_a_mark_are_noted(owners: OwnershipStore) -> None:
    owners.note(7, "mood@1", [])
    owners.note(7, "mood@1", [1, 2])
    owners.note(7, "mood@1", [2, 3])
    owners.note(8, "mood@1", [9])
    assert owners.noted(7, "mood@1") == {1, 2, 3}
    assert owners.noted(7, "mood@2") == set()


def test_what_was_pushed_before_there_were_marks_is_ours(store: Store, owners: OwnershipStore) -> None:
    runs = RunStore(store)
    before, quiet = (runs.create(NewRun("mood@1", 7, Subset("all"), push=push)).id for push in (True, False))
    rows = [{"run_id": before, "task_id": 1}, {"run_id": quiet, "task_id": 2}]
    with store.engine.begin() as connection:
        connection.execute(asks.insert(), rows)
        connection.execute(sa.update(installation).values(since="9999"))
    assert owners.pushed_unmarked("mood@1") == {1}
    assert owners.pushed_unmarked("mood@2") == set()
    with store.engine.begin() as connection:
        connection.execute(sa.update(installation).values(since="0001"))
    assert owners.pushed_unmarked("mood@1") == set()


def test_what_was_served_before_there_were_marks_is_known(store: Store, owners: OwnershipStore) -> None:
    assert owners.served_unmarked(7) is None
    with store.engine.begin() as connection:
        connection.execute(connections.insert().values(project=7, in_use_unmarked="mood@1"))
    assert owners.served_unmarked(7) == "mood@1"
