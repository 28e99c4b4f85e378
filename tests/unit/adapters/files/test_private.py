"""Only its user can read the database, also one that an earlier release made."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.database.prompts import Store
from backend.adapters.files.atomic_output import replacing
from backend.adapters.files.private import private_folder
from backend.adapters.processes import LocalProcess
from backend.app import App
from backend.container import Container
from backend.settings import Settings
from tests.running import until
from tests.scripted import completion


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


def modes(folder: Path) -> set[str]:
    return {mode(path) for path in folder.rglob("*") if path.is_file()}


def test_a_new_record_and_all_beside_it_is_closed_to_others(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'deep' / 'er' / 'record.sqlite3'}")
    store.add_completions([completion()])
    assert {path.name for path in (tmp_path / "deep" / "er").iterdir()} > {"record.sqlite3-wal", "record.sqlite3-shm"}
    assert modes(tmp_path) == {"0o600"}
    assert mode(tmp_path / "deep" / "er") == "0o700"
    store.close()


def test_one_of_an_earlier_release_is_closed_when_it_is_opened(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "runs").mkdir(parents=True)
    (data / "runs" / "1f3a9c04.log").write_text("what a run printed")
    file = data / "prompts.sqlite3"
    with sqlite3.connect(file) as old:
        old.execute("PRAGMA journal_mode = WAL")
        old.execute("CREATE TABLE kept (x)")
        old.commit()
        assert modes(data) != {"0o600"}
        app = App(Container(Settings(_env_file=None, data_dir=data)))
        assert "0 completions" in app.container.store.describe()
        assert modes(data) == {"0o600"}
        assert {mode(data), mode(data / "runs")} == {"0o700"}
        app.container.store.close()
    old.close()


@pytest.mark.slow
def test_what_background_runs_print_is_closed_to_others(tmp_path: Path) -> None:
    LocalProcess(tmp_path / "runs", {**os.environ, "DATA_DIR": str(tmp_path / "data")}).give("nosuch")
    log = tmp_path / "runs" / "nosuch.log"
    until(lambda: log.exists() and log.stat().st_size)
    assert (mode(log), mode(tmp_path / "runs")) == ("0o600", "0o700")


@pytest.mark.parametrize("shared", [0o1777, 0o2775])
def test_a_folder_that_others_use_is_left_as_it_is(tmp_path: Path, shared: Any) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(shared)
    private_folder(folder)
    assert folder.stat().st_mode & 0o7777 == shared
    Store(f"sqlite:///{folder / 'record.sqlite3'}").close()
    assert folder.stat().st_mode & 0o7777 == shared
    assert modes(folder) == {"0o600"}


def test_the_umask_decides_on_what_a_user_asks_for(tmp_path: Path) -> None:
    with replacing(tmp_path / "report.html") as file:
        file.write(b"x")
    assert mode(tmp_path / "report.html") == "0o666"
