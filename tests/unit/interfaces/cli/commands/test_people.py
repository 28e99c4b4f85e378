"""The command people: a table, what it is of, and whether the model can stand in."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from backend.domain.metrics.human_agreement import AlternativeTest, HumanAgreement, human_agreement
from backend.interfaces.cli.main import cli
from tests.unit.interfaces.presentation.json.samples import PEOPLE


def call(monkeypatch: pytest.MonkeyPatch, found: HumanAgreement, *argv: str) -> Result:
    class Agreeing:
        """Stands for the App."""

        def people(self, _tag: str) -> HumanAgreement:
            return found

    monkeypatch.setattr("backend.interfaces.cli.commands.people.the_app", Agreeing)
    done = CliRunner().invoke(cli, ["people", "mood@1", *argv], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done


def test_both_agreements_stand_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = call(monkeypatch, PEOPLE)
    rows = [line.split() for line in shown.stdout.splitlines()]
    assert ["people", "agree", "0.750"] in [row[:3] for row in rows]
    assert ["people", "agree", "with", "the", "model", "0.875"] in [row[:6] for row in rows]
    assert "Of 20 tasks that two people or more annotated and mood@1 answered, 2 people in all." in shown.stderr
    assert "is not decided" in shown.stderr
    assert "0 of them were drawn at random: tasks that several people annotate may" in shown.stderr
    assert "drawn" not in call(monkeypatch, replace(PEOPLE, drawn=20)).stderr
    assert any(row[:2] == ["Krippendorff's", "alpha"] for row in rows)


def test_the_verdict_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = replace(PEOPLE, test=AlternativeTest(3, 2), reason=None)
    assert "mood@1 can stand in for a person: it is no worse than 2 of 3 people." in call(monkeypatch, passed).stderr
    failed = replace(passed, test=AlternativeTest(3, 1))
    assert "mood@1 is not shown to be able to stand in for a person" in call(monkeypatch, failed).stderr


def test_without_such_tasks_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = call(monkeypatch, human_agreement([]))
    assert shown.stdout == ""
    assert "No task was annotated by two people or more" in shown.stderr
    assert json.loads(call(monkeypatch, human_agreement([]), "--json").stdout)["tasks"] == 0
