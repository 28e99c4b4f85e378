"""Where a session is found, and what an error is called; answers and refusals are tested with `ChatCompletions`."""

import aiohttp
import httpx2
import openai
import pytest

from backend.adapters.providers.direct_post import DirectPost, refusal, session_of
from tests.scripted import run

HERE = httpx2.URL("http://127.0.0.1:1/v1/chat/completions")


def test_a_client_of_another_kind_has_no_session() -> None:
    async def found() -> object:
        async with httpx2.AsyncClient() as client:
            return session_of(client, HERE)

    assert run(found()) is None


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


def test_telemetry_and_what_aiohttp_writes_itself_are_left_out() -> None:
    async def headers() -> object:
        async with aiohttp.ClientSession() as session:
            sent = {"Authorization": "Bearer k", "X-Stainless-OS": "Linux", "Content-Length": "3"}
            return DirectPost(session, httpx2.Request("POST", HERE, headers=sent))._headers

    assert run(headers()) == {"authorization": "Bearer k"}
