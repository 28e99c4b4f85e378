"""A command of ours in a process of its own: lines in, lines out, and its end."""

import errno
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.piped_process import PipedProcess
from backend.errors import RunError

pytestmark = pytest.mark.slow


def env(folder: Path) -> dict[str, str]:
    return {**os.environ, "DATA_DIR": str(folder / "data")}


def test_its_lines_come_until_its_end(tmp_path: Path) -> None:
    process = PipedProcess(["--help"], env(tmp_path))
    assert b"Usage" in next(iter(process.lines()))
    process.end()
    process.write(b"it reads no more")
    process.close()
    process.stop()


def test_a_process_that_was_told_to_stop_ends(tmp_path: Path) -> None:
    process = PipedProcess(["worker"], env(tmp_path))
    process.stop()
    process.close()
    process.end()
    assert list(process.lines()) == []


def test_a_process_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.adapters.piped_process.END_S", 0.1)
    process = PipedProcess(["save", "x", "--project", "1", "--file", "-"], env(tmp_path))
    process.end()
    assert list(process.lines()) == []
    process.close()


def test_where_none_can_be_started_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    monkeypatch.setattr(subprocess, "Popen", full)
    with pytest.raises(RunError, match="use fewer processes"):
        PipedProcess(["--help"], env(tmp_path))
