"""Starts and stops the real processes that `make demo` and the journey tests run.

One place for both, so that the demo cannot rot unnoticed. A service that does not come up says why with the end of its
own log, and nothing started here outlives its `with` block. No service inherits the caller's environment: keys, proxies
and stray variables such as PORT or DEBUG stay outside unless the caller passes them in.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

ROOT = Path(__file__).resolve().parent.parent
LOCAL_PYTHON = ROOT / ".venv-local-model" / "bin" / "python"
LOCAL_CACHE = ROOT / ".cache" / "local-model"
LOCAL_MODEL = "gemma-3-270m"
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
GRACE_SECONDS = 10.0
KILL_SECONDS = 2.0
POLL_SECONDS = 0.1
LOG_LINES = 20


class ServiceError(Exception):
    """A process of the demo did not come up. The message carries the end of its log."""


def free_port(preferred: int = 0) -> int:
    """Return `preferred` if nothing listens there on loopback, else a port the system picks (always, for 0).

    The caller compares and tells the user. Nobody holds the port afterwards, which is why a `Service` also checks
    that what answers is its own process.
    """
    for port in (preferred, 0):
        with socket.socket() as probe:
            # As the servers do, or a port would look busy for a minute after its last server stopped.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise ServiceError("No free port on 127.0.0.1. Stop something that listens there and try again.")


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the few variables any process needs, plus `extra`. Unbuffered: logs are whole when a process dies."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, "PYTHONUNBUFFERED": "1", **extra}


def stop_on_signals() -> None:
    """Make SIGTERM and SIGHUP end this process as Ctrl-C does: `with` blocks are left and their services stopped.

    Services live in process groups of their own, which a closed terminal or a cancelled CI job does not reach. SIGINT
    itself is among them because a shell has it ignored in what it starts in the background.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def wait_for_signal() -> None:
    """Return never: a signal ends it as Ctrl-C does."""
    while True:
        signal.pause()


@dataclass
class Service:
    """One server process, with its children, that answers `GET {url}/health` with 200 once it is ready.

    `announces` is what its log says when it listens: a foreign server on the same port would answer the probe as well,
    but it would not write to this log. Leave it out for servers that end when the port is taken. `patience` is in
    seconds. `log` is appended to.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    url: str
    log: Path
    announces: str = ""
    cwd: Path = ROOT
    patience: float = 60.0
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _log_start: int = field(default=0, init=False, repr=False)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 80

    def cpu_seconds(self) -> float:
        """Processor time its process has used so far (Linux). Raises ServiceError before it was started."""
        if self._process is None:
            raise ServiceError(f"{self.name} was not started.")
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def start(self) -> Self:
        """Start the process and return once it is ready. Raises ServiceError, with nothing left running."""
        if _is_taken(self.port):
            raise ServiceError(
                f"{self.name} can't listen on port {self.port}: it is taken. Stop what runs there first."
            )
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                self.argv,
                env=dict(self.env),
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End the process and everything it started: SIGTERM, and SIGKILL for what is left after 10 seconds."""
        if self._process is None:
            return
        process, self._process = self._process, None
        _signal_group(process.pid, signal.SIGTERM)
        try:
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_SECONDS)
        finally:
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()
            self._wait_until_port_is_free()

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + self.patience
        with httpx.Client(trust_env=False, timeout=2.0) as client:
            while not (self._announced() and self._healthy(client)):
                if process.poll() is not None:
                    raise ServiceError(self._with_log(f"{self.name} ended with code {process.returncode}."))
                if time.monotonic() > deadline:
                    raise ServiceError(self._with_log(f"{self.name} was not ready within {self.patience:g} seconds."))
                time.sleep(POLL_SECONDS)

    def _wait_until_port_is_free(self) -> None:
        # Killed children die a moment later than their parent, and until then the next start would find the port taken.
        deadline = time.monotonic() + KILL_SECONDS
        while _is_taken(self.port) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS / 10)

    def _announced(self) -> bool:
        return self.announces in self._output()

    def _healthy(self, client: httpx.Client) -> bool:
        try:
            return client.get(f"{self.url}/health").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def _output(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def _with_log(self, trouble: str) -> str:
        tail = "\n".join(self._output().splitlines()[-LOG_LINES:])
        return f"{trouble} The end of its log, {self.log}:\n{tail}"


def stand_in(port: int, *, log: Path, **switches: object) -> Service:
    """The stand-in model. `switches` are its options: `latency_ms=200` is `--latency-ms 200`, True a bare flag."""
    url = f"http://127.0.0.1:{port}"
    argv = [sys.executable, "-m", "demo.stand_in", "--port", str(port), *_options(switches)]
    return Service("The stand-in model", argv, environment({}), url, log, announces=f"listening on {url}/")


def local_model(port: int, *, log: Path, threads: int = 1) -> Service:
    """llama.cpp with a small real model. Raises ServiceError where `make local-model` was not run."""
    if not LOCAL_PYTHON.exists():
        raise ServiceError("There is no .venv-local-model: `make local-model` makes it.")
    LOCAL_CACHE.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{port}"
    argv = [str(LOCAL_PYTHON), str(ROOT / "demo" / "local_model.py"), str(port), str(LOCAL_CACHE), str(threads)]
    return Service("llama.cpp", argv, environment({}), url, log, announces=f"listening on {url}", patience=120)


def backend(port: int, env: Mapping[str, str], *, log: Path) -> Service:
    """The backend of this checkout as it is deployed, under gunicorn. `env` is every setting it gets: it runs beside
    its log, where no `.env` of a user's is found."""
    url = f"http://127.0.0.1:{port}"
    config = str(ROOT / "gunicorn.conf.py")
    argv = [sys.executable, "-m", "gunicorn", "-c", config, "_wsgi:app", "--bind", f"127.0.0.1:{port}"]
    return Service("The backend", argv, environment({"PYTHONPATH": str(ROOT), **env}), url, log, cwd=log.parent)


def _options(switches: Mapping[str, object]) -> list[str]:
    options: list[str] = []
    for name, value in switches.items():
        option = f"--{name.replace('_', '-')}"
        options += [option] * value if isinstance(value, bool) else [option, str(value)]
    return options


def _signal_group(group: int, number: signal.Signals) -> None:
    # Gone already, or (macOS) only a zombie is left.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _is_taken(port: int) -> bool:
    return free_port(port) != port
