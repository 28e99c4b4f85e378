"""Tests of answers and refusals run twice: with the openai client, which asks first, and without it.

A file that several of them send is read once.
"""

from collections.abc import Awaitable, Callable, Iterator
from functools import cache

import httpx2
import pytest
from openai import _base_client

from backend.adapters import pypdf
from backend.adapters.providers.chat_post import ChatPost, DirectPost, Heard, unheard

with_client = ChatPost.post
read_once = cache(pypdf.text_of)


async def directly(self: ChatPost, content: bytes, heard: Heard = unheard) -> bytes:
    """As if the server had answered before."""
    if self._direct is None:
        transport = self._transports._transport_for_url(httpx2.URL(self._url))
        transport.client = transport.client or transport.get_client()  # type: ignore[attr-defined]
        request = httpx2.Request("POST", self._url, headers=self._client.auth_headers)
        self._direct = DirectPost(transport.client.connector, request)  # type: ignore[attr-defined]
    return await with_client(self, content, heard)


@pytest.fixture(params=["openai", "direct"], scope="module")
def both_ways(request: pytest.FixtureRequest) -> Iterator[None]:
    """For a module's `pytestmark`."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "direct":
            patch.setattr(ChatPost, "post", directly)
        yield


@pytest.fixture(scope="module", autouse=True)
def files_are_read_once() -> Iterator[None]:
    """Each is read in a process of its own, which takes longer than the rest of a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pypdf, "text_of", read_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def clients_start_no_thread() -> Iterator[None]:
    """A client of openai looks up the name of the platform in a thread, before its first request. To start and end
    that thread takes longer than to ask a server of the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_base_client, "asyncify", _in_this_thread)
        yield


def _in_this_thread(function: Callable[[], object]) -> Callable[[], Awaitable[object]]:
    async def called() -> object:
        return function()

    return called
