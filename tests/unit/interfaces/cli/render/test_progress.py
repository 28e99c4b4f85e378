"""What a run tells while it works, where no terminal draws a bar."""

import subprocess
import sys

import pytest

from backend.domain.answer import Labels
from backend.domain.outcome import Failure, Outcome, Usage
from backend.domain.runs.run import TaskCounts
from backend.interfaces.cli.render import progress
from backend.interfaces.cli.render.progress import ProgressBar, RunProgress

PUSHING = "mood@1: pushing predictions to Label Studio\n"


@pytest.fixture(autouse=True)
def every_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY_S", -1.0)
    monkeypatch.setenv("COLUMNS", "200")


def answered(task: int, cost: float | None, sent: int = 1) -> Outcome:
    return Outcome(task, {"mood": Labels(("Good",))}, usage=Usage(10, 5, cost), sent=sent, reused=not sent)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_a_cost_is_shown_when_it_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    with RunProgress("mood@1") as bar:
        bar.start(4)
        bar.add([Outcome(1, Failure("timeout", "It took too long."), sent=3)])
        bar.add([answered(2, 0.01, sent=0)])
        bar.add([answered(3, 0.02)])
        bar.add([answered(4, None)])
    shown = [line.rpartition("cost ")[2] for line in lines(capsys)]
    assert shown == ["n/a", "$0.00", "$0.02", "n/a"]


def test_stored_answers_of_a_model_without_a_price_do_not_cost_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with RunProgress("mood@1") as bar:
        bar.start(2)
        bar.add([answered(1, None, sent=0)])
    assert lines(capsys)[-1].endswith("cost n/a")


def test_a_watched_run_costs_nothing_known_before_its_first_answer(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar("mood@1") as gauge:
        gauge.show(TaskCounts(9, 0, 1, 0, 3, 0, 0.0))
        gauge.show(TaskCounts(9, 1, 1, 0, 4, 0, 0.5))
    first, second = lines(capsys)
    assert first.endswith("cost n/a, 1 failed")
    assert second.endswith("cost $0.50, 1 failed")


def test_a_watched_run_says_what_it_waits_for(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar("mood@1") as gauge:
        gauge.show(
            TaskCounts(9, 1, 0, 0, 3, 0, 0.5), "All requests have waited for 5 s\x1b[2J; the next try is in 2 s."
        )
        gauge.show(TaskCounts(9, 2, 0, 0, 4, 0, 0.5))
    first, second = lines(capsys)
    assert first.endswith("cost $0.50. All requests have waited for 5 s\\x1b[2J; the next try is in 2 s.")
    assert second.endswith("cost $0.50")


@pytest.mark.parametrize(("pushes", "said"), [(True, 1), (False, 0)])
def test_a_push_that_follows_is_told_once(capsys: pytest.CaptureFixture[str], pushes: bool, said: int) -> None:
    with RunProgress("mood@1", pushes) as bar:
        bar.start(2)
        bar.add([answered(1, 0.1)])
        assert PUSHING not in capsys.readouterr().err
        bar.add([answered(2, 0.1)])
        bar.pushing() if pushes else None
    assert capsys.readouterr().err.count(PUSHING) == said


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> pytest.CaptureFixture[str]:
    """What a terminal is sent."""
    for name, value in (("FORCE_COLOR", "1"), ("TERM", "xterm")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    return capsys


def test_a_bar_on_a_terminal_says_so_too(terminal: pytest.CaptureFixture[str]) -> None:
    with RunProgress("mood@1", pushes=True) as bar:
        bar.start(1)
        bar.add([answered(1, 0.1)])
    assert "pushing predictions to Label Studio" in terminal.readouterr().err


def test_texts_with_brackets_are_shown_as_they_are(terminal: pytest.CaptureFixture[str]) -> None:
    with RunProgress("mood@1 [b]") as bar:
        bar.show(TaskCounts(9, 0, 1, 0, 3, 0, 0.0), "It waits for [/b] and [q].")
        bar.notify("Label Studio is busy [x]\x1b[2J.")
    shown = terminal.readouterr().err
    assert "mood@1 [b]" in shown
    assert "It waits for [/b] and [q]." in shown
    assert "Label Studio is busy [x]\\x1b[2J." in shown


def test_a_terminal_that_draws_no_bar_is_sent_lines(
    terminal: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORCE_COLOR")
    monkeypatch.setenv("TTY_COMPATIBLE", "0")
    with RunProgress("mood@1") as bar:
        bar.start(1)
        bar.add([answered(1, 0.1)])
    assert terminal.readouterr().err.startswith("mood@1: 1 of 1 tasks, ")


def test_without_stderr_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with RunProgress("mood@1") as bar:
        bar.start(1)
        bar.add([answered(1, 0.1)])
        assert bar._bar is None


@pytest.mark.slow
def test_commands_that_ask_do_not_wait_for_what_draws() -> None:
    code = "import sys, backend.app.work, backend.interfaces.cli.commands.run; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
