"""Which processes run: told by machine, id and start, not by any clock."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.adapters import processes as module
from backend.adapters.processes import LocalProcess, is_gone, is_running, this_process
from tests.running import until
from tests.scripted import some

NAME = (
    "import sys; from backend.adapters.processes import this_process; "
    "print(this_process(), flush=True); sys.stdin.read()"
)
Other = tuple["subprocess.Popen[str]", str]


@pytest.fixture
def other() -> Iterator[Other]:
    """Another process of this machine, and its name."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", NAME], text=True, stdin=pipe, stdout=pipe) as started:
        yield started, some(started.stdout).readline().strip()
        started.kill()


def test_we_run_and_so_does_another_until_it_is_killed(other: Other) -> None:
    started, name = other
    assert is_running(this_process())
    assert is_running(name)
    assert this_process().rpartition(":")[2] == str(os.getpid())
    started.send_signal(signal.SIGKILL)
    started.wait()
    assert is_running(name) is False
    assert is_gone(name)


def test_a_stopped_process_still_runs(other: Other) -> None:
    started, name = other
    started.send_signal(signal.SIGSTOP)
    assert is_running(name)


def test_another_process_with_the_same_id_is_not_the_one(other: Other) -> None:
    _, name = other
    machine, _, rest = name.partition("~")
    start, _, pid = rest.partition(":")
    assert is_gone(f"{machine}~{int(start) - 5}:{pid}")


def test_a_dead_process_that_nobody_waited_for_is_gone(other: Other, monkeypatch: pytest.MonkeyPatch) -> None:
    started, name = other
    monkeypatch.setattr(os, "waitpid", lambda *_: (0, 0))  # as if it were another process' child
    os.kill(started.pid, signal.SIGKILL)
    os.waitid(os.P_PID, started.pid, os.WEXITED | os.WNOWAIT)
    assert is_gone(name)


def test_a_process_that_ends_while_it_is_looked_at_is_gone(other: Other, monkeypatch: pytest.MonkeyPatch) -> None:
    started, name = other

    def vanishes(_pid: int) -> None:
        started.kill()
        started.wait()

    monkeypatch.setattr(module, "_start", vanishes)
    assert is_running(name) is False


@pytest.mark.parametrize("name", ["", "queue", "elsewhere:1", f"{socket.gethostname()}.other-boot~1:1"])
def test_nothing_is_known_of_other_machines(name: str) -> None:
    assert is_running(name) is None
    assert not is_gone(name)


def test_a_record_of_an_earlier_release_tells_host_and_id_alone() -> None:
    host = socket.gethostname()
    assert is_running(f"{host}:{os.getpid()}") is None
    assert is_running(f"{host}:{2**22 + 7}") is False


@pytest.mark.slow
def test_the_end_of_a_background_process_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it stays behind as a zombie of a server that outlives it."""
    begun = []

    class RecordedProcess(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            begun.append(self)

    monkeypatch.setattr(subprocess, "Popen", RecordedProcess)
    LocalProcess(tmp_path / "runs", {**os.environ, "DATA_DIR": str(tmp_path / "data")}).give("nosuch")
    assert until(lambda: begun[0].returncode) == 1
