"""What a test holds of a real process that runs for it."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from demo import services

Json = dict[str, Any]
SHORTEST_S, LONGEST_S = 0.001, 0.02
"""Between two looks at what a test waits for: short while it may come at once."""


@dataclass
class RunningStandIn:
    """The stand-in model server, and the levers a test pulls. `url` is what OPENAI_BASE_URL would be."""

    root: str

    def __post_init__(self) -> None:
        self._http = httpx.Client(base_url=self.root, timeout=60.0)
        self._levers_at_start = self.control()

    def close(self) -> None:
        self._http.close()

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    def control(self, **levers: object) -> Json:
        """Set some levers, such as `server_error=0.5`; returns all of them."""
        return self._json("POST", "/control", json=levers)

    def stats(self) -> Json:
        return self._json("GET", "/stats")

    def reset(self) -> None:
        """Put every lever back to where it was at the start, and count from zero."""
        self.control(**self._levers_at_start, reset=True)

    def requests(self) -> int:
        """Requests since the last reset."""
        return int(self.stats()["requests"])

    def _json(self, method: str, path: str, **request: Any) -> Json:
        answer: Json = self._http.request(method, path, **request).raise_for_status().json()
        return answer


@contextmanager
def running_stand_in(log: Path, port: int | None = None, **levers: object) -> Iterator[RunningStandIn]:
    """Starts a stand-in of its own, and ends it.

    port: a free one if it is None
    levers: as `RunningStandIn.control` takes them; they are its behaviour from the start
    """
    service = services.stand_in(services.free_port() if port is None else port, log=log, **levers)
    with service, closing(RunningStandIn(service.url)) as running:
        yield running


def until(holds: Callable[..., Any], seconds: float = 60) -> Any:
    """Waits until `holds()` is true, and returns what it is then."""
    deadline, pause = time.monotonic() + seconds, SHORTEST_S
    while not (found := holds()):
        assert time.monotonic() < deadline, f"It did not happen within {seconds:g} seconds."
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_S)
    return found


def catches(pid: int, *numbers: signal.Signals) -> bool:
    """Whether the process handles all these signals in ways of its own (Linux). Python does so with SIGINT, by a
    traceback."""
    return _has(pid, "SigCgt", numbers)


def ignores(pid: int, *numbers: signal.Signals) -> bool:
    """Whether these signals do nothing to the process (Linux)."""
    return _has(pid, "SigIgn", numbers)


def _has(pid: int, name: str, numbers: Iterable[signal.Signals]) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    (mask,) = [int(line.split()[1], 16) for line in status.splitlines() if line.startswith(name)]
    return all(mask & 1 << (number - 1) for number in numbers)


def unavailable(reason: str) -> NoReturn:
    """Skip on a developer's machine; in CI a journey that silently did not run would look like one that passed."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
