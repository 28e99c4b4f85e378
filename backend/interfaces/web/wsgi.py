"""Between HTTP as h11 reads it and a WSGI application (PEP 3333)."""

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

import h11

Environ = dict[str, Any]
Address = tuple[str, int]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Answer = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers, body."""


def environ_of(head: h11.Request, peer: Address, local: Address, scheme: str) -> Environ:
    """Of a request whose body is still to come, see `with_body`. `peer`, `local`: the two ends of the connection."""
    target = head.target.decode("latin-1")
    path, _, query = _origin_form(target).partition("?")
    environ: Environ = {
        "REQUEST_METHOD": head.method.decode("latin-1"),
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": target,
        "SERVER_NAME": local[0],
        "SERVER_PORT": str(local[1]),
        "SERVER_PROTOCOL": f"HTTP/{head.http_version.decode()}",
        "REMOTE_ADDR": peer[0],
        "REMOTE_PORT": str(peer[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input": io.BytesIO(),
    }
    for name, value in head.headers:
        _add_header(environ, name.decode("latin-1"), value.decode("latin-1"))
    return environ


def _origin_form(target: str) -> str:
    """What a proxy is asked for begins with a scheme and a host (RFC 9112, 3.2.2)."""
    scheme, separator, rest = target.partition("://")
    return "/" + rest.partition("/")[2] if separator and scheme.isalpha() else target


def _add_header(environ: Environ, name: str, value: str) -> None:
    """One with an underscore would be taken for another one: `Content_Length`."""
    if "_" in name or name == "transfer-encoding":
        return
    key = name.upper().replace("-", "_")
    key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
    environ[key] = f"{environ[key]},{value}" if key in environ else value


def with_body(environ: Environ, body: bytes) -> Environ:
    return {**environ, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}


def answer_of(application: Application, environ: Environ) -> Answer:
    """What the application answers, whole."""
    head: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], Any]:
        head[:] = [int(status.split(" ", 1)[0]), headers]
        return written.append

    written: list[bytes] = []
    pieces = application(environ, start_response)
    try:
        written.extend(pieces)
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
    return head[0], head[1], b"".join(written)
