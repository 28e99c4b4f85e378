"""A signal in the first second, while a command or the server is still being imported: a sentence, and the exit code
that shells have for it."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.installation import Installation
from tests.running import catches, until
from tests.test_gunicorn import gunicorn

NUMBERS = [signal.SIGINT, signal.SIGTERM]


@pytest.fixture
def mine(tmp_path: Path) -> Installation:
    return Installation.made(tmp_path, "http://127.0.0.1:9/v1")


def stopped_early(process: "subprocess.Popen[str]", number: signal.Signals) -> str:
    """What it says when the signal comes as soon as it is met at all."""
    try:
        until(lambda: catches(process.pid, signal.SIGTERM, number))
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 128 + number
    return f"{out}{err or ''}"


@pytest.mark.slow
@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("words", [("list",), ("run", "x@1", "--on", "all"), ("worker",), ("--help",)])
def test_a_command_says_so(mine: Installation, words: tuple[str, ...], number: signal.Signals) -> None:
    assert stopped_early(mine.start_anew(*words), number) == "Error: Stopped; run it again.\n"


@pytest.mark.slow
@pytest.mark.parametrize("number", NUMBERS)
def test_the_server_says_so(mine: Installation, number: signal.Signals) -> None:
    assert stopped_early(gunicorn(mine), number) == "Error: Stopped; run it again.\n"


@pytest.mark.slow
def test_what_a_shell_started_in_the_background_goes_on(mine: Installation) -> None:
    """Shells have Ctrl-C ignored there."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = mine.start_anew("list")
    finally:
        signal.signal(signal.SIGINT, before)
    until(lambda: catches(process.pid, signal.SIGTERM))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, "no prompts yet" in out + err) == (0, True)
