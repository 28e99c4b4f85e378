"""The queries that a run repeats, and those that read millions of rows, are served by indexes on both databases."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from backend.adapters.database.budgets.budget_ledger import BudgetLedger
from backend.adapters.database.budgets.connection_ledger import ConnectionLedger
from backend.adapters.database.projects.project_data import ForgetStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.pruning import PruneStore
from backend.adapters.database.public_ids import PublicIdStore
from backend.adapters.database.runs.chunks import ChunkStore
from backend.adapters.database.runs.run_tasks import RunTask
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.runs.pruning import PruneChoice
from tests.scripted import completion, version

LARGE = ("completions", "asks", "samples", "sources", "jobs", "payments")
"""Tables with a row for each task or answer, or that are read every few seconds."""
DIGESTS = [f"{number:064x}" for number in range(20)]
Statement = tuple[str, Any]


def free(*_: object) -> Callable[[int, int, int], float]:
    return lambda *_: 0.0


@contextmanager
def _heard(store: Store) -> Iterator[list[Statement]]:
    """The queries that are sent meanwhile."""
    seen: list[Statement] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE")):
            seen.append((statement, parameters))

    sa.event.listen(store.engine, "before_cursor_execute", hear)
    try:
        yield seen
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", hear)


def _steps(store: Store, statement: Statement) -> list[str]:
    """Those of its plan."""
    text, parameters = statement
    sqlite = store.engine.dialect.name == "sqlite"
    with store.engine.connect() as connection:
        if not sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # a table of twenty rows is read whole
        plan = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{text}", parameters)
        return [str(row[-1]) for row in plan]


def _scans(store: Store, statement: Statement) -> list[str]:
    """Steps of its plan that read a whole large table."""
    sqlite = store.engine.dialect.name == "sqlite"
    pattern = (
        rf"^SCAN ({'|'.join(LARGE)})\b(?!.*USING (?:COVERING )?INDEX)"
        if sqlite
        else rf"Seq Scan on ({'|'.join(LARGE)})\b"
    )
    return [step for step in _steps(store, statement) if re.search(pattern, step)]


OPERATIONS: dict[str, Callable[[Store, str], object]] = {
    "answers by digest": lambda store, _: store.completions(DIGESTS),
    "progress of a run": lambda store, run: RunStore(store).run_tasks.counts(
        RunStore(store).run(run), lambda *_: lambda *_: 0.0
    ),
    "tasks of a run": lambda store, run: list(RunStore(store).run_tasks.of_run(run)),
    "tasks of a version": lambda store, _: list(RunStore(store).run_tasks.of_version("mood@1")),
    "few tasks of a version": lambda store, _: list(RunStore(store).run_tasks.of_version("mood@1", only=[3, 5])),
    "some tasks of a version": lambda store, _: RunStore(store).run_tasks.some("mood@1", 5),
    "what a run has spent": lambda store, run: BudgetLedger(store, run, lambda *_: lambda *_: 0.0).hold("me", 1, 2),
    "the next chunk": lambda store, run: ChunkStore(store).next_chunk(run, "me"),
    "how many tasks a run has": lambda store, run: RunStore(store).run_tasks.count(run),
    "what a version's answers come to": lambda store, _: RunStore(store).run_tasks.stamp("mood@1"),
    "a worker's heartbeat": lambda store, run: ChunkStore(store).beat(run, "me"),
    "a worker's chunks are released": lambda store, run: ChunkStore(store).release(run, "me"),
    "chunks that wait": lambda store, _: ChunkStore(store).waiting(),
    "lost chunks": lambda store, _: ChunkStore(store).revive(lambda _: None),
    "runs whose chunks are done": lambda store, _: ChunkStore(store).finished_run_ids(),
    "whether a run is asked": lambda store, run: ChunkStore(store).is_asked(run),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_large_table_is_read_whole(store: Store, name: str) -> None:
    store.save(version(name="mood"))
    record = RunStore(store)
    run = record.create(NewRun("mood@1", 1, Subset("all"), budget=5.0)).id
    store.add_completions([completion(digest=digest) for digest in DIGESTS], run)
    record.run_tasks.note(run, [RunTask(task, digest) for task, digest in enumerate(DIGESTS)])
    ChunkStore(store).open(run)
    with _heard(store) as statements:
        OPERATIONS[name](store, run)
    assert statements
    assert [(step, text) for text, values in statements for step in _scans(store, (text, values))] == []


@pytest.mark.parametrize("by", ["run_id", "month"])
def test_what_is_spent_is_read_from_the_index_alone_and_in_its_order(tmp_path: Path, by: str) -> None:
    store = Store(f"sqlite:///{tmp_path / 'record.sqlite3'}")
    ledger = ConnectionLedger(store, "eu", 5.0, free) if by == "month" else BudgetLedger(store, "1f3a", free)
    with _heard(store) as statements:
        ledger.spent()
    found = next(_steps(store, one) for one in statements if "FROM completions" in one[0])
    store.close()
    assert found[0].startswith(f"SEARCH payers USING INDEX ix_payers_{by} ")
    assert found[1:] == ["SEARCH completions USING COVERING INDEX ix_completions_paid (payer=?)"]


def test_each_task_of_a_run_looks_up_its_own_answer(tmp_path: Path) -> None:
    """SQLite would rather read all answers of the run, for each of its tasks."""
    store = Store(f"sqlite:///{tmp_path / 'record.sqlite3'}")
    store.save(version(name="mood"))
    run = RunStore(store).create(NewRun("mood@1", 1, Subset("all")))
    with _heard(store) as statements:
        RunStore(store).run_tasks.counts(run, lambda *_: lambda *_: 0.0)
    counting = next(statement for statement in statements if "EXISTS" in statement[0])
    found = [step for step in _steps(store, counting) if "SEARCH completions" in step]
    store.close()
    assert found
    assert [step for step in found if "run_id=?" in step] == []


def test_the_next_chunk_is_found_without_those_that_are_done(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'record.sqlite3'}")
    with _heard(store) as statements:
        ChunkStore(store).next_chunk("1f3a", "me")
    steps = _steps(store, statements[0])
    store.close()
    assert steps == ["SEARCH jobs USING INDEX ix_jobs_status (status=? AND run_id=?)"]


def test_a_table_that_is_read_whole_is_found(store: Store) -> None:
    with _heard(store) as statements, store.engine.connect() as connection:
        connection.execute(sa.text("SELECT task_id FROM asks WHERE sent = 3")).all()
    assert len(_scans(store, statements[0])) == 1


@pytest.mark.parametrize("work", ["forget", "prune"])
def test_what_is_deleted_is_not_compared_with_a_list_for_each_row(store: Store, work: str) -> None:
    """Once such a list does not fit into its memory, PostgreSQL reads it again for each row."""
    with _heard(store) as statements:
        if work == "forget":
            ForgetStore(store).held(1)
            ForgetStore(store).forget(1)
        else:
            PruneStore(store).prunable(PruneChoice("2026-01-01"))
            PruneStore(store).prune(PruneChoice("2026-01-01"))
    about = [one for one in statements if re.search(r"(FROM|JOIN) (completions|samples|asks)\b", one[0])]
    plans = [step for one in about for step in _filters_of_large_tables(_steps(store, one))]
    assert about
    assert [step for step in plans if "SubPlan" in step] == []


def _filters_of_large_tables(steps: list[str]) -> list[str]:
    filters, large = [], False
    for step in steps:
        if "->" in step or "Scan on" in step:
            large = re.search(rf" on ({'|'.join(LARGE)})\b", step) is not None
        elif large and "Filter" in step:
            filters.append(step)
    return filters


def test_the_runs_of_a_prompt_are_found_by_the_tags_of_its_versions(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'record.sqlite3'}")
    with _heard(store) as statements:
        PublicIdStore(store).named("mood")
    about_runs = [step for step in _steps(store, statements[0]) if re.search(r"\bruns\b", step)]
    store.close()
    assert about_runs == ["SEARCH runs USING COVERING INDEX ix_runs_tag (tag=?)"]
