"""Processes of this machine: identifies this process, checks whether another one runs, and starts one that goes on
after its terminal is closed."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

from backend.adapters.files.private import make_private, tighten
from backend.advice import Advice
from backend.errors import RunError


def this_process() -> str:
    """Machine, start time and process id."""
    pid = os.getpid()
    return f"{_machine()}~{_start(pid) or ''}:{pid}"


def is_running(process: str) -> bool | None:
    """Whether `process` (see `this_process`) runs; None if that cannot be known.

    It is unknown for another machine's process, and on systems that do not say when a process began, so that another
    process may have its id by now.
    """
    name, _, pid = process.rpartition(":")
    machine, _, start = name.partition("~")
    if machine not in (_machine(), socket.gethostname()):  # the latter: records of earlier releases
        return None
    if not _exists(int(pid)):
        return False
    began = _start(int(pid))
    if not began and not _exists(int(pid)):  # it ended while it was looked at
        return False
    return began == start if began and start else None


def is_gone(process: str) -> bool:
    """Whether `process` certainly runs no more."""
    return is_running(process) is False


@cache
def _machine() -> str:
    """Its name; on Linux also this boot and this container, because a process id is valid only there."""
    marks = [_read(Path("/proc/sys/kernel/random/boot_id"))]
    with suppress(OSError):
        marks.append(os.readlink("/proc/self/ns/pid"))
    host = socket.gethostname()
    return f"{host}.{sha256(''.join(marks).encode()).hexdigest()[:12]}" if all(marks) else host


def _exists(pid: int) -> bool:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # a dead child of ours would look like a living one
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _stat(pid)[:1] not in (["Z"], ["X"])  # dead, but its parent did not look yet


def _start(pid: int) -> str | None:
    """Clock ticks from this boot to its start, which no clock setting changes. None if unknown."""
    fields = _stat(pid)
    return fields[19] if len(fields) > 19 else None


def _stat(pid: int) -> list[str]:
    """The fields of /proc about a process (proc_pid_stat(5)), from the third on; empty without /proc."""
    return _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""


class LocalProcess:
    """Starts background processes.

    folder: for their output, one file per run
    env: their environment
    processes: among how many each of them divides its run
    """

    def __init__(self, folder: Path, env: Mapping[str, str], processes: int = 1) -> None:
        self._folder = folder
        self._env = env
        self._processes = str(processes)

    def give(self, run_id: str) -> None:
        try:
            tighten(self._folder)
            make_private(self._folder / f"{run_id}.log")
            with (self._folder / f"{run_id}.log").open("ab") as log:
                process = subprocess.Popen(  # noqa: S603  (our own interpreter, our own module, an id we made)
                    [sys.executable, "-P", "-m", "backend", "work", run_id, "--processes", self._processes],
                    env=self._env,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as error:
            raise RunError(
                f"No process could be started for run {run_id} ({error.strerror}): free some memory or disk.",
                Advice.RESUME,
                run=run_id,
            ) from None
        # A server that outlives it must take note of its end, or it stays behind as a zombie.
        threading.Thread(target=process.wait, name=f"run {run_id}", daemon=True).start()
