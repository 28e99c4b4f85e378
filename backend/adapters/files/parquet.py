"""Rows as Parquet, with pyarrow, which is large and therefore not installed by default."""

from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

from backend.adapters.files.csv_jsonl import plain_text
from backend.domain.reports.table_rows import Column, Row
from backend.errors import OutputError


def write_parquet(file: BinaryIO, columns: Sequence[Column], pages: Iterable[Sequence[Row]]) -> int:
    """One row group per page. Returns the number of rows. Raises OutputError without pyarrow."""
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        raise OutputError("Parquet needs pyarrow: pip install 'open-prompts[parquet]'.") from None
    types = {
        "int": pyarrow.int64(),
        "float": pyarrow.float64(),
        "text": pyarrow.string(),
        "texts": pyarrow.list_(pyarrow.string()),
    }
    schema = pyarrow.schema([(column.name, types[column.kind]) for column in columns])
    written = 0
    with ParquetWriter(file, schema, compression="zstd") as writer:
        for page in pages:
            values = [[_value(row[index], column) for row in page] for index, column in enumerate(columns)]
            writer.write_table(pyarrow.table(values, schema=schema))
            written += len(page)
    return written


def _value(value: Any, column: Column) -> Any:
    if value is None or column.kind in ("int", "float"):
        return value
    return [_utf8(text) for text in value] if column.kind == "texts" else _utf8(plain_text(value))


def _utf8(text: str) -> str:
    """Without lone surrogates, which Parquet cannot hold."""
    return text.encode("utf-8", "replace").decode()
