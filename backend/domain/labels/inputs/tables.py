"""<Table>: the values of an object, or rows of a list, as lines of text. Only JSON in the task's data is read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.domain.labels.inputs.values import field_of, value_of


@dataclass(frozen=True, slots=True)
class TableObject:
    """`value`: the tag's own, such as `$table`; `named`: as of a list."""

    value: str
    named: bool = False

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        """Variable -> what a model reads in its place; {} where the task has no table there."""
        name = field_of(self.value)
        lines = _lines(_parsed(value_of(self.value, data)))
        return {} if name is None or lines is None else {name: "\n".join(lines)}


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
