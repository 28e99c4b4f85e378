"""How long /health takes beside hundreds of slow clients, and beside large batches.

Slow clients connect at once; then each sends a byte a second of what it still owes, or nothing more.
"""

import json
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from functools import partial

import httpx

from benchmarks.faults.world import CONFIG, FaultWorld
from demo import services

COLUMNS = ("beside /health", "clients", "asked", "unanswered", "median ms", "slowest ms")
CROWD = 300
WATCH_S = 10.0
EVERY_S = 0.05
PATIENCE_S = 30.0
LOGIN = ("annotator", "not-a-secret")
BATCHES, BATCH_MB = 3, 43

Address = tuple[str, int]
Beside = Callable[[Address], AbstractContextManager[object]]

POST = "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n"
FRIEND = "Authorization: Basic YW5ub3RhdG9yOm5vdC1hLXNlY3JldA==\r\n"
SLOW: dict[str, tuple[str, str]] = {
    "half a request line, then nothing": ("POST /pred", ""),
    "headers, a byte a second": (POST, "X-Slow: and slow and slow and slow"),
    "a body without the password, a byte a second": (f"{POST}\r\n", "{" * 60),
    "a body with the password, a byte a second": (f"{POST}{FRIEND}\r\n{{", "{" * 60),
}
"""What they send at once, and what follows slowly."""


def rows(here: FaultWorld) -> list[list[str]]:
    return list(_rows(here))


def _rows(here: FaultWorld) -> Iterator[list[str]]:
    yield _row(here, "nobody", 0, nullcontext)
    for name, (begun, more) in SLOW.items():
        yield _row(here, name, CROWD, partial(_crowd, begun=begun, more=more))
    yield _row(here, f"batches of {BATCH_MB} MB", BATCHES, _batches)


def _row(here: FaultWorld, name: str, clients: int, beside: Beside) -> list[str]:
    port = services.free_port()
    env = {**here.env, "BASIC_AUTH_USER": LOGIN[0], "BASIC_AUTH_PASS": LOGIN[1]}
    server = services.backend(port, env, log=here.folder / f"backend-{port}.log")
    url = f"http://{':'.join(LOGIN)}@127.0.0.1:{port}"
    with replace(server, url=url), beside(("127.0.0.1", port)):
        waits = list(_waits(f"{url}/health"))
    answered = [wait for wait in waits if wait is not None]
    slow = [f"{found:,.0f}" for found in (statistics.median(answered), max(answered))] if answered else ["n/a"] * 2
    return [name, str(clients), str(len(waits)), str(len(waits) - len(answered)), *slow]


def _waits(url: str) -> Iterator[float | None]:
    """Milliseconds that each of many requests takes; None for one without an answer."""
    ends = time.monotonic() + WATCH_S
    while time.monotonic() < ends:
        began = time.monotonic()
        try:
            httpx.get(url, timeout=PATIENCE_S).raise_for_status()
            yield (time.monotonic() - began) * 1000
        except httpx.HTTPError:
            yield None
        time.sleep(EVERY_S)


@contextmanager
def _crowd(address: Address, begun: str, more: str) -> Iterator[None]:
    with ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(address, timeout=5)) for _ in range(CROWD)]
        over = threading.Event()
        stack.callback(over.set)
        for client in clients:
            client.sendall(begun.encode())
        threading.Thread(target=_trickle, args=(clients, more.encode(), over), daemon=True).start()
        yield


def _trickle(clients: list[socket.socket], more: bytes, over: threading.Event) -> None:
    for place in range(len(more)):
        for client in clients:
            try:
                client.sendall(more[place : place + 1])
            except OSError:  # it was cut off, as it should be
                continue
        if over.wait(1.0):
            return


@contextmanager
def _batches(address: Address) -> Iterator[None]:
    """Of tasks that lack their text, so that the server alone has work with them."""
    body = _batch()
    url = f"http://{address[0]}:{address[1]}/predict"

    def send() -> None:
        httpx.post(url, content=body, auth=LOGIN, timeout=300, headers={"Content-Type": "application/json"})

    threads = [threading.Thread(target=send, daemon=True) for _ in range(BATCHES)]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()


def _batch() -> bytes:
    task = json.dumps({"id": 1, "data": {"title": "A message without its text, " * 3}})
    tasks = ",".join([task] * (BATCH_MB * 1_000_000 // (len(task) + 1)))
    return f'{{"project": "1.1", "label_config": {json.dumps(CONFIG)}, "tasks": [{tasks}]}}'.encode()
