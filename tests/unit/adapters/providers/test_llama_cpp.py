"""How many requests a llama.cpp server works on at once; another server says nothing of it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from backend.adapters.providers.llama_cpp import slots


@contextmanager
def answering(status: int, body: bytes, seen: list[tuple[str, str | None]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.path, self.headers["Authorization"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "body", "number"),
    [
        (200, {"total_slots": 4}, 4),
        (200, {"total_slots": 0}, None),
        (200, {"total_slots": "4"}, None),
        (200, {"total_slots": 10**9}, None),
        (200, {}, None),
        (200, [4], None),
        (404, {"error": "no such page"}, None),
    ],
)
def test_the_slots_are_read_where_there_are_any(status: int, body: object, number: int | None) -> None:
    seen: list[tuple[str, str | None]] = []
    with answering(status, json.dumps(body).encode(), seen) as url:
        assert slots(url, "sk-of-a-test") == number
    assert seen == [("/props", "Bearer sk-of-a-test")]


def test_what_is_no_json_or_no_server_has_none() -> None:
    with answering(200, b"<html>", []) as url:
        assert slots(url, None) is None
    assert slots(url, None) is None
    assert slots("no address", None) is None
