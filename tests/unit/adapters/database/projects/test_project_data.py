"""A project is forgotten whole, and nothing of another one's with it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from backend.adapters.database.calibrations import CalibrationStore
from backend.adapters.database.embeddings import EmbeddingStore
from backend.adapters.database.projects.project_data import ForgetStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.batches import BatchStore
from backend.adapters.database.runs.run_tasks import RunTask
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.adapters.database.tables import asks, batch_lines, completions, metadata, payers, sources
from backend.domain.calibration.calibrators import RAW
from backend.domain.dataset.subset import Subset
from backend.domain.hashing import numbered
from backend.domain.held import Held
from backend.domain.prompts.examples import Example, Examples
from backend.domain.runs.run import Run
from tests.scripted import completion, version

MINE, THEIRS = 7, 8


def named(text: str) -> str:
    return f"{text:0<64}"


class TwoProjects:
    """Two projects' runs, with `store` behind them."""

    def __init__(self, store: Store) -> None:
        self.store, self.runs, self.forgetting = store, RunStore(store), ForgetStore(store)
        store.save(version(name="mood", project=MINE))
        store.save(version(name="other", project=THEIRS))

    def run(self, project: int, *digests: str, asked: Sequence[str] | None = None) -> Run:
        """A run that paid for these, and asked about them or about what `asked` says."""
        run = self.runs.create(NewRun("mood@1" if project == MINE else "other@1", project, Subset("all")))
        self.store.add_completions([completion(digest=digest) for digest in digests], run.id)
        self.runs.run_tasks.note(
            run.id, [RunTask(n, digest) for n, digest in enumerate(digests if asked is None else asked)]
        )
        return run

    def left(self) -> set[str]:
        with self.store.engine.connect() as connection:
            return set(connection.execute(sa.select(completions.c.digest)).scalars())


@pytest.fixture
def records(store: Store) -> TwoProjects:
    return TwoProjects(store)


def test_answers_of_runs_go_with_their_samples_and_what_teachers_said(records: TwoProjects) -> None:
    one, two = named("a"), named("b")
    records.run(MINE, one, numbered(one, 1), numbered(one, 2), named("teacher"), asked=[one])
    records.run(THEIRS, two, numbered(two, 1), asked=[two])
    records.forgetting.forget(MINE)
    assert records.left() == {two, numbered(two, 1)}


def test_answers_of_second_models_go_with_their_samples(records: TwoProjects) -> None:
    one, two = named("a"), named("b")
    run = records.run(MINE, one)
    records.runs.run_tasks.note(run.id, [RunTask(0, one, then_digest=two)])
    records.store.add_completions([completion(digest=two), completion(digest=named("c"))])
    records.forgetting.forget(MINE)
    assert records.left() == {named("c")}


def test_answers_outside_of_runs_go_too(records: TwoProjects) -> None:
    records.forgetting.note(MINE, [named("live")])
    records.store.add_completions([completion(digest=named("live"))])
    records.store.add_completions([completion(digest=named("try"))], project=MINE)
    records.store.add_completions([completion(digest=named("theirs"))], project=THEIRS)
    records.forgetting.forget(MINE)
    assert records.left() == {named("theirs")}


def test_answers_of_a_deleted_prompt_go_too(records: TwoProjects) -> None:
    records.run(MINE, named("a"), named("teacher"), asked=[named("a")])
    records.store.delete("mood")
    assert records.forgetting.held(MINE).answers == 2
    records.forgetting.forget(MINE)
    assert records.left() == set()


