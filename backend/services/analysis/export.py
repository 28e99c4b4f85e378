"""Export: one row per task that a version was run on, written to a file in pages."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from backend.adapters.files.atomic_output import output
from backend.adapters.files.csv_jsonl import write_csv, write_jsonl
from backend.adapters.files.parquet import write_parquet
from backend.domain.reports.table_rows import Column, Row, TableLayout
from backend.services.analysis.results import truths_by_task
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.runs.lifecycle import Runs

Write = Callable[[BinaryIO, Sequence[Column], Iterator[list[Row]]], int]
WRITERS: dict[str, Write] = {"csv": write_csv, "jsonl": write_jsonl, "parquet": write_parquet}


def export(runs: Runs, resolved: ResolvedVersion, kind: str, path: Path | None, truth: str) -> int:
    """Writes the rows of a version to `path`, or to standard output. Returns their number.

    Raises OutputError if the file cannot be written.
    kind: one of WRITERS
    truth: see `domain.dataset.ground_truth.truth_of`
    """
    layout = TableLayout(resolved.version, resolved.schema)
    with output(path) as file:
        return WRITERS[kind](file, layout.columns, _pages(runs, resolved, layout, truth))


def _pages(runs: Runs, resolved: ResolvedVersion, layout: TableLayout, truth: str) -> Iterator[list[Row]]:
    """By task id. Tasks that are no longer in the project are left out."""
    truths = truths_by_task(runs, resolved, truth)
    project = resolved.project.id
    for outcomes in runs.outcomes.of_version(resolved):
        by_task = {outcome.task_id: outcome for outcome in outcomes}
        tasks = (task for some in runs.studio.tasks_by_id(project, list(by_task)) for task in some)
        yield [
            layout.row(task, by_task[task.id], truths.get(task.id), runs.studio.task_url(project, task.id))
            for task in tasks
        ]
