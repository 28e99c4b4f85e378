"""Old runs go with what they alone need, and nothing that a version in use or another run needs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from backend.adapters.database.projects.project_data import ForgetStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.pruning import PruneStore
from backend.adapters.database.runs.run_tasks import RunTask
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.adapters.database.tables import (
    asks,
    completions,
    keep_ups,
    outside_answers,
    payers,
    runs,
    samples,
    sources,
)
from backend.domain.dataset.subset import Subset
from backend.domain.hashing import numbered
from backend.domain.runs.pruning import Prunable, PruneChoice
from backend.domain.runs.run import Run
from tests.scripted import completion, version

PROJECT, OTHER = 7, 8
A, B, C, D = (letter * 64 for letter in "abcd")


def _ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="microseconds")


MONTH = PruneChoice(_ago(30))


class PrunedRuns:
    def __init__(self, store: Store) -> None:
        self.store, self.runs, self.pruning = store, RunStore(store), PruneStore(store)
        for name, project in (("mood", PROJECT), ("mood", PROJECT), ("topic", OTHER)):
            store.save(version(name=name, project=project, template=f"{name} {{text}} {self._next()}"))

    def _next(self) -> int:
        self.number = getattr(self, "number", 0) + 1
        return self.number

    def run(self, tag: str, *digests: str, days: int = 60, ended: bool = True, then: str | None = None) -> Run:
        """`then`: the request to the second model for its first task."""
        run = self.runs.create(NewRun(tag, OTHER if tag.startswith("topic") else PROJECT, Subset("all")))
        paid = (*digests, then) if then else digests
        self.store.add_completions([completion(digest=digest) for digest in paid], run.id)
        asks = [RunTask(n, digest) for n, digest in enumerate(digests)]
        self.runs.run_tasks.note(run.id, [replace(asks[0], then_digest=then, step=2), *asks[1:]] if then else asks)
        with self.store.engine.begin() as connection:
            connection.execute(runs.update().where(runs.c.id == run.id).values(created=_ago(days)))
        if ended:
            self.runs.finish(run.id, "completed")
        return run

    def use(self, project: int, tag: str) -> None:
        with self.store.engine.begin() as connection:
            values = sa.text("INSERT INTO connections (project, in_use) VALUES (:project, :tag)")
            connection.execute(values, {"project": project, "tag": tag})

    def left(self) -> set[str]:
        with self.store.engine.connect() as connection:
            return set(connection.execute(sa.select(completions.c.digest)).scalars())

    def pruned(self, choice: PruneChoice = MONTH) -> Prunable:
        found = self.pruning.prunable(choice)
        self.pruning.prune(choice)
        assert self.pruning.prunable(choice) == Prunable(0, 0, 0)
        return found


@pytest.fixture
def records(store: Store) -> PrunedRuns:
    return PrunedRuns(store)


def test_old_runs_go_with_their_answers_and_new_and_open_ones_stay(records: PrunedRuns) -> None:
    records.run("mood@1", A)
    new, open_run = records.run("mood@1", B, days=1), records.run("mood@1", C, ended=False)
    found = records.pruned()
    assert (found.runs, found.answers) == (1, 1)
    assert found.size > 0
    assert records.left() == {B, C}
    assert {run.id for run in records.runs.runs()} == {new.id, open_run.id}


def test_an_answer_that_another_run_asks_for_stays(records: PrunedRuns) -> None:
    records.run("mood@1", A, B)
    later = records.run("mood@2", B, C, days=1)
    assert records.pruned().answers == 1
    assert records.left() == {B, C}
    assert [run.id for run in records.runs.runs()] == [later.id]


def test_runs_of_a_version_in_use_stay_and_all_that_its_project_was_asked_live(records: PrunedRuns) -> None:
    records.use(PROJECT, "mood@2")
    records.run("mood@1", A)
    records.run("mood@2", B)
    records.store.add_completions([completion(digest=C)], project=PROJECT)
    records.store.add_completions([completion(digest=D)], project=OTHER)
    records.pruned()
    assert records.left() == {B, C}


def test_what_was_noted_of_an_answer_in_use_keeps_it_although_its_run_goes(records: PrunedRuns) -> None:
    records.use(PROJECT, "mood@2")
    records.run("mood@1", A, B)
    ForgetStore(records.store).note(PROJECT, [B])
    records.pruned()
    assert records.left() == {B}


def test_only_runs_of_a_project_or_of_versions(records: PrunedRuns) -> None:
    records.run("mood@1", A)
    records.run("mood@2", B)
    records.run("topic@1", C)
    records.store.add_completions([completion(digest=D)])
    assert records.pruned(PruneChoice(_ago(30), tags=("mood@1",))).runs == 1
    assert records.left() == {B, C, D}
    assert records.pruned(PruneChoice(_ago(30), project=OTHER)).answers == 1
    assert records.left() == {B, D}


def test_answers_of_deleted_versions_go_and_those_that_a_day_pays_for_stay(records: PrunedRuns) -> None:
    records.store.add_completions([completion(digest=A)], "no such run")
    records.store.add_completions([completion(digest=B)], "day:2026-11-29")
    ForgetStore(records.store).note(OTHER, [A])
    records.pruned()
    assert records.left() == {B}
    with records.store.engine.connect() as connection:
        assert connection.execute(sa.select(sources.c.digest)).all() == []


def test_samples_go_with_their_request(records: PrunedRuns) -> None:
    again = numbered(A, 1)
    run = records.run("mood@1", A, again)
    with records.store.engine.begin() as connection:
        connection.execute(samples.insert().values(digest=again, request=A, number=1))
        connection.execute(asks.delete().where(asks.c.digest == again))
        connection.execute(payers.update().values(run_id=None))
    assert run.id
    assert records.pruned(PruneChoice(_ago(30), project=PROJECT)).answers == 2
    with records.store.engine.connect() as connection:
        assert connection.execute(sa.select(samples.c.digest)).all() == []


def test_an_answer_of_a_second_model_goes_with_its_run_and_stays_for_another(records: PrunedRuns) -> None:
    records.run("mood@1", A, then=B)
    records.run("mood@2", C, then=B, days=1)
    assert records.pruned().answers == 1
    assert records.left() == {B, C}
    records.run("topic@1", D, then=A)
    assert records.pruned().answers == 2
    assert records.left() == {B, C}


def test_samples_of_a_second_model_stay_with_its_request(records: PrunedRuns) -> None:
    records.run("mood@1", A, then=B, days=1)
    with records.store.engine.begin() as connection:
        rows = [{"digest": numbered(digest, 1), "request": digest, "number": 1} for digest in (A, B, C)]
        connection.execute(samples.insert(), rows)
    records.pruned()
    with records.store.engine.connect() as connection:
        assert set(connection.execute(sa.select(samples.c.request)).scalars()) == {A, B}


def test_runs_of_a_version_that_predicts_new_tasks_stay(records: PrunedRuns) -> None:
    kept = {"on": True, "budget": 1.0, "since": 1, "trouble": "", "secret": "s", "changed": _ago(1)}
    with records.store.engine.begin() as connection:
        connection.execute(keep_ups.insert().values(project=PROJECT, tag="mood@1", **kept))
    records.run("mood@1", A)
    records.run("mood@2", B)
    records.pruned()
    assert records.left() == {A}


def test_runs_with_answers_of_other_programs_stay(records: PrunedRuns) -> None:
    run = records.run("mood@1", A)
    said = {"task_id": 1, "user_id": 1, "user_email": "a@b.test", "output": {}, "created": _ago(60)}
    with records.store.engine.begin() as connection:
        connection.execute(outside_answers.insert().values(run_id=run.id, **said))
    assert records.pruned().runs == 0
    assert records.left() == {A}


def test_space_is_given_back(records: PrunedRuns) -> None:
    records.run("mood@1", *(f"{number:064d}" for number in range(2000)))
    records.pruned()
    if records.store.engine.dialect.name == "sqlite":
        with records.store.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA freelist_count").scalar() == 0
    assert records.left() == set()
