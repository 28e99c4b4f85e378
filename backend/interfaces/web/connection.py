"""Connection: requests from one client, one after the other, read under deadlines and without a thread.

A body is read once its sender is let in, and only as far as there is room. What was not read ends the connection, after
the answer, so that no rest of it can be taken for the next request.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack, suppress
from email.utils import formatdate
from http import HTTPStatus
from json import dumps
from typing import Protocol

import h11

from backend.interfaces.web.admission import AdmissionLimits, verdict
from backend.interfaces.web.body_memory import BodyMemory
from backend.interfaces.web.pending_connections import PendingConnections
from backend.interfaces.web.wsgi import Answer, Environ, environ_of, with_body

HEAD_S, BODY_S, ROOM_S, SEND_S, LINGER_S = 10.0, 20.0, 30.0, 30.0, 5.0
"""Seconds for a whole head, a whole body, until there is room for one, for an answer to leave, and for what a client
still sends after an answer."""
MOST_HEAD = 32_768
SMALL = 262_144
"""Bytes of a body that count as no load."""
PIECE = 65_536


class HttpServer(Protocol):
    """What all connections share."""

    limits: AdmissionLimits
    body_memory: BodyMemory
    pending: PendingConnections
    keepalive_s: float
    stopping: bool

    async def answer(self, environ: Environ) -> Answer: ...


class Trouble(Exception):
    """A request that ends its connection: status and sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Connection:
    """`scheme`: http or https."""

    def __init__(
        self, server: HttpServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, scheme: str = "http"
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._scheme = scheme
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MOST_HEAD)

    async def serve(self) -> None:
        """Returns when the connection is to be closed. Raises OSError when it broke."""
        first_byte_s = HEAD_S
        while await self._exchange(first_byte_s):
            self._http.start_next_cycle()
            first_byte_s = self._server.keepalive_s

    async def _exchange(self, first_byte_s: float) -> bool:
        """One request and its answer; whether another may follow."""
        try:
            with self._server.pending.entered(self.drop):
                head = await self._head(first_byte_s)
            if head is None:
                return False
            await self._answer(head)
        except Trouble as trouble:
            await self._send(_answer_to(trouble), last=True)
        except h11.RemoteProtocolError as error:
            await self._send(_answer_to(Trouble(error.error_status_hint, "The request is not valid HTTP.")), last=True)
        if self._http.our_state is self._http.their_state is h11.DONE:
            return True
        with self._server.pending.entered(self.drop):
            await self._linger()
        return False

    def drop(self) -> None:
        """Lets the client go, whatever it is doing."""
        self._writer.transport.abort()

    async def _head(self, first_byte_s: float) -> h11.Request | None:
        """None when there comes no request at all."""
        if not self._http.trailing_data[0] and not await self._first_byte(first_byte_s):
            return None
        event = await _within(HEAD_S, self._event(), "The head of the request took too long.")
        return event if isinstance(event, h11.Request) else None

    async def _first_byte(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await self._receive()
        return False

    async def _answer(self, head: h11.Request) -> None:
        server, peer, local = self._server, self._address("peername"), self._address("sockname")
        environ = environ_of(head, peer, local, self._scheme)
        refused = verdict(server.limits.admit, environ) is not None
        async with AsyncExitStack() as holding:
            if not refused and not _is_larger(environ, server.limits.most_body):
                environ = with_body(environ, await self._body(environ, holding))
            answer = await server.answer(environ)
        await self._send(answer, last=self._http.their_state is not h11.DONE or server.stopping)

    async def _body(self, environ: Environ, holding: AsyncExitStack) -> bytes:
        """All of it, or one byte too many. What is beyond SMALL is read once there is room for all that may come."""
        if self._http.they_are_waiting_for_100_continue:
            self._write(h11.InformationalResponse(status_code=100, headers=[]))
        most = self._server.limits.most_body
        body = bytearray()
        with self._server.pending.entered(self.drop):
            await _within(BODY_S, self._read_into(body, min(SMALL, most)), TOO_SLOW)
            if len(body) > SMALL:
                await self._wait_for_room(int(environ.get("CONTENT_LENGTH", most)), holding)
                await _within(BODY_S, self._read_into(body, most), TOO_SLOW)
        return bytes(body)

    async def _wait_for_room(self, size: int, holding: AsyncExitStack) -> None:
        try:
            await holding.enter_async_context(self._server.body_memory.holding(size, ROOM_S))
        except TimeoutError:
            raise Trouble(503, "Too many large requests at once: try again, or select fewer tasks.") from None

    async def _read_into(self, body: bytearray, most: int) -> None:
        """Until its end, or until it is larger than `most`."""
        while len(body) <= most and self._http.their_state is h11.SEND_BODY:
            event = await self._event()
            if isinstance(event, h11.Data):
                body += event.data

    async def _event(self) -> object:
        """h11's next one, of those that say something."""
        while (event := self._http.next_event()) is h11.NEED_DATA:
            await self._receive()
        return event

    async def _receive(self) -> bool:
        """Whether something came; nothing does when the client has closed its side."""
        piece = await self._reader.read(PIECE)
        self._http.receive_data(piece)
        return bool(piece)

    def _write(self, event: h11.Event) -> None:
        self._writer.write(self._http.send(event) or b"")

    async def _send(self, answer: Answer, last: bool) -> None:
        """Nothing, when an answer has begun already."""
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        status, headers, body = answer
        answered = [(name, value) for name, value in headers if name.lower() not in ("content-length", "connection")]
        added = [("Date", formatdate(usegmt=True)), ("Content-Length", str(len(body)))]
        closing = [("Connection", "close")] if last else []
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in [*answered, *added, *closing]]
        self._write(h11.Response(status_code=status, headers=encoded, reason=_phrase(status)))
        self._write(h11.Data(data=body))
        self._write(h11.EndOfMessage())
        async with asyncio.timeout(SEND_S):
            await self._writer.drain()

    async def _linger(self) -> None:
        """Closing while the client still sends would reset the connection, and the answer might be lost with it."""
        if self._writer.can_write_eof():
            self._writer.write_eof()
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                while await self._reader.read(PIECE):
                    pass

    def _address(self, end: str) -> tuple[str, int]:
        """Empty for a Unix socket."""
        address = self._writer.get_extra_info(end)
        return (str(address[0]), int(address[1])) if isinstance(address, tuple) else ("", 0)


TOO_SLOW = "The body of the request took too long."


async def _within(seconds: float, work: Awaitable[None] | Awaitable[object], sentence: str) -> object:
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        raise Trouble(408, sentence) from None


def _is_larger(environ: Environ, most: int) -> bool:
    """Said beforehand; the application refuses it."""
    return int(environ.get("CONTENT_LENGTH") or 0) > most


def _phrase(status: int) -> bytes:
    return HTTPStatus(status).phrase.encode() if status in set(HTTPStatus) else b""


def _answer_to(trouble: Trouble) -> Answer:
    body = dumps({"error": str(trouble)}).encode() + b"\n"
    return trouble.status, [("Content-Type", "application/json")], body
