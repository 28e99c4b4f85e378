"""Opening the database: migrations, and what is said when there is no opening it."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from inspect import unwrap
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from backend.adapters.database import engine as module
from backend.adapters.database import migrations
from backend.adapters.database.engine import HEAD, open_database
from backend.adapters.database.tables import metadata
from backend.errors import StoreError
from tests.earlier_schema import engine_at

ROOT = Path(__file__).resolve().parents[4]
OPEN = "import sys; from backend.adapters.database.prompts import Store; print(Store(sys.argv[1]).describe())"


def one_sentence(error: pytest.ExceptionInfo[StoreError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert len(text) < 500
    return text


def test_migrations_build_the_tables_as_they_are(database_url: str) -> None:
    engine = open_database(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_head_is_the_newest_migration() -> None:
    files = Path(migrations.__file__).parent.glob("versions/[0-9]*.py")
    assert max(file.name for file in files).startswith(f"{HEAD}_")


def test_prompts_of_the_first_release_keep_their_names(database_url: str) -> None:
    engine = engine_at(database_url, "0001")
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO prompts (id, name, project) VALUES (5, 'mood', 7)"))
    engine.dispose()
    engine = open_database(database_url)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT * FROM names")).all() == [("mood", 5, 0)]
    engine.dispose()


def test_opening_twice_changes_nothing(database_url: str) -> None:
    open_database(database_url).dispose()
    engine = open_database(database_url)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]
    engine.dispose()


def test_an_insert_says_whether_it_added_a_row(database_url: str) -> None:
    engine = open_database(database_url)
    row = module.insert_of(engine)(metadata.tables["prompts"]).values(name="mood", project=7).on_conflict_do_nothing()
    with engine.begin() as connection:
        assert [connection.execute(row).rowcount for _ in range(2)] == [1, 0]
    engine.dispose()


def test_connections_that_no_integer_lists_go_unless_they_are_used(database_url: str) -> None:
    engine = engine_at(database_url, "0043")
    with engine.begin() as connection:
        for name in ("listed", "custom", "custom-2", "custom-3", "second", "teacher-2"):
            values = f"'{name}', 'http://127.0.0.1:1/v1', '2026'"
            connection.execute(sa.text(f"INSERT INTO model_connections (name, base_url, created) VALUES ({values})"))
        connection.execute(sa.text("INSERT INTO connection_ids (name, updated) VALUES ('listed', '2026')"))
        connection.execute(sa.text("INSERT INTO payers (model, connection) VALUES ('m', 'custom-2')"))
        connection.execute(sa.text("INSERT INTO prompts (id, name, project) VALUES (1, 'mood', 7)"))
        second = """{"model": "m", "connection": "second", "below": null}"""
        version = """1, 1, '', '""', 'm', '[]', '', '{}', '""', '2026', :second"""
        columns = "prompt_id, number, content, template, model, variables, schema_digest, parameters, note, created"
        connection.execute(sa.text(f"INSERT INTO versions ({columns}, cascade) VALUES ({version})"), {"second": second})
        search = {"search": """{"teacher": "teacher-2/m"}"""}
        run = "'r', 'mood@1', 7, FALSE, FALSE, 'in_progress', '', '2026', '', 0, 0, :search"
        columns = "id, tag, project, push, keep, status, reason, created, worker, seen, seconds, search"
        connection.execute(sa.text(f"INSERT INTO runs ({columns}) VALUES ({run})"), search)
    engine.dispose()
    engine = open_database(database_url)
    with engine.connect() as connection:
        for table in ("model_connections", "connection_ids"):
            names = connection.execute(sa.text(f"SELECT name FROM {table} ORDER BY name")).scalars().all()
            assert names == ["custom-2", "listed", "second", "teacher-2"]
    engine.dispose()


def test_sqlite_is_in_wal_mode_syncs_and_checks_foreign_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_prepare_sqlite", unwrap(module._prepare_sqlite))  # no_disk_is_waited_for
    engine = open_database(f"sqlite:///{tmp_path / 'deep' / 'er' / 'record.sqlite3'}")
    with engine.connect() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
        assert (*found, connection.exec_driver_sql("PRAGMA foreign_keys").scalar()) == ("wal", 2, 1)
    engine.dispose()


def test_a_record_of_a_newer_version_is_left_alone(database_url: str) -> None:
    engine = open_database(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreError, match="newer version"):
        open_database(database_url)


def test_a_database_that_is_refused_is_closed(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pools: list[Any] = []

    def refuse(engine: sa.Engine) -> None:
        engine.connect().close()
        pools.append(engine.pool)
        raise StoreError("It was made by a newer version.")

    monkeypatch.setattr(module, "_migrate", refuse)
    with pytest.raises(StoreError):
        open_database(database_url)
    assert [pool.checkedin() for pool in pools] == [0]


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="DATA_DIR") as error:
        open_database(f"sqlite:///{tmp_path / 'file' / 'record.sqlite3'}")
    one_sentence(error)


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="DATA_DIR") as error:
        open_database(f"sqlite:///{tmp_path}")
    one_sentence(error)


@pytest.fixture
def locked_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that may not be written to; root may write everywhere and so becomes somebody else."""
    tmp_path.chmod(0o500)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)
    yield tmp_path
    if was_root:
        os.seteuid(0)
    tmp_path.chmod(0o700)


