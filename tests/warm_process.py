"""A process that has imported what commands import and forks one for each start: Python and its libraries take a second
or two of a processor, a fork 20 ms.

`python -m tests.warm_process FD` is started by `tests.command_forks`, which sends over the socket FD, for each command,
what `exec` would give it (stdin, stdout, stderr, arguments, environment, folder) and where to tell its id and its end.
"""

import gc
import importlib
import io
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MODULES = (
    "backend.__main__",
    "backend.interfaces.cli.main",
    "backend.app.app",
    "backend.adapters.providers.chat_completions",
    "backend.adapters.label_studio.clients",
    "alembic.command",
    "genai_prices",
    "ijson",
    "label_studio_sdk",
    "openai",
    "redis",
    "rq",
)
"""What most commands import sooner or later. None of them starts a thread, which a fork would lose."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)
WIDTH = 8
"""Bytes of a number that is told: the id of a process, and how it ended."""


def packed(number: int) -> bytes:
    return number.to_bytes(WIDTH, "big", signed=True)


def unpacked(told: bytes) -> int:
    return int.from_bytes(told, "big", signed=True)


@dataclass(frozen=True)
class Order:
    """One command to start. `report` is where its id and its end are told; `streams` its stdin, stdout and stderr."""

    report: socket.socket
    streams: list[int]
    argv: list[str]
    env: dict[str, str]
    folder: str
    deaf: bool
    """Whether SIGINT is ignored where it is started."""

    def become(self) -> None:
        """Makes this process one that was just started so."""
        for number, stream in enumerate(self.streams):
            os.dup2(stream, number)
            os.close(stream)
        self.report.close()
        _open_streams()
        os.environ.clear()
        os.environ.update(self.env)
        time.tzset()
        os.chdir(self.folder)
        program = sys.modules["backend.__main__"]
        sys.modules["__main__"], sys.argv = program, [str(program.__file__), *self.argv]
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN if self.deaf else signal.default_int_handler)


def _open_streams() -> None:
    """As Python does with PYTHONUTF8 and PYTHONUNBUFFERED."""
    sys.stdin = io.TextIOWrapper(_file(0, "rb", -1), encoding="utf-8", errors="surrogateescape")
    sys.stdout = _unbuffered(1, "surrogateescape")
    sys.stderr = _unbuffered(2, "backslashreplace")


def _unbuffered(number: int, errors: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(_file(number, "wb", 0), encoding="utf-8", errors=errors, write_through=True)


def _file(number: int, mode: str, buffering: int) -> Any:
    """The raw file where there is no buffer, which stands for one in Python's own start, too."""
    return open(number, mode, buffering=buffering, closefd=False)


@dataclass
class WarmProcess:
    """Forks what `control` orders, until its other end is closed."""

    control: socket.socket
    children: dict[int, socket.socket] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._woken, wakes = socket.socketpair()
        self._wakes = wakes
        for end in (self._woken, wakes):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the tests, which end this process
        signal.set_wakeup_fd(wakes.fileno())

    def serve(self) -> bool:
        """True in each child, once it has become its command; False at the end."""
        for order in self._orders():
            signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
            pid = os.fork()
            if not pid:
                self._forget()
                order.become()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            if not pid:
                return True
            self._started(order, pid)
        return False

    def _orders(self) -> Iterator[Order]:
        while True:
            ready, _, _ = select.select([self.control, self._woken], [], [])
            if self._woken in ready:
                self._woken.recv(4096)
                self._tell_ends()
            if self.control in ready:
                order = self._received()
                if order is None:
                    return
                yield order

    def _received(self) -> Order | None:
        _, descriptors, _, _ = socket.recv_fds(self.control, 1, 4)
        if not descriptors:
            return None
        report = socket.socket(fileno=descriptors[0])
        with report.makefile("r", encoding="utf-8") as lines:
            told: dict[str, Any] = json.loads(lines.readline())
        return Order(report, descriptors[1:], **told)

    def _started(self, order: Order, pid: int) -> None:
        for stream in order.streams:
            os.close(stream)
        self.children[pid] = order.report
        order.report.sendall(packed(pid))

    def _tell_ends(self) -> None:
        while self.children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            with self.children.pop(pid) as report:
                report.sendall(packed(os.waitstatus_to_exitcode(status)))

    def _forget(self) -> None:
        """In a child: nothing of this process stays open."""
        signal.set_wakeup_fd(-1)
        for end in (self.control, self._woken, self._wakes, *self.children.values()):
            end.close()


def main() -> None:
    """Serves; in a child, it runs the command, and Python ends as it does after any program."""
    for name in MODULES:
        importlib.import_module(name)
    importlib.import_module("backend.interfaces.cli.commands").commands()
    gc.collect()
    gc.freeze()
    if WarmProcess(socket.socket(fileno=int(sys.argv[1]))).serve():
        from backend.__main__ import main as command

        command()


if __name__ == "__main__":
    main()
