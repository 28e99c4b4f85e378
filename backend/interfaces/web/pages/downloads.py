"""Downloads: the rows that the filters of the results leave, and the report on a version, as files."""

import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from flask import Response

from backend.adapters.files.csv_jsonl import write_csv
from backend.domain.dataset.subset import Subset
from backend.domain.reports.table_rows import Column
from backend.interfaces.presentation.json.runs import task_results_json
from backend.interfaces.web.pages.page_request import PageRequest
from backend.interfaces.web.pages.results import filtered
from backend.services.analysis.results import TaskResult

COLUMNS = (
    Column("task", "int"),
    *(Column(name, "text") for name in ("text", "truth", "answer", "kind", "reason")),
    Column("confidence", "float"),
    Column("cost_usd", "float"),
    *(Column(name, "text") for name in ("model", "link")),
)
"""Of a CSV file: fields of TaskResult."""


def download_jsonl(page: PageRequest, prompt: int, version: int) -> Any:
    """A JSON object a line."""
    rows = task_results_json(_rows(page, prompt, version))
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return _file(text, "application/x-ndjson", f"results-{version}.jsonl")


def download_csv(page: PageRequest, prompt: int, version: int) -> Any:
    """A table for spreadsheets."""
    file = BytesIO()
    rows = [[getattr(row, column.name) for column in COLUMNS] for row in _rows(page, prompt, version)]
    write_csv(file, COLUMNS, [rows])
    return _file(file.getvalue(), "text/csv", f"results-{version}.csv")


def download_report(page: PageRequest, prompt: int, version: int) -> Any:
    from backend.interfaces.presentation.report_page import page as report_html

    of, now = page.version(prompt, version), datetime.now(UTC)
    html = report_html(page.app.report(of.version.tag), Subset("ground-truth"), f"{now:%Y-%m-%d %H:%M UTC}")
    return _file(html, "text/html", f"report-{version}.html")


def _rows(page: PageRequest, prompt: int, version: int) -> list[TaskResult]:
    """With their texts."""
    of = page.version(prompt, version)
    view = page.results(of)
    return page.app.with_texts(of.version, view, filtered(page, of, view))


def _file(body: str | bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, content_type=f"{kind}; charset=utf-8", headers=headers)
