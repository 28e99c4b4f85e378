"""Direct post: a body to a model's server without the openai client.

The openai client, httpx2 and aiohttp take most of the CPU that a request costs: they make the same headers and the same
address once more for each. So the first request to an address goes through them, and the next ones repeat what it
sent, on connections that aiohttp makes. Whoever needs another transport, as that of a proxy, keeps to them.
"""

from collections.abc import Callable, Mapping

import aiohttp
import httpx2
import openai
from yarl import URL

from backend.adapters.providers.connection_errors import check_whole
from backend.adapters.providers.connection_pool import ConnectionPool
from backend.adapters.providers.http_connection import HttpReply

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
