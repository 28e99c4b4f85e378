"""Worker: gunicorn's, with an event loop that reads requests and threads that answer them.

gunicorn's own threaded worker gives a thread to each client that sends a first byte, and waits for the rest without a
limit. If there are as many slow clients as threads, it answers nobody. Here a thread is given only to a complete
request.
"""

import asyncio
import os
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic
from types import SimpleNamespace
from typing import Any

import h11
from gunicorn.sock import ssl_context
from gunicorn.workers.base import Worker as Base

from backend.errors import where
from backend.interfaces.web.admission import LIMITS, AdmissionLimits
from backend.interfaces.web.body_memory import BodyMemory
from backend.interfaces.web.connection import HEAD_S, Connection, Trouble
from backend.interfaces.web.pending_connections import PendingConnections
from backend.interfaces.web.wsgi import Answer, Environ, answer_of

ROOMS = 4
"""Bytes of bodies in hand, in bodies of the largest size."""
MOST_WAITING = 400
QUICK_S = 10.0
"""How long answers under way are waited for after Ctrl-C."""


class Worker(Base):  # type: ignore[misc]  # gunicorn has no types
    """See gunicorn.workers.base."""

    def run(self) -> None:
        self._patience_s = float(self.cfg.graceful_timeout)
        asyncio.run(self._serve())

    def handle_exit(self, sig: int, template: Any) -> None:
        """SIGTERM: answers under way are sent."""
        self.alive = False
        self._wake()

    def handle_quit(self, sig: int, template: Any) -> None:
        """Ctrl-C: the same, more quickly."""
        if not self.booted:
            super().handle_quit(sig, template)
        self._patience_s = QUICK_S
        self.handle_exit(sig, template)

    def _wake(self) -> None:
        if self._stop_event is not None and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop_event.set)

    _stop_event: asyncio.Event | None = None
    _loop: asyncio.AbstractEventLoop | None = None

    async def _serve(self) -> None:
        self._loop, self._stop_event = asyncio.get_running_loop(), asyncio.Event()
        http_server = WorkerHttpServer(self)
        context = ssl_context(self.cfg) if self.cfg.is_ssl else None
        servers = [await http_server.listen(listener.sock, context) for listener in self.sockets]
        beating = asyncio.create_task(self._beat())
        if self.alive:
            await self._stop_event.wait()
        for server in servers:
            server.close()
        await http_server.finish(self._patience_s)
        beating.cancel()

    async def _beat(self) -> None:
        """Tells gunicorn that we live, and stops when it does not."""
        while True:
            self.notify()
            if self.ppid != os.getppid():
                self.alive = False
                self._wake()
            await asyncio.sleep(1)


class WorkerHttpServer:
    """What connections share; see `connection.HttpServer`."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._threads = ThreadPoolExecutor(worker.cfg.threads, "request")
        self._connections: set[asyncio.Task[None]] = set()
        self.limits: AdmissionLimits = worker.wsgi.extensions[LIMITS]
        self.body_memory = BodyMemory(ROOMS * self.limits.most_body)
        self.pending = PendingConnections(MOST_WAITING)
        self.keepalive_s = float(worker.cfg.keepalive)
        self.stopping = False

    async def listen(self, sock: Any, context: ssl.SSLContext | None) -> asyncio.Server:
        return await asyncio.start_server(
            self._meet,
            sock=sock,
            backlog=self._worker.cfg.backlog,
            ssl=context,
            ssl_handshake_timeout=HEAD_S if context else None,
        )

    async def answer(self, environ: Environ) -> Answer:
        began = monotonic()
        loop = asyncio.get_running_loop()
        try:
            answer = await loop.run_in_executor(self._threads, answer_of, self._worker.wsgi, environ)
        except Exception as error:
            self._worker.log.error("the application failed: %s", where(error))
            raise Trouble(500, "Something went wrong here; the server's log says where.") from None
        self._log(environ, answer, monotonic() - began)
        return answer

    async def finish(self, patience_s: float) -> None:
        """Those who owe us something are let go, answers under way are sent."""
        self.stopping = True
        self.pending.drop_idle()
        if self._connections:
            await asyncio.wait(self._connections, timeout=patience_s)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (task := asyncio.current_task()) is None:
            raise RuntimeError("A connection is met outside of the event loop.")
        self._connections.add(task)
        scheme = "https" if writer.get_extra_info("ssl_object") else "http"
        try:
            await Connection(self, reader, writer, scheme).serve()
        except (OSError, TimeoutError, h11.ProtocolError):  # it broke, or does not read its answer
            writer.transport.abort()
        finally:
            self._connections.discard(task)
            writer.close()

    def _log(self, environ: Environ, answer: Answer, seconds: float) -> None:
        """For gunicorn's --access-logfile."""
        status, headers, body = answer
        response = SimpleNamespace(status=str(status), sent=len(body), headers=headers)
        request = SimpleNamespace(headers=[])
        self._worker.log.access(response, request, environ, timedelta(seconds=seconds))
