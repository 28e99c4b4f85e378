"""Reading a database as it is, for what must be quick and must not fail."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from backend.adapters.database import migrations
from backend.adapters.database.prompts import Store
from backend.adapters.database.readonly import migration, saved_versions
from tests.scripted import version

NEWEST = ScriptDirectory(str(Path(migrations.__file__).parent)).get_current_head()


def test_versions_are_listed_by_name_and_newest_first(store: Store, database_url: str) -> None:
    for name in ("topic", "mood"):
        for text in ("Say: {text}", "Tell: {text}"):
            store.save(version(text, name=name, number=0))
    assert saved_versions(database_url) == [("mood", 2), ("mood", 1), ("topic", 2), ("topic", 1)]
    assert migration(database_url) == NEWEST


def test_an_older_database_is_not_migrated(tmp_path: Path) -> None:
    file = tmp_path / "a folder, 1#2.sqlite3"
    with closing(sqlite3.connect(file)) as old:
        old.execute("CREATE TABLE alembic_version (version_num TEXT)")
        old.execute("INSERT INTO alembic_version VALUES ('0003')")
        old.commit()
    before = file.read_bytes()
    assert (migration(f"sqlite:///{file}"), saved_versions(f"sqlite:///{file}")) == ("0003", [])
    assert file.read_bytes() == before


def test_a_file_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "none.sqlite3"
    assert (migration(f"sqlite:///{file}"), saved_versions(f"sqlite:///{file}")) == (None, [])
    assert not file.exists()


def test_what_is_not_a_database_reads_as_nothing(tmp_path: Path) -> None:
    (tmp_path / "text.sqlite3").write_text("This is not a database. " * 99, encoding="utf-8")
    assert migration(f"sqlite:///{tmp_path / 'text.sqlite3'}") is None


@pytest.mark.parametrize("url", ["nonsense", "", "oracle://nobody@127.0.0.1/x", "postgresql+psycopg://n@127.0.0.1:1/x"])
def test_an_address_that_leads_nowhere_reads_as_nothing(url: str) -> None:
    assert (migration(url), saved_versions(url)) == (None, [])
