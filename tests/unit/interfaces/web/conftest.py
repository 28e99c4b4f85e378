"""The HTTP front on a real socket, before whatever WSGI application a test has."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest

from backend.interfaces.web.admission import LIMITS, AdmissionLimits, everyone
from backend.interfaces.web.worker import WorkerHttpServer

T = TypeVar("T")
Serve = Callable[..., tuple[str, int]]


class Application:
    """A WSGI application that says what it got, and remembers it. `extensions` as Flask's."""

    def __init__(self, limits: AdmissionLimits, answer: Callable[[bytes], bytes]) -> None:
        self.extensions = {LIMITS: limits}
        self.got: list[tuple[str, bytes]] = []
        self._answer = answer

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        body = environ["wsgi.input"].read()
        self.got.append((environ["PATH_INFO"], body))
        refused = environ.get("open_prompts.refusal")
        start_response("403 Forbidden" if refused else "200 OK", [("Content-Type", "text/plain")])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else self._answer(body)]


class ServedApplication:
    """An application behind the front; `address` is where."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.loop = asyncio.new_event_loop()
        cfg = SimpleNamespace(threads=8, keepalive=0.5, backlog=100)
        log = SimpleNamespace(access=lambda *_: None, error=lambda *_: None)
        worker: Any = SimpleNamespace(cfg=cfg, wsgi=application, log=log)
        self.front = WorkerHttpServer(worker)
        listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = listener.getsockname()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._do(self.front.listen(listener, None))

    def close(self) -> None:
        self._do(self._finish())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()

    async def _finish(self) -> None:
        """As the worker does."""
        self._server.close()
        await self.front.finish(2)

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(5)


@pytest.fixture
def serve() -> Iterator[Callable[..., ServedApplication]]:
    """Serves an application: `admit` and `most_body` as AdmissionLimits have them, `answer` from a request's body."""
    begun: list[ServedApplication] = []

    def start(admit: Any = everyone, most_body: int = 1_000_000, answer: Any = lambda body: body) -> ServedApplication:
        begun.append(ServedApplication(Application(AdmissionLimits(admit, most_body), answer)))
        return begun[-1]

    yield start
    for served in begun:
        served.close()
