"""HTTP connection: sends one request after another, and reads the replies with httptools alone.

aiohttp makes the connection, so this file knows no host names, proxies or certificates. Requests are not repeated: if a
server goes away, nobody knows whether it has begun to answer and therefore charges.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import httptools
import httpx2
from aiohttp.connector import Connection

from backend.adapters.providers.capped_body import MOST_BYTES, TooLarge, read_capped

MOST_HEAD_BYTES = 64 * 1024
"""Of what comes without a part of a body: status, headers, interim replies, trailers."""
_SHORT = 64 * 1024
"""A body up to this length is sent in one piece with its head; a longer one is not copied for that."""
_PIECE = 16 * 1024


class NotHttp(ValueError):
    """A server sent something else than one reply in HTTP/1."""


@dataclass(slots=True)
class HttpReply:
    """A final one: interim replies, 1xx, are left out.

    raw: names and values of the headers, as they came
    headers: the same as text, with names in lower case; of a header that came twice, the last
    body: as it came, so perhaps packed; empty until all of it is there
    """

    status: int
    raw: list[tuple[bytes, bytes]]
    headers: dict[str, str] = field(init=False)
    body: bytes = b""

    def __post_init__(self) -> None:
        self.headers = {name.decode("latin-1").lower(): value.decode("latin-1").strip() for name, value in self.raw}

    @property
    def is_plain(self) -> bool:
        """Whether it is an answer whose body can be read as it is."""
        headers = self.headers
        return (
            self.status == 200
            and "content-encoding" not in headers
            and headers.get("content-type", "").startswith("application/json")
        )

    @property
    def is_until_close(self) -> bool:
        """Whether its body ends with the connection: RFC 9112, 6.3."""
        coding = self.headers.get("transfer-encoding", "")
        return "content-length" not in self.headers and "chunked" not in coding.lower()

    async def unpacked(self, request: httpx2.Request) -> httpx2.Response:
        """As httpx2 reads it. Raises what `read_capped` raises, and httpx2.DecodingError.

        request: what it answers
        """
        stream = _Stream(self.body)
        response = httpx2.Response(self.status, headers=self.raw, stream=stream, request=request)
        await read_capped(response)
        return response


Begun = Callable[[HttpReply], None]
"""Is told of a reply when its headers are there, and may raise to end it."""


class HttpConnection(asyncio.Protocol):
    """Asks one request at a time.

    connection: its own protocol hears only of its end, for which the session waits that made it
    is_free: whether another request may be asked, because the last reply is whole and its server keeps the connection

    Raises ConnectionError for a connection that has ended, NotHttp for one on which something came unasked.
    """

    def __init__(self, connection: Connection) -> None:
        handler, transport = connection.protocol, connection.transport
        if handler is None or transport is None:
            connection.close()
            raise _closed()
        if handler.should_close:
            connection.close()
            raise NotHttp
        self._connection, self._handler, self._transport = connection, handler, transport
        self._parser = httptools.HttpResponseParser(self)
        # What aiohttp accepts: headers after which servers of all kinds were known to be readable.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        self._answer: asyncio.Future[HttpReply] | None = None
        self._reply: HttpReply | None = None
        self.is_free = True
        self.free_since = 0.0
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        return not self._transport.is_closing()

    async def ask(self, head: bytes, body: bytes, begun: Begun) -> HttpReply:
        """The whole reply. Raises NotHttp, TooLarge, OSError for a connection that breaks, and what `begun` raises;
        after that, or if it is canceled, the caller closes the connection."""
        self._begun, self._bare, self._is_long = begun, 0, len(body) > _SHORT
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()
        self.is_free = False
        self._answer = asyncio.get_running_loop().create_future()
        if self._is_long:
            self._transport.write(head)
            self._transport.write(body)
        else:
            self._transport.write(head + body)
        return await self._answer

    def close(self) -> None:
        """At once: nothing that waits to be sent is of use."""
        self._transport.abort()
        self._connection.close()

    def data_received(self, data: bytes) -> None:
        if self._answer is None:
            self.close()  # nobody asked: it must not become the answer to the next request
            return
        size = len(self._body)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail(NotHttp())
            return
        if len(self._body) == size:
            self._count_bare(len(data))

    def _count_bare(self, size: int) -> None:
        self._bare += size
        if self._bare > MOST_HEAD_BYTES:
            self._fail(NotHttp())

    def connection_lost(self, error: Exception | None) -> None:
        self._handler.connection_lost(error)
        if self._reply is not None and self._reply.is_until_close:
            self._finish()
        self._fail(error or _closed())

    def _fail(self, error: Exception) -> None:
        answer, self._answer, self._reply = self._answer, None, None
        if answer is not None and not answer.done():
            answer.set_exception(error)
        self.close()

    def _finish(self) -> None:
        answer, reply = self._answer, self._reply
        self._answer = self._reply = None
        if answer is not None and reply is not None and not answer.done():
            reply.body = bytes(self._body)
            answer.set_result(reply)
        self._body = bytearray()

    # What httptools calls:

    def on_message_begin(self) -> None:
        self._headers = []
        if self._answer is None:  # a second reply right behind the one that was asked for
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200 or self._answer is None:
            return
        self._reply = HttpReply(status, self._headers)
        try:
            self._begun(self._reply)
        except Exception as error:
            self._fail(error)

    def on_body(self, part: bytes) -> None:
        self._body += part  # not kept in parts: a server can send millions of them
        if len(self._body) > MOST_BYTES:
            self._fail(TooLarge())

    def on_message_complete(self) -> None:
        if self._reply is not None:
            # A server that refuses before it has read the request would take the rest for the next one.
            is_read = not (self._is_long and self._reply.status >= 400) and not self._transport.get_write_buffer_size()
            self.is_free = self._parser.should_keep_alive() and is_read
            self._finish()


def _closed() -> ConnectionResetError:
    return ConnectionResetError("The server closed the connection before its answer was whole.")


class _Stream(httpx2.AsyncByteStream):
    """In pieces, so that what swells when it is unpacked is noticed in time."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._body), _PIECE):
            yield self._body[start : start + _PIECE]
