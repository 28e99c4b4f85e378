"""What `draw` says."""

import pytest
from click.testing import CliRunner

from backend.interfaces.cli.commands.draw import _notify_drawn
from backend.interfaces.cli.main import cli
from backend.services.dataset.drawing import DrawnTasks


def test_what_is_left_to_label_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    _notify_drawn(DrawnTasks(12, (3, 1, 2), (1,), 2000, 5))
    said = capsys.readouterr().err
    assert "3 of 2,000 tasks drawn at random; 2 of them have a ground truth, 1 have none." in said
    assert "Label these in tab 5 of project 12, the hard ones too" in said


def test_those_where_a_version_is_unsure_are_counted_apart(capsys: pytest.CaptureFixture[str]) -> None:
    _notify_drawn(DrawnTasks(12, (3, 1, 2), (1, 9), 2000, 5, (9, 8)))
    said = capsys.readouterr().err
    assert "3 of 2,000 tasks drawn at random, 2 more where a version was unsure; 3 of them have a ground" in said


def test_with_nothing_left_there_is_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    _notify_drawn(DrawnTasks(12, (3, 1), (), 20, 5))
    assert "tab" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        ["draw", "12", "--size", "0"],
        ["draw", "twelve"],
        ["draw"],
        ["draw", "12", "--active", "20"],
        ["draw", "topic@1", "--active", "20", "--size", "100"],
        ["draw", "topic@1", "--active", "0"],
    ],
)
def test_wrong_use_is_a_mistake_in_usage(argv: list[str]) -> None:
    assert CliRunner().invoke(cli, argv).exit_code == 2
