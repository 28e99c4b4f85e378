"""Chat post: where chat completions of a server are, and how a body gets there."""

import asyncio
from typing import Any

import httpx2
import openai

from backend.adapters.providers.connection_errors import is_elsewhere, moved, target_of
from backend.adapters.providers.connection_pool import connector_of
from backend.adapters.providers.direct_post import DirectPost, Heard, unheard
from backend.adapters.providers.model_connection import SettingNames

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
