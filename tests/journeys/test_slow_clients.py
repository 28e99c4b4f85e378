"""Hundreds of slow clients before the real server: those who send at once are answered as if they were alone."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path

import httpx
import pytest

from demo import services
from tests.installation import Installation
from tests.running import RunningStandIn
from tests.test_gunicorn import asked, listening

CROWD = 300
ANSWERED_S = 8.0
"""Less than the server waits for a slow client."""
LOGIN = ("annotator", "right")
HEADER = "Authorization: Basic YW5ub3RhdG9yOnJpZ2h0\r\n"
POST = "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n"
KINDS: dict[str, tuple[bytes, bytes]] = {
    "half a request line": (b"POST /pred", b""),
    "headers a byte a second": (POST.encode(), b"X-Slow: and slow and slow"),
    "a stranger's body, a byte a second": (f"{POST}\r\n".encode(), b"{" * 100),
    "a friend's body, a byte a second": (f"{POST}{HEADER}\r\n{{".encode(), b"{" * 100),
    "nothing": (b"", b""),
}


@contextmanager
def crowd(address: tuple[str, int], begun: bytes, more: bytes) -> Iterator[None]:
    """CROWD clients that sent `begun`, and now a byte of `more` each, every second."""
    with ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(address, timeout=5)) for _ in range(CROWD)]
        ended = threading.Event()
        stack.callback(ended.set)
        for client in clients:
            client.sendall(begun)
        threading.Thread(target=_trickle, args=(clients, more, ended.wait), daemon=True).start()
        yield


def _trickle(clients: list[socket.socket], more: bytes, ended: Callable[[float], bool]) -> None:
    for byte in cycle(more):
        for client in clients:
            try:
                client.sendall(bytes([byte]))
            except OSError:
                continue
        if ended(1.0):
            return


@pytest.mark.parametrize(("kind", "protected"), [*((kind, True) for kind in KINDS), ("half a request line", False)])
def test_slow_clients_silence_nobody(tmp_path: Path, stand_in: RunningStandIn, kind: str, protected: bool) -> None:
    env = {"BASIC_AUTH_USER": LOGIN[0], "BASIC_AUTH_PASS": LOGIN[1]} if protected else {}
    port = services.free_port()
    mine = Installation.made(tmp_path, stand_in.url, BIND=f"127.0.0.1:{port}", **env)
    with (
        listening(mine, f"http://127.0.0.1:{port}") as url,
        crowd(("127.0.0.1", port), *KINDS[kind]),
        httpx.Client(base_url=url, auth=LOGIN if protected else None, timeout=ANSWERED_S) as http,
    ):
        for _ in range(10):
            assert http.get("/health").status_code == 200
        assert http.post("/predict", json=asked(1)).json()["results"][0]
