"""<Table>: the values of an object, or rows of a list, as lines of text: JSON in the task's data, and what the browser
makes of CSV or of a file (`valueType="csv|url"`)."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice, pairwise
from typing import Any

from backend.domain.labels.inputs.values import field_of, value_of

CSV, SEPARATOR, HEADLESS = "csv", "separator=", "headless"
SEPARATORS = (",", "\t", "|", ";")
GUESSED_FROM = 10
"""Rows."""
NOT_A_TABLE = "is not JSON of an object or a list, which <Table> takes."
NOT_CSV = "is not CSV, which its `valueType` says."


@dataclass(frozen=True, slots=True)
class TableObject:
    """value: the tag's own, such as `$table`
    named: as of a list
    """

    value: str
    named: bool = False

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        """Variable -> what a model reads in its place; {} where the task has no table there."""
        name = field_of(self.value)
        lines = _lines(_parsed(value_of(self.value, data)))
        return {} if name is None or lines is None else {name: "\n".join(lines)}


def table_form(value_type: str) -> tuple[str, ...]:
    """The parts of a `valueType`, such as ("csv", "url", "separator=;"); () for JSON in the task's data."""
    kind, *options = (part.strip() for part in value_type.split("|"))
    form = (kind.lower() or "json", *sorted(options))
    return () if form == ("json",) else form


def table_text(text: str, form: Sequence[str]) -> str:
    """What a model reads of a table written in `text`. Raises ValueError, whose text is the end of a sentence."""
    if form[0] == CSV:
        return "\n".join(_csv_lines(text, form))
    lines = _lines(_parsed(text))
    if lines is None:
        raise ValueError(NOT_A_TABLE)
    return "\n".join(lines)


def _csv_lines(text: str, form: Sequence[str]) -> Iterator[str]:
    """A line for each row, the names of the columns first; numbers in their place where there are none."""
    separator = next((option[len(SEPARATOR) :] for option in form if option.startswith(SEPARATOR)), "")
    rows = _cells(text, separator or _separator(text))
    if HEADLESS in form and rows:
        rows.insert(0, [str(number) for number in range(len(rows[0]))])
    for row in rows:
        yield " | ".join(_cell(cell) for cell in row)


def _cells(text: str, separator: str, most: int | None = None) -> list[list[str]]:
    """The first `most` rows, or all, without empty ones."""
    try:
        return [row for row in islice(csv.reader(StringIO(text, newline=""), delimiter=separator), most) if row]
    except (csv.Error, TypeError, ValueError):  # the last two: of what can separate nothing, such as a quotation mark
        raise ValueError(NOT_CSV) from None


def _separator(text: str) -> str:
    """The one that gives the first rows the most even number of cells, as the browser guesses it; else a comma."""
    counts = {mark: [len(row) for row in _cells(text, mark, GUESSED_FROM)] for mark in SEPARATORS}
    likely = {mark: some for mark, some in counts.items() if sum(some) >= 2 * len(some) > 0}
    return min(likely, key=lambda mark: (_unevenness(likely[mark]), -sum(likely[mark])), default=",")


def _unevenness(counts: Sequence[int]) -> int:
    return sum(abs(after - before) for before, after in pairwise(counts))


def _parsed(value: Any) -> Any:
    """Label Studio reads a text as JSON."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None


def _lines(value: Any) -> list[str] | None:
    """An object by its keys as the screen sorts them; rows under the names of their columns; else by number."""
    if isinstance(value, Mapping):
        return [f"{_cell(key)}: {_cell(value[key])}" for key in sorted(value, key=lambda key: str(key).lower())]
    if not isinstance(value, list):
        return None
    if value and isinstance(value[0], Mapping):
        return _rows([row for row in value if isinstance(row, Mapping)])
    return [f"{number}: {_cell(row)}" for number, row in enumerate(value)]


def _rows(rows: list[Mapping[str, Any]]) -> list[str]:
    columns = dict.fromkeys(key for row in rows for key in row)
    cells = ([_cell(row.get(column, "")) for column in columns] for row in rows)
    return [" | ".join(line) for line in ([_cell(column) for column in columns], *cells)]


def _cell(value: Any) -> str:
    """On one line."""
    return " ".join((value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).split())
