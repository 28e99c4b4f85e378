"""What `ls-prompts --version` tells."""

import platform
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.adapters.database.engine import HEAD, open_database
from backend.interfaces.cli.main import cli
from backend.services.setup.installation import installation


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it would be; nobody answers for Label Studio."""
    file = tmp_path / "prompts.sqlite3"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://user:secret@127.0.0.1:1")
    return file


def test_the_versions_of_what_matters(database: Path) -> None:
    parts = dict(installation())
    assert parts["ls-prompts"] == version("open-prompts")
    assert parts["Python"] == platform.python_version()
    assert (parts["openai"], parts["label-studio-sdk"]) == (version("openai"), version("label-studio-sdk"))
    assert parts["label-studio-ml"]
    assert parts["database"] == f"sqlite:///{database}, not there yet or not readable"
    assert parts["Label Studio"] == "no answer from http://127.0.0.1:1 within 1 s"
    assert not database.exists()


def test_the_migration_of_a_database_is_told_and_stays(database: Path) -> None:
    engine = open_database(f"sqlite:///{database}")
    assert dict(installation())["database"].endswith(f", migration {HEAD}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    told = dict(installation())["database"]
    assert told.endswith(f", migration 0001 (this version of ls-prompts needs {HEAD})")


def test_wrong_settings_do_not_keep_the_versions_back(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCURRENCY", "many")
    shown = CliRunner().invoke(cli, ["--version"])
    assert shown.exit_code == 0
    assert shown.stdout.startswith(f"ls-prompts        {version('open-prompts')}\n")
    assert "CONCURRENCY is not usable" in shown.stdout.splitlines()[-1]
