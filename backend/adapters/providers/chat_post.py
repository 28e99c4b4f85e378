"""Chat post: knows the address of a server's chat completions, and posts a request body to it.

The openai client, httpx2 and aiohttp take most of the CPU that a request costs: they make the same headers and the same
address once more for each. So the first request to an address goes through them, and a DirectPost repeats what it sent
for the next ones, on connections that aiohttp makes. If a server needs another transport, such as a proxy, all requests
go through the openai client.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import httpx2
import openai
from yarl import URL

from backend.adapters.providers.connection_errors import check_whole, is_elsewhere, moved, target_of
from backend.adapters.providers.connection_pool import ConnectionPool, connector_of
from backend.adapters.providers.http_connection import HttpReply
from backend.adapters.providers.model_connection import SettingNames

_OWN = ("host", "content-length", "transfer-encoding")
"""Headers that are made anew."""
_TELEMETRY = "x-stainless-"
Heard = Callable[[Mapping[str, str]], None]
"""Is told the headers of an answer; their names are in lower case, or read in any case."""


def unheard(_headers: Mapping[str, str]) -> None:
    """Nobody is told."""


class DirectPost:
    """Posts to one address.

    connector: of the transport that the openai client took
    request: what that client sent there
    """

    def __init__(self, connector: aiohttp.BaseConnector, request: httpx2.Request) -> None:
        self._request = request
        repeated = aiohttp.ClientRequest("POST", URL(str(request.url)), headers=_repeated(request))
        self._head = _head(repeated)
        self._pool = ConnectionPool(connector, repeated)

    async def post(self, content: bytes, heard: Heard = unheard) -> bytes:
        """The body of the answer, whose headers `heard` is told.

        Raises what the openai client raises: APIStatusError for a refusal, APIConnectionError for a connection that
        breaks; as `read_capped` does; and NotHttp.
        """

        def begun(reply: HttpReply) -> None:
            heard(reply.headers)
            check_whole(reply.status, reply.headers)

        try:
            reply = await self._pool.ask(b"%s%d\r\n\r\n" % (self._head, len(content)), content, begun)
            return reply.body if reply.is_plain else await self._unpacked(reply)
        except (aiohttp.ClientConnectionError, OSError, httpx2.RequestError) as error:
            raise openai.APIConnectionError(request=self._request) from error

    async def _unpacked(self, reply: HttpReply) -> bytes:
        response = await reply.unpacked(self._request)
        if not response.is_success:
            raise refusal(response)
        return response.content


def _repeated(request: httpx2.Request) -> dict[str, str]:
    """Its headers without what belongs to that request alone."""
    return {
        name: value for name, value in request.headers.items() if name not in _OWN and not name.startswith(_TELEMETRY)
    }


def _head(request: aiohttp.ClientRequest) -> bytes:
    """The head of a request, up to the length of its body."""
    headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
    lines = [f"POST {request.url.raw_path_qs} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "Content-Length: "]).encode()


def refusal(response: httpx2.Response) -> openai.APIStatusError:
    """The error as the openai client makes it: with the JSON below the key `error`, if there is one."""
    try:
        body = response.json()
    except ValueError:
        body = response.text.strip()
    error = body.get("error", body) if isinstance(body, Mapping) else body
    return openai.APIStatusError(f"Error code: {response.status_code}", response=response, body=error)


_MOST_MOVES = 5
_JSON = {"Content-Type": "application/json"}


class ChatPost:
    """Belongs to one event loop.

    client: asks first, and whenever an address is not reached directly
    transports: those of `client`
    timeout_s: for a whole request
    repeats: whether the headers of one request do for the next; not if their key is renewed
    """

    def __init__(
        self, client: openai.AsyncOpenAI, transports: httpx2.AsyncClient, timeout_s: float, *, repeats: bool = True
    ) -> None:
        self._client = client
        self._transports = transports
        self._timeout_s = timeout_s
        self._repeats = repeats
        # Whole, because the client would put it together for each request, at a tenth of the CPU that asking takes.
        self._url = f"{str(client.base_url).rstrip('/')}/chat/completions"
        self._direct: DirectPost | None = None
        self._moves = 0

    async def post(self, content: bytes, heard: Heard = unheard) -> bytes:
        """The answer; `heard` is told its headers. Raises TimeoutError, and what the openai client raises."""
        async with asyncio.timeout(self._timeout_s):  # the client's own is for the gap between two bytes
            if self._direct is not None:
                return await self._direct.post(content, heard)
            return await self._post_with_client(content, heard)

    async def _post_with_client(self, content: bytes, heard: Heard) -> bytes:
        """The typed `create()` would take twice the CPU; the raw post sends the same request."""
        url = self._url
        response = await self._client.post(url, cast_to=httpx2.Response, content=content, options={"headers": _JSON})
        heard(response.headers)
        if self._repeats and self._direct is None and url == self._url:
            self._direct = self._repeating(response.request)
        return response.content

    def _repeating(self, request: httpx2.Request) -> DirectPost | None:
        """For the next requests like this one. None if they go another way, as by a proxy."""
        connector = connector_of(self._transports, request.url)
        return None if connector is None else DirectPost(connector, request)

    def move(self, error: openai.APIStatusError, where: str, named: SettingNames) -> None:
        """Continues at the path that this server names in a redirect. Raises ProviderError if it names another server.

        where: the server, for people
        named: what is to be corrected
        """
        if error.request.url != httpx2.URL(self._url):
            return  # another request has found the way
        target = target_of(error)
        self._moves += 1
        if target is None or is_elsewhere(error.request.url, target) or self._moves > _MOST_MOVES:
            raise moved(error, where, named)
        self._url, self._direct = str(target), None

    def as_status(self, status: int, error: dict[str, Any]) -> openai.APIStatusError:
        """The error of a refusal whose own status is 200."""
        response = httpx2.Response(status, request=httpx2.Request("POST", self._url))
        return openai.APIStatusError(str(error.get("message")), response=response, body=error)
