"""The openai client asks first; then aiohttp alone asks in the same way, where no proxy is in between."""

import gzip
import json
from collections.abc import Awaitable, Callable

import openai
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from backend.adapters.providers.chat_completions import ChatCompletions
from backend.adapters.providers.model_connection import ModelConnection
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure
from tests.scripted import run, template
from tests.unit.adapters.providers.test_chat_completions import KEY, Provider, chat, error

ASK = ChatRequest(template(parameters={"temperature": 0}), "I love it")
Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def several(handle: Handle, times: int, url: str | None = None) -> list[Completion | Failure]:
    """What a server says to that many requests, one after the other; `url` leads there in another way."""
    app = web.Application()
    app.router.add_post("/{path:.*}", handle)
    server = TestServer(app)
    await server.start_server()
    model = ChatCompletions(ModelConnection(url or str(server.make_url("/v1")), KEY, 5))
    try:
        return [await model.complete(ASK, attempt) for attempt in range(times)]
    finally:
        await model.close()
        await server.close()


@pytest.fixture
def posts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that the openai client posts to."""
    seen: list[str] = []
    post = openai.AsyncOpenAI.post

    async def noted(self: openai.AsyncOpenAI, path: str, **how: object) -> object:
        seen.append(path)
        return await post(self, path, **how)  # type: ignore[call-overload]

    monkeypatch.setattr(openai.AsyncOpenAI, "post", noted)
    return seen


def test_only_the_first_request_goes_through_the_openai_client(posts: list[str]) -> None:
    provider = Provider(chat())
    found = run(several(provider.handle, 3))
    assert all(isinstance(each, Completion) for each in found)
    assert len(posts) == 1
    first, *others = [
        {name: value for name, value in headers.items() if not name.lower().startswith("x-stainless")}
        for headers in provider.headers
    ]
    assert first["Authorization"] == f"Bearer {KEY}"
    for other in others:
        assert {name.lower(): value for name, value in other.items()} == {
            name.lower(): value for name, value in first.items()
        }
    assert provider.bodies[0] == provider.bodies[2]


def test_a_request_that_is_refused_first_leaves_the_openai_client_in_place(posts: list[str]) -> None:
    found = run(several(Provider(error(500), chat(), chat()).handle, 3))
    assert [type(each) for each in found] == [Failure, Completion, Completion]
    assert len(posts) == 2


def test_packed_answers_and_answers_of_unknown_length_are_read(posts: list[str]) -> None:
    async def handle(got: web.Request) -> web.StreamResponse:
        if got.headers.get("X-Stainless-Retry-Count") or len(posts) > 1:
            return web.json_response(chat())
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
        await response.prepare(got)
        await response.write(gzip.compress(json.dumps(chat()).encode()))
        return response

    found = run(several(handle, 2))
    assert all(isinstance(each, Completion) for each in found)
    assert len(posts) == 1


def test_a_proxy_gets_all_requests(posts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def proxied() -> list[Completion | Failure]:
        async def handle(got: web.Request) -> web.StreamResponse:
            asked.append(got.raw_path)
            return web.json_response(chat())

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handle)
        proxy = TestServer(app)
        await proxy.start_server()
        monkeypatch.setenv("HTTP_PROXY", str(proxy.make_url("")))
        monkeypatch.delenv("NO_PROXY", raising=False)
        try:
            return await several(handle, 2, "http://model.test/v1")
        finally:
            await proxy.close()

    found = run(proxied())
    assert all(isinstance(each, Completion) for each in found), found
    assert asked == ["http://model.test/v1/chat/completions"] * 2
    assert len(posts) == 2


def test_an_address_that_is_left_out_of_the_proxy_is_asked_directly(
    posts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    found = run(several(Provider(chat()).handle, 2))
    assert all(isinstance(each, Completion) for each in found), found
    assert len(posts) == 1


def test_a_path_that_moves_later_is_followed_and_learnt_anew(posts: list[str]) -> None:
    asked: list[str] = []

    async def handle(got: web.Request) -> web.StreamResponse:
        asked.append(got.path)
        if len(asked) == 2:
            raise web.HTTPPermanentRedirect(f"{got.path}/")
        return web.json_response(chat())

    found = run(several(handle, 3))
    assert all(isinstance(each, Completion) for each in found), found
    old, new = "/v1/chat/completions", "/v1/chat/completions/"
    assert asked == [old, old, new, new]
    assert len(posts) == 2
