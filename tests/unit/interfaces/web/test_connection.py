"""Connections: deadlines, bodies that are not read, and requests that are not HTTP, on real sockets."""

import socket
import time
from collections.abc import Callable
from contextlib import closing
from select import select

import pytest

from backend.interfaces.web import connection
from backend.interfaces.web.admission import NOT_LOCAL
from tests.running import until
from tests.unit.interfaces.web.conftest import ServedApplication

Serve = Callable[..., ServedApplication]
GET = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


CHUNKED = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


def post(body: bytes = b"", path: str = "/predict", length: int | None = None, more: str = "") -> bytes:
    """`length`: what it says, if another than the body's; `more`: header lines."""
    said = len(body) if length is None else length
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {said}\r\n{more}\r\n".encode() + body


def connect(served: ServedApplication) -> "closing[socket.socket]":
    return closing(socket.create_connection(served.address, timeout=10))


def everything(client: socket.socket) -> bytes:
    """Until the server has closed its side."""
    pieces = []
    while piece := client.recv(65_536):
        pieces.append(piece)
    return b"".join(pieces)


def answer(client: socket.socket) -> tuple[int, bytes]:
    """One answer on a connection that stays open: status and body."""
    reader = client.makefile("rb")
    status = int(reader.readline().split()[1])
    headers = {}
    while line := reader.readline().strip():
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    return status, reader.read(int(headers["content-length"]))


def trickle(client: socket.socket, sent: bytes, every_s: float = 0.02) -> None:
    """A byte at a time, until the server has had enough and says so."""
    try:
        for byte in sent:
            client.sendall(bytes([byte]))
            if select([client], [], [], every_s)[0]:
                break
    except OSError:
        pass


def test_requests_on_one_connection_are_answered_in_turn(serve: Serve) -> None:
    with connect(serve()) as client:
        for number in range(3):
            client.sendall(post(b"number %d" % number))
            assert answer(client) == (200, b"number %d" % number)


def test_requests_sent_without_waiting_are_answered_in_turn(serve: Serve) -> None:
    with connect(serve()) as client:
        client.sendall(post(b"one") + post(b"two") + GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        said = everything(client)
    assert said.count(b"HTTP/1.1 200 OK") == 3
    assert said.index(b"one") < said.index(b"two")


@pytest.mark.parametrize(
    "begun", [b"GET /hea", b"GET /health HTTP/1.1\r\nHost: loc", b"GET /health HTTP/1.1\r\nX: 1\r\n"]
)
def test_a_head_has_a_deadline_however_it_trickles_in(
    serve: Serve, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.1)
    with connect(serve()) as client:
        began = time.monotonic()
        client.sendall(begun)
        trickle(client, b"x" * 25)
        assert b"HTTP/1.1 408 " in everything(client)
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("head", [post(length=100_000), post(length=900_000) + b"x" * 300_000])
def test_a_body_has_a_deadline_however_it_trickles_in(
    serve: Serve, head: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BODY_S", 0.1)
    served = serve()
    with connect(served) as client:
        client.sendall(head)
        trickle(client, b"x" * 25)
        assert b"HTTP/1.1 408 " in everything(client)
    assert served.application.got == []


def test_who_connects_and_says_nothing_is_let_go(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.2)
    with connect(serve()) as client:
        assert everything(client) == b""


def test_who_owes_longest_is_let_go_when_there_are_too_many(serve: Serve) -> None:
    served = serve()
    served.front.pending._most = 5
    crowd = [socket.create_connection(served.address, timeout=10) for _ in range(8)]
    for client in crowd[:3]:
        assert client.recv(1) == b""
    crowd[-1].sendall(GET)
    assert answer(crowd[-1])[0] == 200
    for client in crowd:
        client.close()


@pytest.mark.parametrize(
    "size", [b"ZZ", b"-1", b"+1", b"0x1", b"1 1", b"", b" ", b"1_0", b"f" * 30, b"\xff", b"5;\x00"]
)
def test_a_chunk_size_that_is_none_is_a_bad_request_and_ends_the_connection(serve: Serve, size: bytes) -> None:
    served = serve()
    with connect(served) as client:
        client.sendall(CHUNKED + b"2\r\n{}\r\n" + size + b"\r\n{}\r\n0\r\n\r\n" + GET)
        said = everything(client)
    assert said.startswith(b"HTTP/1.1 400 Bad Request")
    assert b"Connection: close" in said
    assert said.count(b"HTTP/1.1") == 1, "what follows may be anything"
    assert served.application.got == []


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n",
    ],
)
def test_what_is_not_http_is_a_bad_request_and_ends_the_connection(serve: Serve, sent: bytes) -> None:
    with connect(serve()) as client:
        client.sendall(sent)
        said = everything(client)
    assert said.startswith(b"HTTP/1.1 400 Bad Request")
    assert said.count(b"HTTP/1.1") == 1


