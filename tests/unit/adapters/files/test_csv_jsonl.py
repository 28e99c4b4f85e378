"""Rows as CSV, JSON lines and Parquet."""

import csv
import json
import math
import sys
from io import BytesIO, StringIO
from typing import Any

import pytest
from hypothesis import given
from pyarrow import parquet as reference

from backend.adapters.files.csv_jsonl import FORMULA, write_csv, write_jsonl
from backend.adapters.files.parquet import write_parquet
from backend.domain.reports.table_rows import Column
from backend.errors import OutputError
from tests.scripted import any_text

COLUMNS = [Column("task", "int"), Column("=text", "text"), Column("labels", "texts"), Column("sure", "float")]
ROWS = [[1, "größe\n,\"'", ["a", "b"], 0.5], [2, {"x": [1]}, [], None], [3, None, None, -1.0]]


def written(write: Any, pages: list[list[Any]]) -> BytesIO:
    file = BytesIO()
    assert write(file, COLUMNS, iter(pages)) == sum(map(len, pages))
    file.seek(0)
    return file


def from_csv(pages: list[list[Any]]) -> list[list[str]]:
    return list(csv.reader(StringIO(written(write_csv, pages).read().decode(), newline="")))


def test_csv() -> None:
    assert from_csv([ROWS[:1], [], ROWS[1:]]) == [
        ["task", "'=text", "labels", "sure"],
        ["1", "größe\n,\"'", '["a", "b"]', "0.5"],
        ["2", '{"x": [1]}', "[]", ""],
        ["3", "", "", "-1.0"],
    ]


@given(any_text)
def test_no_cell_of_a_csv_begins_as_a_formula_and_texts_are_otherwise_kept(text: str) -> None:
    (cell,) = from_csv([[[1, text, None, None]]])[1][1:2]
    kept = text.encode("utf-8", "replace").decode()
    assert cell == (f"'{kept}" if text.startswith(FORMULA) else kept)


@given(any_text)
def test_json_lines_hold_what_was_there(text: str) -> None:
    lines = written(write_jsonl, [[[1, text, [text], None], *ROWS]]).read().splitlines()
    assert json.loads(lines[0]) == {"task": 1, "=text": text, "labels": [text], "sure": None}
    assert json.loads(lines[2])["=text"] == {"x": [1]}
    assert len(lines) == 4


def test_parquet() -> None:
    found = reference.read_table(written(write_parquet, [ROWS[:1], ROWS[1:], [[4, "\ud800", [], 0.0]]])).to_pylist()
    assert found[0] == {"task": 1, "=text": "größe\n,\"'", "labels": ["a", "b"], "sure": 0.5}
    assert [row["=text"] for row in found[1:]] == ['{"x": [1]}', None, "?"]
    assert reference.read_table(written(write_parquet, [])).num_rows == 0


def test_without_pyarrow_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(OutputError, match=r"pip install 'open-prompts\[parquet\]'"):
        write_parquet(BytesIO(), COLUMNS, iter([]))


def test_json_lines_are_json_whatever_a_task_holds() -> None:
    row = [1, {"a": [math.nan, 2]}, [], math.inf]
    lines = written(write_jsonl, [[row, *ROWS]]).read().splitlines()
    held = json.loads(lines[0], parse_constant=pytest.fail)
    assert held == {"task": 1, "=text": {"a": [None, 2]}, "labels": [], "sure": None}
