"""The command votes: what it prints, and what it says beside that."""

from typing import Any

import pytest
from click.testing import CliRunner, Result

from backend.interfaces.cli.main import cli
from tests.unit.interfaces.presentation.json.samples import VOTED


class Voting:
    """Stands for the App."""

    def votes(self, tags: Any, subset: Any) -> Any:
        return VOTED


@pytest.fixture(autouse=True)
def app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.interfaces.cli.commands.votes.the_app", Voting)


def call(*argv: str) -> Result:
    return CliRunner().invoke(cli, ["votes", *argv], env={"COLUMNS": "200"})


def test_accuracy_stands_beside_the_tasks_it_is_of_and_disagreements_are_listed() -> None:
    shown = call("mood@1", "mood@2")
    assert shown.exit_code == 0, shown.output
    rows = [line.split() for line in shown.stdout.splitlines() if line.strip()]
    assert ["all", "agree", "1", "1", "1.000", "0.207", "to", "1.000"] in rows
    assert next(row for row in rows if row[:1] == ["some"])[:4] == ["some", "differ", "2", "1"]
    assert "Tasks on which they disagree, least sure first: 2" in shown.stdout
    listed = [line for line in shown.stdout.splitlines() if "task=1" in line]
    assert "(mood@1)" in listed[0]
    assert "(mood@2)" in listed[0]
    assert "mood@2 has no usable answer to 1 task that others answered" in shown.stderr
    assert "mood@1 has no usable answer" not in shown.stderr


def test_one_version_is_no_vote() -> None:
    shown = call("mood@1")
    assert shown.exit_code == 2
    assert "A vote takes two versions or more" in shown.output