def test_a_folder_that_can_not_be_written_to(locked_folder: Path) -> None:
    with pytest.raises(StoreError, match="DATA_DIR") as error:
        open_database(f"sqlite:///{locked_folder / 'record.sqlite3'}")
    one_sentence(error)


@pytest.mark.parametrize("garbage", [b"This is no database.\n" * 100, b"SQLite format 3\x00" + b"\xff" * 4000])
def test_a_file_that_is_no_database(tmp_path: Path, garbage: bytes) -> None:
    file = tmp_path / "record.sqlite3"
    file.write_bytes(garbage)
    with pytest.raises(StoreError, match="DATA_DIR") as error:
        open_database(f"sqlite:///{file}")
    one_sentence(error)
    assert file.read_bytes() == garbage


def test_somebody_elses_database_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "record.sqlite3"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE prompts (secret TEXT)")
    connection.close()
    with pytest.raises(StoreError) as error:
        open_database(f"sqlite:///{file}")
    one_sentence(error)


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://u:secret@h/d", "nosuch://u:secret@h/d", "postgresql+psycopg://x:secret@h:port/d"]
)
def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(StoreError, match="DATABASE_URL") as error:
        open_database(url)
    assert "secret" not in one_sentence(error)


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(StoreError, match="DATABASE_URL") as error:
        open_database("postgresql+psycopg://user:secret@127.0.0.1:1/record")
    assert "secret" not in one_sentence(error)


@pytest.mark.slow
def test_processes_that_open_an_empty_database_at_once_all_succeed(database_url: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, "-c", OPEN, database_url]
    opening = [subprocess.Popen(argv, text=True, env=environment, stdout=PIPE, stderr=PIPE) for _ in range(4)]
    ended = [process.communicate(timeout=60) for process in opening]
    assert [said for said, _ in ended if "0 completions" not in said] == []
    assert [complaint for _, complaint in ended if complaint] == []


def test_opening_it_once_more_frees_none_of_our_locks(tmp_path: Path) -> None:
    """POSIX locks are a process's: closing any descriptor of a file frees all of them. Another process would then take
    itself for the last one, and remove the files beside the database while we read them."""
    record = tmp_path / "record.sqlite3"
    first = open_database(f"sqlite:///{record}")
    with first.connect() as reading:
        reading.execute(sa.text("SELECT count(*) FROM runs"))
        open_database(f"sqlite:///{record}").dispose()
        look = f"import sqlite3; c = sqlite3.connect({str(record)!r}); c.execute('SELECT * FROM runs'); c.close()"
        subprocess.run([sys.executable, "-c", look], check=True)
        assert record.with_name("record.sqlite3-shm").exists()
    first.dispose()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql+psycopg://localhost/x", r"pip install 'open-prompts\[postgresql\]'"),
        ("mysql://localhost/x", "MySQLdb, which is not installed: use PostgreSQL or SQLite"),
    ],
)
def test_a_database_whose_library_is_not_installed(monkeypatch: pytest.MonkeyPatch, url: str, sentence: str) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setitem(sys.modules, "MySQLdb", None)
    with pytest.raises(StoreError, match=sentence):
        open_database(url)


@pytest.mark.parametrize(("query", "silent_ms"), [("", 20_000), ("?tcp_user_timeout=5000", "5000")])
def test_a_machine_that_vanished_is_not_waited_for(query: str, silent_ms: Any) -> None:
    """Redis's connection has such a bound too."""
    seen: list[dict[str, Any]] = []

    def look(_dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
        seen.append(parameters)
        raise OSError("it is not asked")

    sa.event.listen(sa.Engine, "do_connect", look)
    try:
        with pytest.raises(StoreError):
            open_database(f"postgresql+psycopg://user@host.test/name{query}")
    finally:
        sa.event.remove(sa.Engine, "do_connect", look)
    assert seen[0]["tcp_user_timeout"] == silent_ms
    assert seen[0]["keepalives_idle"] + 2 * seen[0]["keepalives_interval"] <= 20
