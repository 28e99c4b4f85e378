"""Whose tasks stored answers are about, so that one project's can be forgotten and no other's."""

import sqlalchemy as sa

from backend.adapters.database.completion_sources import answers_of, keep, note
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.adapters.database.tables import asks, completions, runs, sources
from backend.domain.dataset.subset import Subset
from backend.domain.hashing import numbered
from tests.scripted import completion

MINE, SHARED, OTHERS = ("a" * 64, "b" * 64, "c" * 64)


def found(store: Store, project: int) -> set[str]:
    with store.engine.connect() as connection:
        return set(connection.execute(sa.select(completions.c.digest).where(answers_of(project))).scalars())


def test_answers_about_two_projects_are_no_ones_alone(store: Store) -> None:
    sample = numbered(MINE, 3)
    store.add_completions([completion(digest=digest) for digest in (MINE, sample, SHARED, OTHERS)])
    with store.engine.begin() as connection:
        note(connection, store.insert, 7, [MINE, sample, SHARED, MINE])
        note(connection, store.insert, 8, [SHARED, OTHERS])
        note(connection, store.insert, 8, [])
    assert found(store, 7) == {MINE, sample}
    assert found(store, 8) == {OTHERS}
    assert found(store, 9) == set()


def test_what_a_run_asked_stays_known_when_it_is_deleted(store: Store) -> None:
    run = RunStore(store).create(NewRun("mood@1", 7, Subset("all"))).id
    store.add_completions([completion(digest=MINE)])
    with store.engine.begin() as connection:
        connection.execute(
            asks.insert(),
            [{"run_id": run, "task_id": 1, "digest": MINE}, {"run_id": run, "task_id": 2, "digest": None}],
        )
        keep(connection, store.insert, runs.c.id == run)
        connection.execute(runs.delete().where(runs.c.id == run))
        assert connection.execute(sa.select(sources)).all() == [(MINE, 7)]
    assert found(store, 7) == {MINE}
