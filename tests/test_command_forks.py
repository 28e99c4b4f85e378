"""A forked command is to a test what a process of its own would be."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.command_forks import ForkedCommand
from tests.installation import Installation
from tests.running import catches, ignores, until

UNANSWERED = "http://127.0.0.1:9"


@pytest.fixture
def mine(tmp_path: Path) -> Installation:
    return Installation.made(
        tmp_path, f"{UNANSWERED}/v1", LABEL_STUDIO_URL=UNANSWERED, LABEL_STUDIO_API_KEY="of-a-test"
    )


def waiting(mine: Installation) -> ForkedCommand:
    """A command that has begun, and reads its input, which does not come."""
    process = mine.start("save", "mood", "--project", "7", "--file", "-")
    until(lambda: catches(process.pid, signal.SIGTERM))
    return process


@pytest.mark.parametrize("argv", [("list",), ("list", "--json"), ("show", "x@1"), ("list", "--what")])
def test_it_says_what_a_process_says(mine: Installation, argv: tuple[str, ...]) -> None:
    anew, forked = mine.start_anew(*argv), mine.start(*argv)
    assert (forked.communicate(), forked.returncode) == (anew.communicate(), anew.returncode)


def test_it_reads_its_input_and_says_the_same_when_asked_again(mine: Installation) -> None:
    process = waiting(mine)
    said = process.communicate("Größe? {größe}")
    assert process.returncode == 1
    assert said == process.communicate()
    assert "Label Studio" in said[1]


def test_it_stands_where_a_process_would(mine: Installation) -> None:
    with waiting(mine) as process:
        assert os.getpgid(process.pid) == os.getpgid(0)
        assert os.readlink(f"/proc/{process.pid}/cwd") == str(mine.folder)
        opened = [os.readlink(file) for file in Path(f"/proc/{process.pid}/fd").iterdir()]
        assert not [name for name in opened if name.startswith("socket:")]
        assert process.poll() is None


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_signals_end_it(mine: Installation, number: signal.Signals, code: int) -> None:
    with waiting(mine) as process:
        process.send_signal(number)
        assert process.wait(timeout=20) == code
    assert process.poll() == code


def test_who_waits_for_it_does_not_wait_longer_than_told(mine: Installation) -> None:
    with waiting(mine) as process:
        for wait in (process.wait, lambda seconds: process.communicate(timeout=seconds)):
            with pytest.raises(subprocess.TimeoutExpired):
                wait(0.01)
        process.kill()


def test_a_shell_may_have_it_ignore_ctrl_c(mine: Installation) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = waiting(mine)
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        assert ignores(process.pid, signal.SIGINT)
        process.kill()
