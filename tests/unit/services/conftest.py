"""A database in a file of a test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.adapters.database.prompts import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'record.sqlite3'}")
    yield opened
    opened.close()
