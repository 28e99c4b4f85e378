"""What an evaluation prints for people."""

import pytest
from rich.console import Console

from backend.interfaces.cli.render.run import MOST_LABELS, WORST, confusion_table


def printed(cells: dict[str, dict[str, int]], capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    Console(width=200).print(confusion_table(cells))
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_few_labels_are_a_table_of_truths_and_answers(capsys: pytest.CaptureFixture[str]) -> None:
    cells = {"Bad": {"Bad": 1200, "Good": 3}, "Good": {"(rejected)": 1, "Good": 7}}
    assert printed(cells, capsys) == [
        ["ground", "truth", "\\", "answer", "Bad", "Good", "(rejected)"],
        ["Bad", "1,200", "3", "0"],
        ["Good", "0", "7", "1"],
    ]


def test_many_labels_are_a_list_of_what_is_confused_most(capsys: pytest.CaptureFixture[str]) -> None:
    labels = [f"label-{number}" for number in range(MOST_LABELS + 1)]
    cells = {label: {label: 50, labels[0]: number} for number, label in enumerate(labels) if number}
    head, *rows = printed(cells, capsys)
    assert head == ["ground", "truth", "answer", "tasks"]
    assert len(rows) == WORST
    assert rows[0] == [labels[-1], labels[0], str(MOST_LABELS)]
    assert all(truth != answer for truth, answer, _ in rows)


def test_hostile_labels_do_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed({"[/x]\x1b": {"[red]a": 1}}, capsys)[0][-1] == "[red]a"


def test_nothing_scored_is_an_empty_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed({}, capsys) == [["ground", "truth", "\\", "answer"]]
