"""Azure's deployments get the key in a header of their own, and a version of the API with each address."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from backend.adapters.providers.batch_api import BatchApi
from backend.adapters.providers.chat_completions import ChatCompletions
from backend.adapters.providers.embeddings_api import EmbeddingApi
from backend.adapters.providers.model_connection import ModelConnection
from backend.domain.chat.request import Completion
from backend.domain.connections.profiles import Profile, profile_named
from tests.scripted import request, run
from tests.unit.adapters.providers.test_chat_completions import chat

KEY = "sk-of-a-test"
Seen = list[tuple[str, str | None, str | None]]


def seen_by_server(profile: Profile | None, *calls: Callable[[ModelConnection], Any], **more: Any) -> Seen:
    """Query, `Authorization` and `api-key` of each request."""
    seen = Seen()

    async def handle(got: web.Request) -> web.Response:
        seen.append((got.query_string, got.headers.get("Authorization"), got.headers.get("api-key")))
        if got.path.endswith("/embeddings"):
            return web.json_response(
                {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [1]}]}
            )
        return web.json_response(chat() if got.method == "POST" else {"object": "list", "data": []})

    async def main() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handle)
        server = TestServer(app)
        await server.start_server()
        connection = ModelConnection(str(server.make_url("/deployments/d")), KEY, 5, profile=profile, **more)
        model = ChatCompletions(connection)
        assert isinstance(await model.complete(request("a"), 0), Completion)
        assert await model.models() == []
        for call in calls:
            await asyncio.to_thread(call, connection)
        await model.close()
        await server.close()

    run(main())
    return seen


@pytest.mark.parametrize("profile", [None, profile_named("openai"), profile_named("azure")])
def test_others_get_it_where_everybody_looks(profile: Profile | None) -> None:
    assert set(seen_by_server(profile)) == {("", f"Bearer {KEY}", None)}


def test_deployments_get_it_in_their_own_header_and_nowhere_else() -> None:
    calls = (lambda it: BatchApi(it).find("f"), lambda it: EmbeddingApi(it).vectors("m", ["a"]))
    seen = seen_by_server(profile_named("azure-deployments"), *calls)
    assert len(seen) == 4
    assert set(seen) == {("api-version=2024-10-21", None, KEY)}


def test_a_key_that_changes_is_sent_as_it_is_with_each_request() -> None:
    tokens = iter(["one", "two", "three", "four", "five"])
    calls = (lambda it: BatchApi(it).find("f"), lambda it: EmbeddingApi(it).vectors("m", ["a"]))
    seen = seen_by_server(None, *calls, renewed_key=lambda: next(tokens))
    assert [authorization for _, authorization, _ in seen] == [
        f"Bearer {name}" for name in ("one", "two", "three", "four")
    ]