@pytest.mark.parametrize("how", ["run", "outside", "deleted"])
def test_what_another_projects_tasks_got_as_well_stays(records: TwoProjects, how: str) -> None:
    both = named("both")
    paid = records.run(MINE, both, named("mine"))
    if how == "outside":
        records.forgetting.note(THEIRS, [both])
    else:
        records.run(THEIRS, asked=[both])
    if how == "deleted":
        records.store.delete("other")
    assert records.forgetting.held(MINE).answers == 1
    records.forgetting.forget(MINE)
    assert records.left() == {both}
    with records.store.engine.connect() as connection:
        left = sa.select(payers.c.run_id).join(completions, completions.c.payer == payers.c.id)
        assert connection.execute(left).scalars().all() == [None]
    assert paid.id not in {run.id for run in records.runs.runs()}
    records.forgetting.forget(THEIRS)
    assert records.left() == set(), "when the other one is forgotten too, it goes"


def test_runs_batches_calibrations_and_embeddings_go(records: TwoProjects) -> None:
    mine, theirs = records.run(MINE, named("a")), records.run(THEIRS, named("b"))
    batches = BatchStore(records.store)
    for run in (mine, theirs):
        made = batches.create(run.id, "http://model.test/v1", "m")
        batches.add(made, {named(run.id): 1})
    CalibrationStore(records.store).save(version(name="mood", project=MINE), RAW, 30)
    EmbeddingStore(records.store).add({named("e"): b"1234"})
    held = records.forgetting.held(MINE)
    assert held == Held(answers=1, embeddings=1, runs=1, calibrations=1, batches=1)
    assert not held.nothing
    records.forgetting.forget(MINE)
    assert records.forgetting.held(MINE) == Held(0, 0, 0, 0, 0)
    assert records.forgetting.held(MINE).nothing
    assert records.forgetting.held(THEIRS) == Held(answers=1, embeddings=0, runs=1, calibrations=0, batches=1)
    with records.store.engine.connect() as connection:
        for table in (asks, batch_lines):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 1


def test_prompts_stay_and_those_that_quote_tasks_are_named(records: TwoProjects) -> None:
    pool = (Example(3, {"text": "a task's own"}, {"mood": ("Good",)}),)
    records.store.save(version(name="shots", project=MINE, examples=Examples(1, "similar", pool)))
    assert records.forgetting.held(MINE).quoting == ("shots",)
    records.forgetting.forget(MINE)
    assert {found.name for found in records.store.versions()} == {"mood", "other", "shots"}


def test_nothing_of_it_is_left_in_the_file(tmp_path: Path, records: TwoProjects) -> None:
    if records.store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's files are its own")
    run = records.run(MINE)
    records.store.add_completions([completion("a secret of the task", digest=named("s"))], run.id)
    file = tmp_path / "record.sqlite3"
    records.forgetting.forget(MINE)
    records.store.close()
    assert not [path for path in tmp_path.glob(f"{file.name}*") if b"a secret of the task" in path.read_bytes()]


def test_every_table_is_thought_of() -> None:
    """A new table may hold something about tasks: it belongs in `forget_store`, or here with a reason."""
    forgotten = {"completions", "embeddings", "batches", "sources", "samples", "payments", "runs", "calibrations"}
    with_them = {"asks", "jobs", "holds", "batch_lines", "run_ids", "outside_answers"}
    # The user's own work, what annotators get, and what a project's config says of its labels.
    kept = {"prompts", "names", "versions", "connections", "model_connections", "label_configs", "relabelings"}
    kept |= {"prompt_details", "version_ids", "connection_ids", "learnt_formats", "payers"}
    # Whose predictions and annotations are, who acted on how many, and where a draw or keep-up ended; no task text.
    ids = {"installation", "unmarked", "accepted", "accepting", "day_holds", "draws", "actions"}
    ids |= {"canaries", "draw_chances", "keep_up_runs", "keep_ups", "looks", "month_holds"}
    assert set(metadata.tables) == forgotten | with_them | kept | ids
    assert sources.name in forgotten


def test_an_answer_that_comes_after_its_run_was_deleted_is_found(records: TwoProjects) -> None:
    run = records.run(MINE)
    records.forgetting.forget(MINE)
    records.store.add_completions([completion(digest=named("a"))], run.id, run_project=MINE)
    assert records.forgetting.held(MINE).answers == 1
    records.forgetting.forget(MINE)
    assert records.left() == set()
