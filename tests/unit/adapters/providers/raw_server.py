"""A server that answers requests with bytes as a test gives them."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import aiohttp
from yarl import URL

from backend.adapters.providers.connection_pool import IDLE_S, ConnectionPool
from backend.adapters.providers.http_connection import HttpReply

CLOSE = b"close"
"""Ends the connection."""
HEAD = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: "


class RawServer:
    """Sends one of the replies after each request, and the last one also after all others.

    replies: pieces of bytes, each sent by itself; CLOSE among them ends the connection
    greeting: sent before anything is asked
    reads: whether it reads the bodies of requests

    heads, bodies: of the requests that came
    connections: how many were made
    open: how many are open
    """

    def __init__(self, *replies: Sequence[bytes], greeting: bytes = b"", reads: bool = True) -> None:
        self._replies, self._greeting, self._reads = replies, greeting, reads
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.connections = self.open = 0
        self.port = 0
        self._writers: list[asyncio.StreamWriter] = []

    @asynccontextmanager
    async def running(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> AsyncIterator["RawServer"]:
        server = await asyncio.start_server(self._serve, host, 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for writer in self._writers:
                writer.transport.abort()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self._writers.append(writer)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                writer.write(self._greeting)
                while not writer.is_closing():
                    await self._one(reader, writer)
        finally:
            self.open -= 1
            writer.transport.abort()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))
        if self._reads:
            length = re.search(rb"(?i)content-length: (\d+)", self.heads[-1])
            self.bodies.append(await reader.readexactly(int(length[1]) if length else 0))
        for piece in self._replies[min(len(self.heads), len(self._replies)) - 1]:
            if piece == CLOSE:
                writer.close()
                return
            writer.write(piece)
            await writer.drain()

    async def say(self, piece: bytes) -> None:
        """To whom asked last, without being asked."""
        self._writers[-1].write(piece)
        await self._writers[-1].drain()

    def hang_up(self) -> None:
        """Ends all connections."""
        for writer in self._writers:
            writer.close()


@asynccontextmanager
async def pooled(
    server: RawServer, host: str = "127.0.0.1", idle_s: float = IDLE_S, tls: ssl.SSLContext | None = None
) -> AsyncIterator[ConnectionPool]:
    """Connections to it."""
    url = URL(f"http{'s' if tls else ''}://{f'[{host}]' if ':' in host else host}:{server.port}/")
    connector = aiohttp.TCPConnector(ssl=tls or True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield ConnectionPool(connector, aiohttp.ClientRequest("POST", url, session=session), idle_s)


async def asked(pool: ConnectionPool, body: bytes = b"{}") -> HttpReply:
    return await pool.ask(b"%s%d\r\n\r\n" % (HEAD, len(body)), body, lambda _reply: None)
