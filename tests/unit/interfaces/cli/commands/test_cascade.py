"""The command cascade: what it prints, and what it says beside that."""

from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from backend.domain.calibration.cascade_tradeoff import tradeoff
from backend.interfaces.cli.main import cli
from tests.unit.interfaces.presentation.json.samples import CASCADE, CASCADE_PAIRS


class Cascading:
    """Stands for the App."""

    def cascade(self, first: str, second: str, subset: Any, differs: float) -> Any:
        return replace(CASCADE, tradeoff=tradeoff(CASCADE_PAIRS, differs))


@pytest.fixture(autouse=True)
def app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.interfaces.cli.commands.cascade.the_app", Cascading)


def call(*argv: str) -> Result:
    return CliRunner().invoke(cli, ["cascade", *argv], env={"COLUMNS": "200"})


def test_cost_stands_beside_accuracy_for_each_threshold() -> None:
    shown = call("mood@1", "mood@2", "--differs", "0.3")
    assert shown.exit_code == 0, shown.output
    rows = [line.split() for line in shown.stdout.splitlines() if line.strip()]
    assert next(row for row in rows if row[:2] == ["mood@1", "alone"])[2:4] == ["100.0", "%"]
    assert next(row for row in rows if row[:2] == ["mood@2", "alone"])[-1] == "$10.00"
    assert ["0.955", "95.0", "%", "10.0", "%", "0.850", "0.640", "to", "0.948", "$1.50"] in rows
    assert "Below 0.955 mood@2 is asked: at most 28.3 % of all tasks differ from its answers." in shown.stdout
    assert "These figures are of 20 tasks that both answered, of 40." in shown.stderr
    both = "ls-prompts show mood@1 --plain > mood.cascade.md; ls-prompts save mood --file mood.cascade.md --model "
    assert f"save the prompt with both models: `{both}" in shown.stderr


def test_without_a_threshold_the_table_stands_and_the_reason_is_said() -> None:
    shown = call("mood@1", "mood@2")
    assert shown.exit_code == 0, shown.output
    assert "mood@2 alone" in shown.stdout
    assert "No confidence of mood@1 is a threshold. It takes at least 99 tasks" in shown.stdout


@pytest.mark.parametrize("differs", ["0", "1", "1.5", "x"])
def test_a_share_that_is_none_is_refused(differs: str) -> None:
    assert call("mood@1", "mood@2", "--differs", differs).exit_code == 2
