"""Rows as CSV or JSON lines, written page by page.

Anybody may have written the task texts and labels, and spreadsheets execute a text that looks like a formula. In CSV,
such a text gets an apostrophe at its beginning, so spreadsheets read it as text. JSON lines and Parquet contain the
exact texts.
"""

import csv
import json
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from typing import Any, BinaryIO

from backend.domain.reports.table_rows import Column, Row

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a cell that a spreadsheet would run begins with (OWASP, CSV Injection), full-width forms included."""


def write_csv(file: BinaryIO, columns: Sequence[Column], pages: Iterable[Sequence[Row]]) -> int:
    """RFC 4180 in UTF-8 with a header, lists as JSON. Returns the number of rows."""
    with _Text(file, newline="") as text:
        writer = csv.writer(text)
        writer.writerow([_cell(column.name) for column in columns])
        return sum(_write(page, lambda row: writer.writerow([_cell(value) for value in row])) for page in pages)


def write_jsonl(file: BinaryIO, columns: Sequence[Column], pages: Iterable[Sequence[Row]]) -> int:
    """One JSON object per line, in ASCII. Returns the number of rows.

    A NaN or an infinity in a task's data, which JSON has no number for, becomes null.
    """
    names = [column.name for column in columns]
    with _Text(file, newline="\n") as text:
        return sum(
            _write(page, lambda row: text.write(_json_line(dict(zip(names, row, strict=True))))) for page in pages
        )


def _json_line(row: dict[str, Any]) -> str:
    try:
        return json.dumps(row, allow_nan=False) + "\n"
    except ValueError:
        return json.dumps(json.loads(json.dumps(row), parse_constant=lambda _: None)) + "\n"


def plain_text(value: Any) -> str:
    """A value of a task's data by itself: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _write(page: Sequence[Row], write_row: Any) -> int:
    for row in page:
        write_row(row)
    return len(page)


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    text = plain_text(value)
    return f"'{text}" if text.startswith(FORMULA) else text


class _Text(TextIOWrapper):
    """A wrapper for a file that stays open, because it belongs to the caller."""

    def __init__(self, file: BinaryIO, newline: str) -> None:
        super().__init__(file, encoding="utf-8", errors="replace", newline=newline)

    def __exit__(self, *_: object) -> None:
        self.flush()
        self.detach()
