"""Connection pool: open connections to one address, to be used again. The one file that asks httpx2 which transport it
takes.

More are made by aiohttp's connector, with its look-ups, certificates and limits, as for the openai client.
"""

import asyncio

import aiohttp
import httpx2

from backend.adapters.providers.http_connection import Begun, HttpConnection, HttpReply

IDLE_S = 4.0
"""A connection that nobody used for so long is closed. Common servers (uvicorn, Node.js) close it after 5 seconds, and
a request that meets its end is lost."""
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)
"""Its caller has a deadline for the whole request."""


class ConnectionPool:
    """Belongs to one event loop. All connections are closed with the session of the connector.

    connector: makes connections
    request: any to that address, which tells the connector where it is
    """

    def __init__(
        self, connector: aiohttp.BaseConnector, request: aiohttp.ClientRequest, idle_s: float = IDLE_S
    ) -> None:
        self._connector = connector
        self._request = request
        self._idle_s = idle_s
        self._loop = asyncio.get_running_loop()
        self._idle: list[HttpConnection] = []  # the one used last is at the end, and is used first
        self._cleanup: asyncio.TimerHandle | None = None

    async def ask(self, head: bytes, body: bytes, begun: Begun) -> HttpReply:
        """See HttpConnection.ask; raises also what aiohttp does if no connection can be made."""
        connection = self._idle_one() or await self._new_one()
        try:
            reply = await connection.ask(head, body, begun)
        except BaseException:
            connection.close()
            raise
        self._keep(connection)
        return reply

    def _idle_one(self) -> HttpConnection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and connection.free_since + self._idle_s > self._loop.time():
                return connection
            connection.close()
        return None

    async def _new_one(self) -> HttpConnection:
        return HttpConnection(await self._connector.connect(self._request, [], _NO_TIMEOUT))

    def _keep(self, connection: HttpConnection) -> None:
        if not connection.is_free:
            connection.close()
            return
        connection.free_since = self._loop.time()
        self._idle.append(connection)
        if self._cleanup is None:
            self._cleanup = self._loop.call_later(self._idle_s, self._close_idle)

    def _close_idle(self) -> None:
        before = self._loop.time() - self._idle_s
        while self._idle and self._idle[0].free_since <= before:
            self._idle.pop(0).close()
        wait = self._idle[0].free_since - before if self._idle else None
        self._cleanup = None if wait is None else self._loop.call_later(wait, self._close_idle)


def connector_of(client: httpx2.AsyncClient, url: httpx2.URL) -> aiohttp.BaseConnector | None:
    """What makes the connections of `client` to that address; None if it reaches it in another way, as by a proxy."""
    transport = getattr(client, "_transport_for_url", lambda _: None)(url)
    session = getattr(transport, "client", None)
    proxied = getattr(transport, "proxy", True) is not None
    return session.connector if isinstance(session, aiohttp.ClientSession) and not proxied else None
