"""A database of before opens, migrates, and says what it said then; without Label Studio, as far as that goes."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.interfaces.cli.main import cli
from tests.earlier_answers import changed, differing, earlier_answers
from tests.earlier_commands import ALONE, Argv, asked
from tests.earlier_record import MODEL_URL, PRICES, restore


@pytest.fixture
def restored(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    restore(database_url)
    env = {"DATABASE_URL": database_url, "OPENAI_BASE_URL": MODEL_URL, "OPENAI_MODEL": "stand-in", **PRICES}
    for name, value in env.items():
        monkeypatch.setenv(name, value)


def command(argv: Argv) -> tuple[int, str]:
    result = CliRunner().invoke(cli, list(argv))
    return result.exit_code, result.stdout


@pytest.mark.slow
def test_a_record_of_before_says_what_it_said_then(
    restored: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    now = asked(ALONE, command, tmp_path, studio="http://localhost:8080")
    found = [changed(today, then) for today, then in zip(now, earlier_answers().asked["alone"], strict=True)]
    assert [line for lines in found for line in lines] == []


def test_what_differs_is_found() -> None:
    assert differing({"a": [1, {"b": 2}], "c": 3}, {"a": [1, {"b": 2}]}) == []
    assert differing({"a": [1]}, {"a": [2], "b": 1}) == [".a[0]: 2 became 1", ".b: 1 became 'is gone'"]
    assert differing([1], [1, 2]) == [": [1, 2] became [1]"]
