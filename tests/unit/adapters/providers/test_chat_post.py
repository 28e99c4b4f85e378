"""The openai client asks first; then it is left out, where no proxy is in between."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import httpx2
import openai
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from backend.adapters.providers.chat_completions import ChatCompletions
from backend.adapters.providers.chat_post import DirectPost, refusal
from backend.adapters.providers.model_connection import ModelConnection
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure
from backend.errors import ProviderError
from tests.certificates import self_signed, server_context
from tests.scripted import run, template
from tests.unit.adapters.providers.raw_server import RawServer
from tests.unit.adapters.providers.test_chat_completions import KEY, ScriptedProvider, chat, error

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
    provider = ScriptedProvider(chat())
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
    found = run(several(ScriptedProvider(error(500), chat(), chat()).handle, 3))
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
    found = run(several(ScriptedProvider(chat()).handle, 2))
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


def test_what_is_accepted_packed_can_be_unpacked() -> None:
    """The header Accept-Encoding of the first request is repeated by those that follow."""
    provider = ScriptedProvider(chat())
    run(several(provider.handle, 2))
    first, second = (headers["Accept-Encoding"] for headers in provider.headers)
    assert first == second
    assert {name.strip() for name in second.split(",")} <= set(httpx2._decoders.SUPPORTED_DECODERS)


def test_a_certificate_that_changes_later_is_refused(
    posts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the certificates of direct connections are checked, too."""
    good, other = self_signed(tmp_path, "DNS:localhost"), self_signed(tmp_path, "DNS:elsewhere.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(good))
    tls, wrong = server_context(good), server_context(other)
    body = json.dumps(chat()).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    server = RawServer([head % len(body) + body])

    async def scene() -> None:
        async with server.running(tls=tls):
            model = ChatCompletions(ModelConnection(f"https://localhost:{server.port}/v1", KEY, 5))
            try:
                for attempt in range(2):
                    assert isinstance(await model.complete(ASK, attempt), Completion)
                tls.sni_callback = lambda handshake, _name, _context: setattr(handshake, "context", wrong)
                await model.complete(ASK, 2)
            finally:
                await model.close()

    with pytest.raises(ProviderError, match="certificate of https://localhost"):
        run(scene())
    assert len(posts) == 1
    assert len(server.bodies) == 2


def test_first_requests_at_once_have_one_successor() -> None:
    """Each of them might begin a pool of its own, whose connections nobody used after the next one."""
    connections: list[object] = []
    asked: list[str] = []

    async def handle(got: web.Request) -> web.Response:
        asked.append(got.path)
        if got.transport not in connections:
            connections.append(got.transport)
        await asyncio.sleep(0.005 * len(asked) if len(asked) <= 8 else 0)  # one after the other
        return web.json_response(chat())

    async def scene() -> None:
        app = web.Application()
        app.router.add_post("/{path:.*}", handle)
        async with TestServer(app) as server:
            model = ChatCompletions(ModelConnection(str(server.make_url("/v1")), KEY, 5))
            try:
                await asyncio.gather(*(ask_often(model) for _ in range(8)))
            finally:
                await model.close()

    async def ask_often(model: ChatCompletions) -> None:
        for attempt in range(8):
            assert isinstance(await model.complete(ASK, attempt), Completion)

    run(scene())
    assert len(asked) == 64
    assert len(connections) <= 8


HERE = httpx2.URL("http://127.0.0.1:1/v1/chat/completions")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b'{"error": {"code": "c"}}', "c"), (b'{"code": "d"}', "d"), (b"<html>", None), (b"[1]", None)],
)
def test_an_error_is_made_as_the_openai_client_makes_it(content: bytes, code: str | None) -> None:
    response = httpx2.Response(400, content=content, request=httpx2.Request("POST", HERE))
    ours = refusal(response)
    client = openai.AsyncOpenAI(api_key="key", base_url="http://127.0.0.1:1/v1")
    theirs = client._make_status_error_from_response(response)
    assert ours.code == code
    assert (ours.body, ours.code, ours.type, ours.param, ours.status_code) == (
        theirs.body,
        theirs.code,
        theirs.type,
        theirs.param,
        theirs.status_code,
    )


def head(url: str, headers: dict[str, str]) -> list[str]:
    """The lines of the head of the requests after the first, whose headers these were."""

    async def made() -> bytes:
        async with aiohttp.ClientSession() as session:
            assert session.connector is not None
            return DirectPost(session.connector, httpx2.Request("POST", url, headers=headers))._head

    return run(made()).decode().split("\r\n")


def test_telemetry_and_lengths_are_left_out() -> None:
    first = {"Authorization": "Bearer k", "X-Stainless-OS": "Linux", "Content-Length": "3", "Accept": "*/*"}
    line, *lines = head(str(HERE), first)
    assert line == "POST /v1/chat/completions HTTP/1.1"
    names = sorted(line.lower().partition(":")[0] for line in lines)
    assert names == ["accept", "accept-encoding", "authorization", "content-length", "host", "user-agent"]
    assert "Host: 127.0.0.1:1" in lines
    assert "authorization: Bearer k" in lines
    assert lines[-1] == "Content-Length: "


@pytest.mark.parametrize(
    ("url", "path", "host"),
    [
        ("http://model.test/v1?api-version=1&b=%20", "/v1?api-version=1&b=%20", "model.test"),
        ("https://model.test:443/a%2Fb/", "/a%2Fb/", "model.test"),
        ("http://[::1]:8000/v1", "/v1", "[::1]:8000"),
        ("http://m\u00fcller.test/v1", "/v1", "xn--mller-kva.test"),
    ],
)
def test_the_address_is_written_as_aiohttp_writes_it(url: str, path: str, host: str) -> None:
    line, *lines = head(url, {})
    assert line == f"POST {path} HTTP/1.1"
    assert f"Host: {host}" in lines
