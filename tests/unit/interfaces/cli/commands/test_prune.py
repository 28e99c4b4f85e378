"""The command prune: says what goes, asks, and deletes only then."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from backend.domain.runs.pruning import Prunable, PruneChoice
from backend.interfaces.cli.main import cli


class Pruning:
    """Stands for the App."""

    found = Prunable(2, 1500, 3_400_000)
    pruned: list[PruneChoice]
    looked: list[PruneChoice]

    def version(self, tag: str) -> None:
        return

    def prunable(self, choice: PruneChoice) -> Prunable:
        self.looked.append(choice)
        return self.found

    def prune(self, choice: PruneChoice) -> None:
        self.pruned.append(choice)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Pruning:
    made = Pruning()
    made.pruned, made.looked = [], []
    monkeypatch.setattr("backend.interfaces.cli.commands.prune.the_app", lambda: made)
    return made


def call(*argv: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["prune", *argv], input=answer)


def test_it_says_what_goes_and_deletes_it_when_told_so(app: Pruning) -> None:
    done = call("mood@1", "--project", "3", "--older-than", "10", "--yes")
    assert done.exit_code == 0, done.output
    assert "Deleted 2 runs and 1,500 answers (about 3 MB)." in done.stderr
    (choice,) = app.pruned
    assert (choice.project, choice.tags, choice.everything) == (3, ("mood@1",), False)
    age = datetime.now(UTC) - datetime.fromisoformat(choice.before)
    assert timedelta(days=10) <= age < timedelta(days=10, minutes=10)


def test_nothing_goes_without_a_yes(app: Pruning) -> None:
    refused = call(answer="n\n")
    assert refused.exit_code == 1
    assert "Delete 2 runs and 1,500 answers (about 3 MB)? This can't be undone" in refused.stderr
    assert app.pruned == []
    assert app.looked[0].everything


def test_nothing_to_delete_is_said(app: Pruning) -> None:
    app.found = Prunable(0, 0, 0)
    done = call()
    assert done.exit_code == 0
    assert "no ended run began more than 90 days ago" in done.stderr
    assert app.pruned == []
