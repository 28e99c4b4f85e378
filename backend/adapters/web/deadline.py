"""Deadline: ends an exchange with a server that takes too long as a whole.

The client's own time-outs are for the gap between two bytes, so a server that sends one now and then, be it of its
headers, would hold a thread for ever.
"""

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self

_CONNECTED = "connect_tcp.complete"


class Deadline:
    """A context for one request. `trace`: what httpx has to be given as the request's extension `trace`; `passed`:
    whether the connection was cut."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(max(0.0, seconds), self._cut)
        self._timer.daemon = True
        self._lock = threading.Lock()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Takes note of the connection. A duplicate, because TLS takes the socket itself away."""
        if not event.endswith(_CONNECTED):
            return
        with self._lock:
            self._close()
            self._socket = info["return_value"].get_extra_info("socket").dup()
        if self.passed:
            self._cut()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._close()

    def _cut(self) -> None:
        with self._lock:
            self.passed = True
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None
