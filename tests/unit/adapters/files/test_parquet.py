"""Rows as Parquet, read back by pyarrow."""

from io import BytesIO

import pytest

from backend.adapters.files.parquet import write_parquet
from backend.domain.reports.table_rows import Column

parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")


def test_rows_come_back_as_they_were_written() -> None:
    columns = [Column("task", "int"), Column("cost", "float"), Column("text", "text"), Column("labels", "texts")]
    rows = [(1, 0.5, "é", ["Good", "Bad"]), (2, None, "a\udc80", []), (3, 1.0, None, None)]
    file = BytesIO()
    assert write_parquet(file, columns, [rows[:2], [], rows[2:]]) == 3
    table = parquet.read_table(BytesIO(file.getvalue())).to_pydict()
    assert table == {
        "task": [1, 2, 3],
        "cost": [0.5, None, 1.0],
        "text": ["é", "a?", None],
        "labels": [["Good", "Bad"], [], None],
    }
