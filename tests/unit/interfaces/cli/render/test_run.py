"""What an evaluation prints for people."""

from dataclasses import replace

import pytest
from rich.console import Console

from backend.domain.answer import Number
from backend.domain.labels.config import read_config
from backend.domain.metrics.evaluation import evaluation
from backend.domain.outcome import Outcome, Truth
from backend.interfaces.cli.render.evaluation import print_evaluation
from backend.interfaces.cli.render.run import MOST_LABELS, WORST, confusion_table, print_finished
from tests.unit.interfaces.cli.render.test_headline import TIMEOUT, finished


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


def test_the_headline_is_the_first_line_and_the_next_step_the_last(capsys: pytest.CaptureFixture[str]) -> None:
    judged = finished("aab", "aaa")
    assert judged.evaluation is not None
    print_evaluation(judged, judged.evaluation, calibrated=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 of 3 right, 21 to 94 %"
    assert lines[1] == "topic@1 on ground-truth, run 1f3a9c04"
    assert lines[-1].startswith("Next: `ls-prompts results topic@1 --wrong`")
    places = {line.split()[0]: place for place, line in enumerate(lines) if line.split()}
    assert places["accuracy"] < places["confusion:"] < places["ECE"] < places["Brier"]
    print_finished(finished([TIMEOUT, "a"], subset="all"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 of 2 got no answer"
    assert lines[-1].startswith("Next: `ls-prompts retry 1f3a9c04`")


def test_where_nothing_has_labels_there_is_no_table_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    number = '<Number name="price" toName="text"/>'
    schema = read_config(f'<View><Text name="text" value="$text"/>{number}</View>')
    outcomes = [Outcome(1, {"price": Number(4)})]
    found = evaluation(outcomes, [Truth(1, {"price": Number(4)})], schema)
    print_evaluation(replace(finished("a"), evaluation=found), found, calibrated=False)
    shown = capsys.readouterr().out
    assert "price: mean_absolute_error" in shown
    assert ["precision" in shown, "F1" in shown] == [False, False]


@pytest.mark.parametrize("name", ["why[/b]", "n[quality]", "[red]n"])
def test_the_name_of_a_control_is_shown_as_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    number = f'<Number name="{name}" toName="text"/>'
    schema = read_config(f'<View><Text name="text" value="$text"/>{number}</View>')
    outcomes = [Outcome(1, {name: Number(4)})]
    found = evaluation(outcomes, [Truth(1, {name: Number(4)})], schema)
    print_evaluation(replace(finished("a"), evaluation=found), found, calibrated=False)
    assert f"{name}: mean_absolute_error" in capsys.readouterr().out