def test_a_transfer_encoding_nobody_knows_is_refused(serve: Serve) -> None:
    with connect(serve()) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n")
        assert everything(client).startswith(b"HTTP/1.1 501 ")


def test_a_head_that_is_too_long_is_refused(serve: Serve) -> None:
    with connect(serve()) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000 + b"\r\n\r\n")
        assert everything(client).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_stranger_s_body_is_never_kept_and_does_not_reset_the_answer(serve: Serve, chunked: bool) -> None:
    served = serve(admit=lambda _environ: NOT_LOCAL, most_body=50_000_000)
    body = b"x" * 10_000_000
    sent = CHUNKED + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n" if chunked else post(body)
    with connect(served) as client:
        client.sendall(sent)
        said = everything(client)
    assert said.startswith(b"HTTP/1.1 403 Forbidden")
    assert b"Connection: close" in said
    assert served.application.got == [("/predict", b"")]


def test_a_body_nobody_asked_for_does_not_reset_the_next_request(serve: Serve) -> None:
    with connect(serve()) as client:
        for _ in range(3):
            client.sendall(post(b"x" * 500_000, path="/webhook"))
            assert answer(client)[0] == 200
            client.sendall(GET)
            assert answer(client)[0] == 200


def test_a_chunked_body_is_put_together(serve: Serve) -> None:
    with connect(serve()) as client:
        for _ in range(2):
            client.sendall(CHUNKED + b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\n")
            assert answer(client) == (200, b"hello world")


def test_a_client_that_waits_to_be_told_so_is_told_to_go_on(serve: Serve) -> None:
    with connect(serve()) as client:
        client.sendall(post(length=5, more="Expect: 100-continue\r\n"))
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"hello")
        assert answer(client) == (200, b"hello")


def test_a_stranger_who_waits_to_be_told_so_is_not(serve: Serve) -> None:
    with connect(serve(admit=lambda _environ: NOT_LOCAL)) as client:
        client.sendall(post(length=5, more="Expect: 100-continue\r\n"))
        assert client.recv(1000).startswith(b"HTTP/1.1 403 ")


def test_large_bodies_are_read_as_far_as_there_is_room(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two at a time, here; the third is read when one of them is answered. Small ones do not wait."""
    monkeypatch.setattr("backend.interfaces.web.worker.ROOMS", 2)
    hold = {"go": False}

    def slowly(body: bytes) -> bytes:
        until(lambda: hold["go"] or len(body) < 1000)
        return b"%d" % len(body)

    served = serve(most_body=1_000_000, answer=slowly)
    with connect(served) as first, connect(served) as second, connect(served) as third, connect(served) as small:
        for client in (first, second, third):
            client.sendall(post(length=900_000) + b"x" * 300_000)
            client.sendall(b"x" * 600_000)
            time.sleep(0.05)
        until(lambda: len(served.application.got) == 2)
        small.sendall(GET)
        assert answer(small) == (200, b"0")
        assert len(served.application.got) == 3
        hold["go"] = True
        assert {answer(client) for client in (first, second, third)} == {(200, b"900000")}


def test_a_large_body_that_finds_no_room_is_told_so(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.interfaces.web.worker.ROOMS", 1)
    monkeypatch.setattr(connection, "ROOM_S", 0.2)
    hold = {"go": False}

    def slowly(_body: bytes) -> bytes:
        until(lambda: hold["go"])
        return b""

    served = serve(answer=slowly)
    with connect(served) as first, connect(served) as second:
        first.sendall(post(b"x" * 900_000))
        until(lambda: served.application.got)
        second.sendall(post(b"x" * 900_000))
        assert everything(second).startswith(b"HTTP/1.1 503 ")
        hold["go"] = True
        assert answer(first)[0] == 200


def test_a_head_request_has_no_body(serve: Serve) -> None:
    with connect(serve()) as client:
        client.sendall(GET.replace(b"GET", b"HEAD") + GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert everything(client).count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize("target", ["http://localhost/health", "http://localhost/health?x=1", "/health", "/%68ealth"])
def test_a_target_with_a_host_is_its_path(serve: Serve, target: str) -> None:
    served = serve()
    with connect(served) as client:
        client.sendall(GET.replace(b"/health", target.encode()))
        assert answer(client)[0] == 200
    assert served.application.got == [("/health", b"")]
