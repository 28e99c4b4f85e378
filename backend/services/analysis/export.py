"""Export: one row per task that a version was run on, written to a file in pages."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from backend.adapters.files.atomic_output import output
from backend.adapters.files.csv_jsonl import write_csv, write_jsonl
from backend.adapters.files.parquet import write_parquet
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.reports.table_rows import Column, Row, TableLayout
from backend.services.analysis.results import truths_by_task
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.runs.stored_outcomes import StoredOutcomes

Write = Callable[[BinaryIO, Sequence[Column], Iterator[list[Row]]], int]
WRITERS: dict[str, Write] = {"csv": write_csv, "jsonl": write_jsonl, "parquet": write_parquet}


@dataclass(frozen=True, slots=True)
class ExportedRows:
    """Of a version. `truth`: which annotations count, see `domain.dataset.ground_truth.truth_of`."""

    studio: LabelStudioClient
    stored: StoredOutcomes
    resolved: ResolvedVersion
    truth: str

    def pages(self, layout: TableLayout) -> Iterator[list[Row]]:
        """By task id. Tasks that are no longer in the project are left out."""
        truths = truths_by_task(self.studio, self.resolved, self.truth)
        project = self.resolved.project.id
        for outcomes in self.stored.of_version(self.resolved):
            by_task = {outcome.task_id: outcome for outcome in outcomes}
            tasks = (task for some in self.studio.tasks_by_id(project, list(by_task)) for task in some)
            yield [
                layout.row(task, by_task[task.id], truths.get(task.id), self.studio.task_url(project, task.id))
                for task in tasks
            ]


def export(rows: ExportedRows, kind: str, path: Path | None) -> int:
    """Writes the rows of a version to `path`, or to standard output. Returns their number.

    `kind`: one of WRITERS. Raises OutputError when the file can't be written."""
    layout = TableLayout(rows.resolved.version, rows.resolved.schema)
    with output(path) as file:
        return WRITERS[kind](file, layout.columns, rows.pages(layout))
