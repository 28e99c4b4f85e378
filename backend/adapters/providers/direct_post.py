"""Direct post: a body to a model's server with aiohttp alone. The one file that asks httpx2 which transport it takes.

The openai client and httpx2 take three quarters of the CPU that a request costs: they make the same headers and the
same address once more for each. So the first request to an address goes through them, and the next ones repeat what it
sent, through the same session, with another body. Whoever needs another transport, as that of a proxy, keeps to them.
"""

from collections.abc import AsyncIterator, Callable, Mapping

import aiohttp
import httpx2
import openai

from backend.adapters.providers.capped_body import MOST_BYTES, read_capped

_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)
"""Its caller has a deadline for the whole request."""
_OWN = ("host", "content-length", "transfer-encoding")
"""Headers that aiohttp writes for each request."""
_TELEMETRY = "x-stainless-"
_PIECE = 16 * 1024
Heard = Callable[[Mapping[str, str]], None]
"""Is told the headers of an answer."""


def unheard(_headers: Mapping[str, str]) -> None:
    """Nobody is told."""


class DirectPost:
    """Posts to one address.

    session: of the transport that the openai client took
    request: what that client sent there
    """

    def __init__(self, session: aiohttp.ClientSession, request: httpx2.Request) -> None:
        self._session = session
        self._request = request
        self._url = str(request.url)
        self._headers = {
            name: value
            for name, value in request.headers.items()
            if name not in _OWN and not name.startswith(_TELEMETRY)
        }

    async def post(self, content: bytes, heard: Heard = unheard) -> bytes:
        """The body of the answer, whose headers `heard` is told.

        Raises what the openai client raises: APIStatusError for a refusal, APIConnectionError for a connection that
        breaks; as `read_capped` does; and some errors of aiohttp for what is not HTTP.
        """
        try:
            async with self._session.post(
                self._url,
                data=content,
                headers=self._headers,
                allow_redirects=False,
                auto_decompress=False,
                timeout=_NO_TIMEOUT,
            ) as reply:
                heard(reply.headers)
                return await (reply.read() if _is_plain(reply) else self._unpacked(reply))
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, httpx2.RequestError) as error:
            raise openai.APIConnectionError(request=self._request) from error

    async def _unpacked(self, reply: aiohttp.ClientResponse) -> bytes:
        """The body of what is not plain: packed, of unknown length, or a refusal."""
        stream = _Stream(reply)
        response = httpx2.Response(reply.status, headers=reply.raw_headers, stream=stream, request=self._request)
        await read_capped(response)
        if not response.is_success:
            raise refusal(response)
        return response.content


def _is_plain(reply: aiohttp.ClientResponse) -> bool:
    """Whether its body can be read as it is."""
    headers = reply.headers
    return (
        reply.status == 200
        and "Content-Encoding" not in headers
        and headers.get("Content-Type", "").startswith("application/json")
        and 0 <= (reply.content_length or -1) <= MOST_BYTES
    )


def refusal(response: httpx2.Response) -> openai.APIStatusError:
    """The error as the openai client makes it: with the JSON below the key `error`, if there is one."""
    try:
        body = response.json()
    except ValueError:
        body = response.text.strip()
    error = body.get("error", body) if isinstance(body, Mapping) else body
    return openai.APIStatusError(f"Error code: {response.status_code}", response=response, body=error)


def session_of(client: httpx2.AsyncClient, url: httpx2.URL) -> aiohttp.ClientSession | None:
    """The session in which `client` reaches that address; None if it does so in another way, as through a proxy."""
    transport = getattr(client, "_transport_for_url", lambda _: None)(url)
    session = getattr(transport, "client", None)
    proxied = getattr(transport, "proxy", True) is not None
    return session if isinstance(session, aiohttp.ClientSession) and not proxied else None


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, reply: aiohttp.ClientResponse) -> None:
        self._reply = reply

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._reply.content.iter_chunked(_PIECE):
            yield piece
