"""Starts commands as forks of a process that has imported them: `tests.warm_process`, one per process of pytest."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from demo import services
from tests.warm_process import WIDTH, unpacked

AT_START = {"PYTHONPATH": str(services.ROOT), "PYTHONUTF8": "1"}
"""What Python itself reads when it starts: the same for every fork."""


class ForkedCommand:
    """A command that runs, with the attributes and methods that tests use of `subprocess.Popen`.

    report: where the process that forked it tells its id, and later how it ended
    stdin, stdout, stderr: this process' ends of its pipes
    """

    def __init__(self, report: socket.socket, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> None:
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
        self.returncode: int | None = None
        self._report = report
        self._readers = [_ForkReader(stdout), _ForkReader(stderr)]
        self.pid = self._told()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.communicate()

    def poll(self) -> int | None:
        """Its exit code, minus the number of the signal where one killed it; None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._report], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            self.returncode = self._told()
            self._report.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, text: str = "", timeout: float | None = None) -> tuple[str, str]:
        """Gives it `text` and waits for its end; what it wrote to stdout and stderr, the same when asked again."""
        for reader in self._readers:
            reader.begin()
        if not self.stdin.closed:
            self._give(text)
        out, err = (reader.text(timeout) for reader in self._readers)
        self.wait(timeout)
        return out, err

    def _give(self, text: str) -> None:
        with suppress(BrokenPipeError), self.stdin:
            self.stdin.write(text)

    def _told(self) -> int:
        told = self._report.recv(WIDTH, socket.MSG_WAITALL)
        assert len(told) == WIDTH, "The process that forks commands has ended."
        return unpacked(told)


class _ForkReader(threading.Thread):
    """Reads a stream to its end."""

    def __init__(self, stream: IO[str]) -> None:
        super().__init__(daemon=True)
        self._stream, self._text = stream, ""

    def begin(self) -> None:
        """Once."""
        if self.ident is None:
            self.start()

    def run(self) -> None:
        with self._stream:
            self._text = self._stream.read()

    def text(self, timeout: float | None) -> str:
        self.join(timeout)
        if self.is_alive():
            raise subprocess.TimeoutExpired("a command", timeout or 0)
        return self._text


class CommandForks:
    """The process that forks; it ends with this one."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        self._one_order = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.warm_process", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=services.environment(AT_START),
                cwd=services.ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    def start(self, argv: Sequence[str], env: Mapping[str, str], folder: Path) -> ForkedCommand:
        """`python -m backend ARGV`, just started in `folder`. Its environment is `env` and what every process gets."""
        deaf = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        told = {"argv": argv, "env": services.environment({**AT_START, **env}), "folder": str(folder), "deaf": deaf}
        report, theirs = socket.socketpair()
        (stdin, writes), (reads, stdout), (reads_too, stderr) = os.pipe(), os.pipe(), os.pipe()
        with theirs, self._one_order:
            socket.send_fds(self._control, [b"."], [theirs.fileno(), stdin, stdout, stderr])
            report.sendall(f"{json.dumps(told)}\n".encode())
        for given in (stdin, stdout, stderr):
            os.close(given)
        return ForkedCommand(report, _text(writes, "w"), _text(reads, "r"), _text(reads_too, "r"))

    def stop(self) -> None:
        self._control.close()
        self._process.wait()


@cache
def forks() -> CommandForks:
    """Started when a test first starts a command."""
    return CommandForks()


def stop_forks() -> None:
    if forks.cache_info().currsize:
        forks().stop()


def _text(descriptor: int, mode: str) -> IO[str]:
    return os.fdopen(descriptor, mode, encoding="utf-8", errors="replace")
