"""What is repeated, and what an error is called; answers and refusals are tested with `ChatCompletions`."""

import aiohttp
import httpx2
import openai
import pytest

from backend.adapters.providers.direct_post import DirectPost, refusal
from tests.scripted import run

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
