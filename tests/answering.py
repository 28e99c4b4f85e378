"""Servers in this process that answer what a test says."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Requested = list[tuple[str, str | None]]
"""Path and `Authorization` of what a server was asked."""


class QuietHandler(BaseHTTPRequestHandler):
    """Answers, and prints nothing."""

    def answer(self, body: bytes, status: int = 200, length: int | None = None) -> None:
        """`length`: what is promised, if it is not that of the body."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def received(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server that answers with `handler`; it ends with the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def answering(status: int, body: bytes) -> Iterator[tuple[str, Requested]]:
    """The address of a server that says the same to everything, and what it was asked."""
    requested: Requested = []

    class SameAnswer(QuietHandler):
        def do_GET(self) -> None:
            requested.append((self.path, self.headers["Authorization"]))
            self.answer(body, status)

    with serving(SameAnswer) as url:
        yield url, requested
