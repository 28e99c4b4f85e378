"""HTTP/1 as servers send it, and as hostile ones do: from a real socket, whole or in any pieces."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import aiohttp
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.providers.capped_body import MOST_BYTES, TooLarge
from backend.adapters.providers.connection_pool import ConnectionPool
from backend.adapters.providers.http_connection import MOST_HEAD_BYTES, HttpConnection, HttpReply, NotHttp
from tests.properties import cases
from tests.scripted import run
from tests.unit.adapters.providers.raw_server import CLOSE, HEAD, RawServer, asked, pooled

T = TypeVar("T")
ASKED = httpx2.Request("POST", "http://127.0.0.1:1/v1")
JSON = (b"Content-Type", b"application/json")
OK = b"HTTP/1.1 200 OK\r\n"
SIMPLE = OK + b"Content-Length: 2\r\n\r\nhi"
TOO_LONG = b"HTTP/1.1 413 Too long\r\nContent-Length: 0\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

KEPT: dict[str, tuple[bytes, bytes]] = {
    "length": (SIMPLE, b"hi"),
    "chunks": (CHUNKED + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde"),
    "chunks with extensions and trailers": (CHUNKED + b"3 ;a=b\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n", b"abc"),
    "chunks in capitals": (OK + b"TRANSFER-ENCODING: Chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
    "no body": (OK + b"Content-Length: 0\r\n\r\n", b""),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    "304": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 12\r\n\r\n", b""),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
    "1.0 that keeps": (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
    "100 first": (b"HTTP/1.1 100 Continue\r\n\r\n" + SIMPLE, b"hi"),
    "103 first": (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 3 + SIMPLE, b"hi"),
    "offer of an upgrade": (OK + b"Upgrade: h2\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
    "line feeds alone": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", b"hi"),
    "empty line first": (b"\r\n" + SIMPLE, b"hi"),
}
"""Name -> a reply after which the connection stays open, and its body."""
LEFT: dict[str, tuple[bytes, bytes]] = {
    "close": (OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
    "1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
    "until close": (OK + b"Content-Type: text/plain\r\n\r\nhi there", b"hi there"),
    "1.0 until close": (b"HTTP/1.0 200 OK\r\n\r\nhi", b"hi"),
    "nothing until close": (OK + b"\r\n", b""),
    "other coding until close": (OK + b"Transfer-Encoding: identity\r\n\r\nhi", b"hi"),
    "chunks, close": (OK + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", b"hi"),
}
"""Name -> a reply that ends its connection, and its body."""
CUT = [OK[:9], OK, OK + b"Content-Length: 5\r\n\r\nhi", CHUNKED, CHUNKED + b"2\r\nhi\r\n", SIMPLE[:-1], b""]
MALFORMED = [
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"<html></html>\r\n\r\n",
    b"HTTP/9.1 200 OK\r\n\r\n",
    b"HTTP/1.1 abc\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi",
    CHUNKED + b"zz\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0\r\n",
]
ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "headers": (OK, b"X-Header: 1\r\n" * 100),
    "one header": (OK + b"X-Header: ", b"x" * 1000),
    "reason": (b"HTTP/1.1 200 ", b"x" * 1000),
    "interim replies": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "empty lines": (b"", b"\r\n" * 500),
    "extensions of a chunk": (CHUNKED + b"2;", b"x" * 1000),
    "trailers": (CHUNKED + b"2\r\nhi\r\n0\r\n", b"X-Trailer: 1\r\n" * 100),
}
"""Name -> how a reply begins, and what comes again and again."""


def scene(act: Callable[[RawServer, ConnectionPool], Awaitable[T]], *replies: Sequence[bytes], **how: Any) -> T:
    """What comes of it with a server that has these replies."""

    async def played() -> T:
        async with RawServer(*replies, **how).running() as server, pooled(server) as pool:
            return await act(server, pool)

    return run(played())


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not reached():
            await asyncio.sleep(0.001)


async def twice(server: RawServer, pool: ConnectionPool) -> tuple[list[HttpReply], int]:
    """The replies to two requests, and the number of connections that they took."""
    return [await asked(pool), await asked(pool)], server.connections


@pytest.mark.parametrize(("sent", "body"), KEPT.values(), ids=KEPT)
def test_a_connection_is_used_again(sent: bytes, body: bytes) -> None:
    replies, connections = scene(twice, [sent])
    assert [reply.body for reply in replies] == [body] * 2
    assert connections == 1


@pytest.mark.parametrize(("sent", "body"), LEFT.values(), ids=LEFT)
def test_a_connection_that_the_server_ends_is_not_used_again(sent: bytes, body: bytes) -> None:
    replies, connections = scene(twice, [sent, CLOSE])
    assert [reply.body for reply in replies] == [body] * 2
    assert connections == 2


@pytest.mark.parametrize("sent", [LEFT["close"][0], LEFT["1.0"][0], LEFT["chunks, close"][0]])
def test_nor_one_that_the_server_only_says_it_ends(sent: bytes) -> None:
    assert scene(twice, [sent])[1] == 2


def test_status_and_headers_are_told() -> None:
    sent = b"HTTP/1.1 429 Slow down\r\nRetry-After: 3\r\nX-Name:  \xc3\xa4\r\nContent-Length: 0\r\n\r\n"
    ((reply, _), _) = scene(twice, [sent])
    assert reply.status == 429
    assert reply.headers == {"retry-after": "3", "x-name": "Ã¤", "content-length": "0"}
    assert reply.raw[1] == (b"X-Name", b"\xc3\xa4")


@cases(60)
@given(st.data())
def test_a_reply_may_come_in_any_pieces(data: st.DataObject) -> None:
    sent, body = data.draw(st.sampled_from([*KEPT.values(), *LEFT.values()]))
    places = sorted(data.draw(st.sets(st.integers(1, len(sent) - 1))))
    pieces = [sent[start:end] for start, end in zip([0, *places], [*places, len(sent)], strict=True)]

    async def act(_server: RawServer, pool: ConnectionPool) -> HttpReply:
        connection = await pool._new_one()
        asking = asyncio.create_task(connection.ask(HEAD + b"0\r\n\r\n", b"", lambda _reply: None))
        await asyncio.sleep(0)
        for piece in pieces:
            connection.data_received(piece)
        if not asking.done() and connection._answer is not None:
            connection.connection_lost(None)
        try:
            return await asking
        finally:
            connection.close()

    assert scene(act, []).body == body


@cases(60)
@given(st.binary(max_size=60), st.sampled_from([b"", OK, CHUNKED, SIMPLE]), st.integers(0, 50))
def test_any_bytes_are_a_reply_or_an_error(noise: bytes, before: bytes, cut: int) -> None:
    async def act(_server: RawServer, pool: ConnectionPool) -> object:
        connection = await pool._new_one()
        asking = asyncio.create_task(connection.ask(HEAD + b"0\r\n\r\n", b"", lambda _reply: None))
        await asyncio.sleep(0)
        for piece in (before, noise[:cut], noise[cut:]):
            if piece:
                connection.data_received(piece)
        connection.connection_lost(None)
        (found,) = await asyncio.gather(asking, return_exceptions=True)
        connection.close()
        return found

    assert isinstance(scene(act, []), HttpReply | NotHttp | ConnectionError)


@pytest.mark.parametrize("sent", CUT)
def test_a_reply_that_breaks_off_is_an_error_of_the_connection(sent: bytes) -> None:
    with pytest.raises(ConnectionError):
        scene(twice, [sent, CLOSE] if sent else [CLOSE])


@pytest.mark.parametrize("sent", MALFORMED)
def test_what_is_not_http_is_named(sent: bytes) -> None:
    with pytest.raises(NotHttp):
        scene(twice, [sent])


def test_a_server_that_speaks_first_does_not_speak_http() -> None:
    with pytest.raises(NotHttp):
        scene(twice, [SIMPLE], greeting=b"SSH-2.0-OpenSSH_9.2\r\n")


@pytest.mark.parametrize(("head", "piece"), ENDLESS.values(), ids=ENDLESS)
def test_what_has_no_end_is_not_read_to_it(head: bytes, piece: bytes) -> None:
    async def act(server: RawServer, pool: ConnectionPool) -> None:
        with pytest.raises(NotHttp):
            await asked(pool)
        await until(lambda: not server.open)

    scene(act, [head, *[piece] * (20 * MOST_HEAD_BYTES // len(piece))])


@pytest.mark.parametrize(
    "reply",
    [
        [OK + b"Content-Length: 90000000\r\n\r\n", *[bytes(100_000)] * 900],
        [CHUNKED, *[b"8000\r\n%s\r\n" % bytes(0x8000)] * 900],
    ],
    ids=["length", "chunks"],
)
def test_a_body_that_is_too_long_is_not_read_to_its_end(reply: list[bytes]) -> None:
    async def act(server: RawServer, pool: ConnectionPool) -> int:
        connection = await pool._new_one()
        with pytest.raises(TooLarge):
            await connection.ask(HEAD + b"0\r\n\r\n", b"", lambda _reply: None)
        await until(lambda: not server.open)
        return len(connection._body)

    assert scene(act, reply) < MOST_BYTES + 1_000_000


@pytest.mark.slow
def test_a_body_in_the_smallest_pieces_takes_no_more_memory_than_its_bytes() -> None:
    pieces = b"2\r\nhi\r\n" * 10_000

    async def act(_server: RawServer, pool: ConnectionPool) -> int:
        tracemalloc.start()
        try:
            assert len((await asked(pool)).body) == 1_000_000
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert scene(act, [CHUNKED, *[pieces] * 50, b"0\r\n\r\n"]) < 10_000_000


def test_a_second_reply_is_not_the_answer_to_the_next_request() -> None:
    wrong = SIMPLE.replace(b"hi", b"no")
    replies, connections = scene(twice, [SIMPLE + wrong], [SIMPLE])
    assert [reply.body for reply in replies] == [b"hi", b"hi"]
    assert connections == 2


@pytest.mark.parametrize("piece", [SIMPLE.replace(b"hi", b"no"), b"H", b"\0"])
def test_what_nobody_asked_for_ends_the_connection(piece: bytes) -> None:
    async def act(server: RawServer, pool: ConnectionPool) -> bytes:
        await asked(pool)
        await server.say(piece)
        await until(lambda: not server.open)
        return (await asked(pool)).body

    assert scene(act, [SIMPLE]) == b"hi"


def test_a_request_that_is_canceled_ends_its_connection() -> None:
    async def act(server: RawServer, pool: ConnectionPool) -> int:
        asking = asyncio.create_task(asked(pool))
        await until(lambda: bool(server.bodies))
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await until(lambda: not server.open)
        await asked(pool)
        return server.connections

    assert scene(act, [], [SIMPLE]) == 2


def test_a_long_body_arrives_whole() -> None:
    body = bytes(range(256)) * 80_000

    async def act(server: RawServer, pool: ConnectionPool) -> bool:
        await asked(pool, body)
        await asked(pool, b"short")
        return server.bodies == [body, b"short"]

    assert scene(act, [SIMPLE])


def test_a_server_that_answers_before_it_has_read_is_asked_anew() -> None:
    async def act(server: RawServer, pool: ConnectionPool) -> tuple[int, int]:
        reply = await asked(pool, bytes(50_000_000))
        await until(lambda: not server.open)
        return reply.status, server.connections

    assert scene(act, [TOO_LONG], reads=False) == (413, 1)


def test_a_refusal_of_a_long_body_ends_the_connection_although_all_of_it_was_sent() -> None:
    async def act(server: RawServer, pool: ConnectionPool) -> list[int]:
        counts = []
        for body in (b"short", bytes(100_000), b"short"):
            await asked(pool, body)
            counts.append(server.connections)
        return counts

    assert scene(act, [TOO_LONG]) == [1, 1, 2]


def test_whoever_is_told_of_the_headers_may_end_the_reply() -> None:
    def refuse(reply: HttpReply) -> None:
        raise LookupError(reply.headers["x-kind"])

    async def act(server: RawServer, pool: ConnectionPool) -> None:
        with pytest.raises(LookupError, match="stream"):
            await pool.ask(HEAD + b"0\r\n\r\n", b"", refuse)
        await until(lambda: not server.open)

    scene(act, [CHUNKED.replace(b"\r\n\r\n", b"\r\nX-Kind: stream\r\n\r\n"), *[b"1\r\nx\r\n"] * 100])


def test_a_connection_that_has_ended_is_not_taken() -> None:
    async def act(_server: RawServer, pool: ConnectionPool) -> None:
        connection = await pool._connector.connect(pool._request, [], aiohttp.ClientTimeout())
        connection.close()
        with pytest.raises(ConnectionError):
            HttpConnection(connection)

    scene(act, [SIMPLE])


@pytest.mark.parametrize(
    ("status", "headers", "plain"),
    [
        (200, [JSON], True),
        (200, [(b"content-TYPE", b"application/json; charset=utf-8")], True),
        (201, [JSON], False),
        (200, [JSON, (b"Content-Encoding", b"gzip")], False),
        (200, [(b"Content-Type", b"text/html")], False),
        (200, [], False),
        (400, [JSON], False),
    ],
)
def test_a_plain_answer_is_read_as_it_is(status: int, headers: list[tuple[bytes, bytes]], plain: bool) -> None:
    assert HttpReply(status, headers).is_plain == plain


@pytest.mark.parametrize(
    ("headers", "until_close"),
    [
        ([], True),
        ([(b"Content-Length", b"2")], False),
        ([(b"Transfer-Encoding", b"gzip, Chunked")], False),
        ([(b"Transfer-Encoding", b"identity")], True),
    ],
)
def test_what_tells_no_length_ends_with_the_connection(headers: list[tuple[bytes, bytes]], until_close: bool) -> None:
    assert HttpReply(200, headers).is_until_close == until_close


@pytest.mark.parametrize(("coding", "packs"), [(b"gzip", gzip.compress), (b"deflate", zlib.compress)])
def test_a_packed_body_is_unpacked(coding: bytes, packs: Callable[[bytes], bytes]) -> None:
    response = run(HttpReply(200, [(b"Content-Encoding", coding)], packs(b"hi")).unpacked(ASKED))
    assert (response.content, response.request) == (b"hi", ASKED)


def test_a_body_that_is_not_packed_as_it_says_is_an_error() -> None:
    with pytest.raises(httpx2.DecodingError):
        run(HttpReply(200, [(b"Content-Encoding", b"gzip")], b"hi").unpacked(ASKED))


def test_a_body_that_swells_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(100_000_000), 9)
    with pytest.raises(TooLarge):
        run(HttpReply(200, [(b"Content-Encoding", b"gzip")], bomb).unpacked(ASKED))
