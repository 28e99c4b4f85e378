"""The model's client against a real HTTP server on this machine that answers what a test tells it to."""

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from math import log
from pathlib import Path
from typing import Any, NoReturn

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.providers.chat_completions import ChatCompletions
from backend.adapters.providers.model_connection import ModelConnection
from backend.adapters.providers.rate_headers import retry_after
from backend.domain.answer import Labels
from backend.domain.chat.judged import is_done, judge
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.chat.response_parser import read
from backend.domain.document import Document
from backend.domain.outcome import Failure, Rejection
from backend.domain.resolution.logprob_confidence import Counted, confidence
from backend.errors import ProviderError, SettingsError
from demo.stand_in.server import StandIn
from demo.stand_in.switches import Switches
from tests.certificates import self_signed, server_context
from tests.pictures import document, picture
from tests.scripted import GOOD, choices, request, run, some, template

pytestmark = pytest.mark.usefixtures("both_ways")

KEY = "sk-very-secret"
ASK = ChatRequest(template(parameters={"temperature": 0, "max_tokens": 50}), "I love it")
HANG, CUT = "hang", "cut"

Json = dict[str, Any]
Body = bytes | Json | list[Json]
Refusal = tuple[int, Body, dict[str, str]]
"""Status, body and headers."""
Reply = str | Body | Refusal
Heard = Completion | Failure


def chat(content: Any = GOOD, **more: Any) -> Json:
    """A chat completion's body; `more` goes into its choice, or into the body for `body`."""
    message = {"role": "assistant", "content": content, **more.pop("message", {})}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    body = more.pop("body", {})
    usage = {"prompt_tokens": 12, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 8}}
    return {"model": "some-model-2024", "choices": [{**choice, **more}], "usage": usage, **body}


def error(status: int, headers: dict[str, str] | None = None, **fields: Any) -> Refusal:
    return status, {"error": {"message": "No.", **fields}}, headers or {}


class ScriptedProvider:
    """Gives its replies in order, the last again and again; keeps the bodies it got."""

    def __init__(self, *replies: Reply | Callable[[Json], Reply]) -> None:
        self.replies = replies or (chat(),)
        self.bodies: list[Json] = []
        self.headers: list[Mapping[str, str]] = []

    async def handle(self, got: web.Request) -> web.StreamResponse:
        self.bodies.append(await got.json())
        self.headers.append(got.headers)
        reply = self.replies[min(len(self.bodies), len(self.replies)) - 1]
        if callable(reply):
            reply = reply(self.bodies[-1])
        if reply == HANG:
            await asyncio.sleep(60)
        if reply == CUT:
            some(got.transport).abort()
            return web.Response()
        status, body, headers = reply if isinstance(reply, tuple) else (200, reply, {})
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(body=data, status=status, headers={"Content-Type": "application/json", **headers})


@asynccontextmanager
async def served(app: web.Application, timeout_s: float = 5.0, key: str = KEY) -> AsyncIterator[ChatCompletions]:
    server = TestServer(app, handler_cancellation=True, shutdown_timeout=0)
    await server.start_server()
    model = ChatCompletions(ModelConnection(str(server.make_url("/v1")), key, timeout_s))
    try:
        yield model
    finally:
        await model.close()
        await server.close()


@asynccontextmanager
async def provided(provider: ScriptedProvider, **how: Any) -> AsyncIterator[ChatCompletions]:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", provider.handle)
    async with served(app, **how) as model:
        yield model


def ask(
    *replies: Reply | Callable[[Json], Reply], ask: ChatRequest = ASK, attempt: int = 0, **how: Any
) -> tuple[Heard, ScriptedProvider]:
    """What the client makes of these replies; and the provider."""
    provider = ScriptedProvider(*replies)

    async def once() -> Heard:
        async with provided(provider, **how) as model:
            return await model.complete(ask, attempt)

    return run(once()), provider


def completed(*replies: Reply, **how: Any) -> Completion:
    found, _ = ask(*replies, **how)
    assert isinstance(found, Completion), found
    return found


def failure(*replies: Reply, **how: Any) -> Failure:
    found, _ = ask(*replies, **how)
    assert isinstance(found, Failure), found
    assert KEY not in found.detail
    return found


def test_a_completion_with_all_its_parts() -> None:
    token = {"token": GOOD, "logprob": -0.25, "bytes": None, "top_logprobs": list[Json]()}
    found, provider = ask(chat(logprobs={"content": [token], "refusal": None}), attempt=1)
    assert isinstance(found, Completion)
    assert 0 < found.seconds < 5
    assert found == Completion(
        ASK.digest, 1, "some-model-2024", GOOD, "stop", False, 12, 5, 8, found.seconds, ((GOOD, -0.25),)
    )
    assert provider.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert provider.bodies[0]["messages"] == ASK.messages


@pytest.mark.parametrize(
    ("told", "kept"),
    [(-0.3333333432674408, -0.33333334), (-1.1920928955078125e-07, -1.1920929e-07), (-4e-9, -4e-9), (0, 0.0)],
)
def test_log_probabilities_have_eight_significant_digits(told: float, kept: float) -> None:
    found, _ = ask(chat(logprobs={"content": [{"token": GOOD, "logprob": told}]}))
    assert isinstance(found, Completion)
    assert found.logprobs == ((GOOD, kept),)


def test_a_refusal_is_a_completion() -> None:
    found = completed(chat(None, message={"refusal": "I can't."}))
    assert (found.refused, found.text) == (True, "I can't.")


def test_content_in_parts_is_joined() -> None:
    parts = [{"type": "text", "text": '{"mood": '}, {"type": "text", "text": None}, {"type": "text", "text": '"Good"}'}]
    assert completed(chat(parts)).text == GOOD


def test_what_a_provider_leaves_out_is_zero_or_as_asked() -> None:
    found = completed({"choices": [{"message": {"content": GOOD}}]})
    assert (found.model, found.finish_reason, found.refused) == ("some-model", "", False)
    assert (found.prompt_tokens, found.completion_tokens, found.cached_tokens, found.logprobs) == (0, 0, 0, None)


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": None}, {"prompt_tokens_details": None}])
def test_missing_usage_is_zero(usage: dict[str, None] | None) -> None:
    assert completed(chat(body={"usage": usage})).cached_tokens == 0


@pytest.mark.parametrize("number", ["many", "", -12, 10**12, 10**400, 1e999, float("nan"), [], {}, [[[]]], "\ud800"])
@pytest.mark.parametrize("where", ["prompt_tokens", "completion_tokens", "cached_tokens"])
def test_a_count_that_is_none_leaves_the_usage_unknown_and_the_answer_kept(where: str, number: Any) -> None:
    usage: Json = {"prompt_tokens": 12, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 8}}
    (usage["prompt_tokens_details"] if where == "cached_tokens" else usage)[where] = number
    found = completed(chat(body={"usage": usage}))
    assert found.text == GOOD
    counts = (found.prompt_tokens, found.completion_tokens, found.cached_tokens)
    assert counts in ((0, 0, 0), (0, 5, 8), (12, 0, 8), (12, 5, 0))
    assert counts == (0, 0, 0) or not number


@pytest.mark.parametrize("usage", ["many", 3, [1], {"prompt_tokens": 12, "prompt_tokens_details": "many"}])
def test_usage_that_is_none_leaves_the_answer_kept(usage: Any) -> None:
    found = completed(chat(body={"usage": usage}))
    assert (found.text, found.completion_tokens) == (GOOD, 0)


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 5000])
def test_a_number_too_long_to_be_read_leaves_the_answer_kept(number: str) -> None:
    body = json.dumps(chat(body={"usage": {"prompt_tokens": 12, "completion_tokens": 5}}))
    assert completed(body.replace("12", number).encode()).text == GOOD
    assert completed(body.replace('"index": 0', f'"index": {number}').encode()).prompt_tokens == 12


@pytest.mark.parametrize("strange", [None, 3, [], {"a": 1}, [[["x"]]], True])
def test_strange_names_leave_the_answer_kept(strange: Any) -> None:
    found = completed(chat(finish_reason=strange, body={"model": strange}, message={"refusal": strange or None}))
    assert (found.text, found.model) == (GOOD, "some-model")


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        {},
        {"content": None},
        {"content": []},
        [],
        "yes",
        {"content": [{"token": "x"}]},
        {"content": [{"token": None, "logprob": -1}]},
        {"content": [{"token": 3, "logprob": -1}]},
        {"content": [{"token": "x", "logprob": None}]},
        {"content": [None]},
        {"tokens": ["x"], "token_logprobs": [-1]},
        3,
        {"content": "x"},
        {"content": {"token": "x", "logprob": -1}},
        {"content": [{"token": "x", "logprob": 10**400}]},
        {"content": [{"token": "x", "logprob": float("nan")}]},
        {"content": [{"token": "x", "logprob": float("-inf")}]},
    ],
)
def test_an_answer_with_strange_log_probabilities_is_still_an_answer(logprobs: Any) -> None:
    found = completed(chat(logprobs=logprobs))
    assert (found.text, found.logprobs) == (GOOD, None)


def spelt(*pieces: bytes | str) -> Json:
    """Log-probabilities of tokens, in bytes as OpenAI gives them; the text of one that ends in a letter is of no
    use."""
    listed = [
        {"token": piece.decode(errors="replace"), "bytes": list(piece), "logprob": -0.5, "top_logprobs": []}
        for piece in (p if isinstance(p, bytes) else p.encode() for p in pieces)
    ]
    return {"content": listed}


PARTY = "🎉".encode()


@pytest.mark.parametrize(
    ("pieces", "tokens"),
    [
        (('{"mood": "', PARTY[:2], PARTY[2:], '"}'), 2),
        (("So", ' {"a": 1}', "</think>", "\n", '{"mood": "', PARTY[:3], PARTY[3:] + b'"', "}", "\n", "    ", ""), 2),
        ((b' {"mood": "' + PARTY[:1], PARTY[1:], '"}\n', "<|im_end|>"), 2),
    ],
)
def test_log_probabilities_are_aligned_by_bytes(pieces: tuple[bytes | str, ...], tokens: int) -> None:
    text, labels = '{"mood": "🎉"}', choices("🎉", "Bad")
    found = completed(chat(text, logprobs=spelt(*pieces)), ask=ChatRequest(template(spec=labels), "x"))
    assert "".join(piece for piece, _ in some(found.logprobs)) == text
    sure = confidence(found, Counted({"mood": False}, (), {}))
    assert sure is not None
    assert -2.0 < log(sure.joint) <= -0.5 * tokens


def test_what_else_might_have_been_said_is_kept_where_labels_branch() -> None:
    """Letters that begin alike and are cut between two tokens too."""
    text, labels = '{"mood": "🎉"}', choices("🎉", "🎊", "Bad")
    said = spelt('{"mood": "', PARTY[:3], PARTY[3:], '"}')
    for token in said["content"]:
        token["top_logprobs"] = [{"token": "?", "bytes": token["bytes"], "logprob": -0.01}]
    said["content"][2]["top_logprobs"][0]["logprob"] = -0.65
    said["content"][2]["top_logprobs"].append({"token": "?", "bytes": [0x8A], "logprob": -0.75})
    found = completed(chat(text, logprobs=said), ask=ChatRequest(template(spec=labels), "x"))
    assert [(branch.start, len(branch.rivals)) for branch in some(found.branches)] == [(10, 1), (13, 2)]
    sure = some(confidence(found, Counted({"mood": False}, (), labels.allowed)))
    assert 0.4 < sure.joint < 0.6
    assert completed(chat(text, logprobs=spelt(text)), ask=ChatRequest(template(spec=labels), "x")).branches is None


def test_log_probabilities_that_do_not_fit_are_kept_as_they_came() -> None:
    found = completed(chat(GOOD, logprobs=spelt("something", "else")))
    assert found.logprobs == (("something", -0.5), ("else", -0.5))


@pytest.mark.parametrize(
    ("usage", "out"),
    [
        ({"completion_tokens": 4, "total_tokens": 1025, "completion_tokens_details": {"reasoning_tokens": 1000}}, 1004),
        ({"completion_tokens": 4, "total_tokens": 1025}, 1004),
        (
            {"completion_tokens": 1004, "total_tokens": 1025, "completion_tokens_details": {"reasoning_tokens": 1000}},
            1004,
        ),
        ({"completion_tokens": 4, "completion_tokens_details": {"reasoning_tokens": 1000}}, 1004),
        ({"completion_tokens": 0, "total_tokens": 25}, 4),
        ({"completion_tokens": 4, "total_tokens": 0}, 4),
        ({"completion_tokens": 4, "total_tokens": 3}, 4),
        ({"completion_tokens": 4, "total_tokens": "many", "completion_tokens_details": []}, 4),
        ({"completion_tokens": 4, "total_tokens": 10**12, "completion_tokens_details": {"reasoning_tokens": -1}}, 4),
        ({"completion_tokens": 4, "total_tokens": True}, 4),
    ],
)
def test_what_is_billed_counts_as_completion(usage: Json, out: int) -> None:
    found = completed(chat(body={"usage": {"prompt_tokens": 21, **usage}}))
    assert (found.prompt_tokens, found.completion_tokens) == (21, out)


@pytest.mark.parametrize(
    ("message", "where"),
    [
        ({"reasoning_content": GOOD}, "reasoning_content"),
        ({"reasoning": GOOD, "tool_calls": []}, "reasoning"),
        ({"tool_calls": [{"type": "function", "function": {"name": "labels", "arguments": GOOD}}]}, "tool_calls"),
        ({"function_call": {"name": "labels", "arguments": GOOD}}, "function_call"),
        ({"thinking": GOOD}, "thinking"),
        ({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": GOOD}]}]}, "thinking"),
        ({"content": "\n", "reasoning_content": GOOD}, "reasoning_content"),
        ({"annotations": [], "audio": None}, None),
    ],
)
def test_where_the_text_went_when_the_content_is_empty(message: Json, where: str | None) -> None:
    found = completed(chat(None, message=message))
    assert (found.text.strip(), found.elsewhere) == ("", where)
    verdict = read(found, ASK.template.spec)
    assert isinstance(verdict, Rejection)
    assert (verdict.reason, str(where) in verdict.detail) == ("empty", where is not None)


def test_thoughts_beside_the_content_are_no_part_of_it() -> None:
    parts = [{"type": "thinking", "thinking": [], "text": '{"mood": "Bad"}'}, {"type": "text", "text": GOOD}]
    found = completed(chat(parts, message={"reasoning_content": '{"mood": "Bad"}'}))
    assert (found.text, found.elsewhere) == (GOOD, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"<html>Welcome</html>",
        b"null",
        b"3",
        b'"text"',
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"choices": ' + b"9" * 5000 + b"}",
        {"choices": None},
        {"choices": []},
        {"choices": {}},
        {"choices": [None]},
        {"choices": [{}]},
        {"choices": [{"message": None}]},
        {"choices": [{"message": "x"}]},
        chat(42),
        chat([42]),
    ],
)
def test_what_is_no_chat_completion_is_the_servers_failure(body: Body) -> None:
    assert failure(body).kind == "server"


def test_names_from_the_server_fit_the_database() -> None:
    found = completed(chat(finish_reason="s\x00\ud800" * 99, body={"model": "m\x00\ud800😀" * 99}))
    assert 0 < len(found.finish_reason) <= 40
    assert 0 < len(found.model) <= 200
    for text in (found.finish_reason, found.model):
        text.encode()
        assert "\x00" not in text


def test_hostile_text_arrives_exactly() -> None:
    text = "\x00 \ud800 😀 \u202e"
    asked = ChatRequest(template(), text)
    found, provider = ask(chat(text), ask=asked)
    assert isinstance(found, Completion)
    assert found.text == text
    assert provider.bodies[0]["messages"][1]["content"] == text


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "bad_request"),
        (413, "bad_request"),
        (418, "bad_request"),
        (422, "bad_request"),
        (408, "server"),
        (409, "server"),
        (429, "rate_limited"),
        (500, "server"),
        (502, "server"),
        (503, "server"),
        (529, "server"),
    ],
)
def test_trouble_with_one_request_is_its_failure(status: int, kind: str) -> None:
    found, provider = ask(error(status))
    assert isinstance(found, Failure)
    assert (found.kind, found.retry_after) == (kind, None)
    formal = status in (400, 422)  # a model's first request: each other way to ask is tried once
    assert len(provider.bodies) == (6 if formal else 1)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (error(401), "OPENAI_API_KEY"),
        (error(402), "no quota"),
        (error(400, message="API key not valid. Please pass a valid API key."), "OPENAI_API_KEY"),
        (error(400, message="Incorrect API key provided: xa***y."), "OPENAI_API_KEY"),
        (error(404), "'some-model'.*OPENAI_BASE_URL"),
        (error(405), "OPENAI_BASE_URL"),
        (error(429, code="insufficient_quota"), "no quota"),
        (error(429, code="billing_hard_limit_reached"), "no quota"),
    ],
)
def test_trouble_with_all_requests_ends_the_whole_and_says_what_to_do(reply: Refusal, words: str) -> None:
    with pytest.raises(ProviderError, match=words) as raised:
        ask(reply)
    assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (error(403), "auth"),
        (error(403, message="Your input was flagged by moderation."), "refused"),
        (error(400, code="content_filter"), "refused"),
        (error(400, code="content_policy_violation"), "refused"),
        (error(400, message="Too long: API key not valid"), "bad_request"),
    ],
)
def test_a_refusal_of_one_task_says_what_it_is_about(reply: Refusal, kind: str) -> None:
    """The last message repeats the task's text, which must not end a run."""
    assert failure(reply, ask=request("API key not valid")).kind == kind


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"<html>busy</html>", b"[]", b"null", b'{"error": "busy"}', b'{"error": null}', b'{"detail": [1]}'),
        *(b'{"error": {"code": 529}}', b'{"error": {"code": ["x"], "param": 3}}', b'{"error": {"message": {}}}'),
    ],
)
@pytest.mark.parametrize(("status", "kind"), [(400, "bad_request"), (429, "rate_limited"), (500, "server")])
def test_errors_of_any_shape_are_read_by_their_status(status: int, kind: str, body: bytes) -> None:
    assert failure((status, body, {})).kind == kind


@pytest.mark.slow
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0.5"}, 0.5),
        ({"Retry-After": "0"}, 0),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "Retry-After": "9"}, 0.25),
        ({"retry-after-ms": "soon", "Retry-After": "9"}, 9),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, 3600),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59"}, 3600),
        ({"retry-after-ms": "soon", "Retry-After": "Fri, 31 Dec 9999 23:59:59 -2359"}, 3600),
        ({"Retry-After": "Fri, 31 Dec 99999 23:59:59 GMT"}, None),
        ({"Retry-After": "Fri, 31 Feb 2015 07:28:00 GMT"}, None),
        ({"Retry-After": "tomorrow"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "86400"}, 3600),
        ({"Retry-After": "9" * 400}, None),
        ({"Retry-After": ""}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_how_long_the_provider_asks_us_to_wait(status: int, headers: dict[str, str], seconds: float | None) -> None:
    assert failure(error(status, headers)).retry_after == seconds


def test_a_date_is_so_many_seconds_from_now() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    found = failure(error(429, {"Retry-After": date})).retry_after
    assert found is not None
    assert 500 < found <= 600


@given(
    st.text(st.characters(max_codepoint=255)) | st.from_regex(r"\w{3}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ [-+GMT\d]+")
)
def test_any_retry_after_is_read_or_left_aside(text: str) -> None:
    found = retry_after({"retry-after": text}, now=1e9)
    assert found is None or 0 <= found <= 3600


def test_nobody_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async def once() -> Heard:
        model = ChatCompletions(ModelConnection(f"http://127.0.0.1:{port}/v1", KEY, 5))
        try:
            return await model.complete(ASK, 0)
        finally:
            await model.close()

    found = run(once())
    assert isinstance(found, Failure)
    assert found.kind == "connection"
    assert str(port) in found.detail


@pytest.mark.parametrize("url", ["", "nonsense", "http://", "ftp://127.0.0.1", "http://[::1", "127.0.0.1:8000/v1"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(SettingsError, match="OPENAI_BASE_URL"):
        ChatCompletions(ModelConnection(url, KEY, 5))


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"SSH-2.0-OpenSSH\r\n", "server"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", "server"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "server"),
        (b"HTTP/1.1 204 No\r\n\r\n", "server"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", "connection"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", "connection"),
        (b"", "connection"),
    ],
)
def test_a_server_that_speaks_no_http(raw: bytes, kind: str) -> None:
    async def once() -> Heard:
        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(raw)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(speak, "127.0.0.1", 0)
        model = ChatCompletions(ModelConnection(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", KEY, 5))
        try:
            return await model.complete(ASK, 0)
        finally:
            await model.close()
            server.close()

    found = run(once())
    assert isinstance(found, Failure)
    assert found.kind == kind


def test_a_connection_that_breaks() -> None:
    assert failure(CUT).kind == "connection"


def test_a_server_that_takes_too_long() -> None:
    assert failure(HANG, timeout_s=0.1).kind == "timeout"


@asynccontextmanager
async def endless(
    head: bytes, piece: bytes, pause_s: float = 0.0, timeout_s: float = 60.0
) -> AsyncIterator[ChatCompletions]:
    """A server that begins its answer with `head` and goes on with `piece` for as long as it is listened to."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        try:
            with suppress(ConnectionError, asyncio.CancelledError):
                while not writer.is_closing():
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(pause_s)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    model = ChatCompletions(
        ModelConnection(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", KEY, timeout_s)
    )
    try:
        yield model
    finally:
        await model.close()
        server.close()


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(("head", "piece"), [(b"HTTP/1.1 200 OK\r\nX: ", b"x"), (CHUNKED, b"1\r\n \r\n")])
def test_a_server_that_sends_a_byte_now_and_then_takes_too_long_too(head: bytes, piece: bytes) -> None:
    async def once() -> Heard:
        async with endless(head, piece, pause_s=0.02, timeout_s=0.1) as model:
            return await model.complete(ASK, 0)

    found = run(once())
    assert isinstance(found, Failure)
    assert found.kind == "timeout"


@pytest.mark.parametrize("status", [b"200 OK", b"400 No", b"500 No"])
def test_a_body_without_end_is_not_read_to_it(status: bytes) -> None:
    async def once() -> Heard:
        head = CHUNKED.replace(b"200 OK", status)
        async with endless(head, b"10000\r\n" + b" " * 0x10000 + b"\r\n") as model:
            with pytest.raises(ProviderError):
                await model.describe("m")
            return await model.complete(ASK, 0)

    found = run(once())
    assert isinstance(found, Failure)
    assert (found.kind, "MB" in found.detail) == ("server", True)


@cache
def bomb() -> bytes:
    return gzip.compress(b" " * 100_000_000)


@pytest.mark.slow
@pytest.mark.parametrize("status", [200, 400, 429, 500])
def test_a_body_that_swells_is_not_unpacked(status: int) -> None:
    found = failure((status, bomb(), {"Content-Encoding": "gzip"}))
    assert (found.kind, "MB" in found.detail) == ("server", True)


def test_an_answer_may_come_packed() -> None:
    packed = gzip.compress(json.dumps(chat()).encode())
    assert completed((200, packed, {"Content-Encoding": "gzip"})).text == GOOD


@pytest.mark.parametrize("key", [None, "", " "])
def test_without_a_key_there_is_no_client(key: str | None) -> None:
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        ChatCompletions(ModelConnection("http://127.0.0.1:1/v1", key, 1))


@pytest.mark.parametrize("key", ["sk-…", "sk\n", "sk 1\r\nX: y", "s\u00e9cret", "\x7f"])
def test_a_key_that_no_header_can_carry_is_refused_at_once_and_not_shown(key: str) -> None:
    with pytest.raises(SettingsError, match="OPENAI_API_KEY") as raised:
        ChatCompletions(ModelConnection("http://127.0.0.1:1/v1", key, 1))
    assert key not in str(raised.value)


def picky(*takes: str) -> Callable[[Json], Reply]:
    """A server that refuses whatever isn't in `takes`, one thing at a time, as OpenAI words it."""

    def reply(body: Json) -> Reply:
        kind = body.get("response_format", {}).get("type", "text")
        if kind not in takes:
            return error(400, message=f"'response_format' of type '{kind}' is not supported", param="response_format")
        for name in ("logprobs", "temperature", "max_tokens"):
            if name in body and name not in takes:
                return error(400, message=f"Unsupported parameter: '{name}'", param=name)
        return chat()

    return reply


def test_the_way_down_is_gone_once_and_remembered_per_model() -> None:
    provider = ScriptedProvider(picky("text"))
    other = ChatRequest(template(model="another"), "x")

    async def thrice() -> tuple[list[Heard], int]:
        async with provided(provider) as model:
            found = [await model.complete(ASK, 0), await model.complete(ASK, 0)]
            before = len(provider.bodies)
            return [*found, await model.complete(other, 0)], before

    found, before = run(thrice())
    assert all(isinstance(each, Completion) for each in found)
    formats = [body.get("response_format", {}).get("type", "text") for body in provider.bodies[:before]]
    assert formats == ["json_schema", "json_object", *["text"] * 5]
    assert provider.bodies[before - 1] == {
        "model": "some-model",
        "max_completion_tokens": 50,
        "messages": ASK.messages,
    }
    assert provider.bodies[before]["response_format"]["type"] == "json_schema"


def test_requests_at_once_learn_from_each_other() -> None:
    provider = ScriptedProvider(picky("text", "temperature", "max_tokens"))

    async def many() -> Sequence[Heard]:
        async with provided(provider) as model:
            return await asyncio.gather(*(model.complete(ChatRequest(ASK.template, str(n)), 0) for n in range(20)))

    assert all(isinstance(found, Completion) for found in run(many()))
    assert len(provider.bodies) <= 20 * 4


def test_a_request_that_is_refused_every_way_is_a_bad_request() -> None:
    found, provider = ask(error(400, message="response_format, logprobs, temperature, max_tokens: all unsupported"))
    assert isinstance(found, Failure)
    assert found.kind == "bad_request"
    assert len(provider.bodies) <= 8


def test_a_refusal_that_is_about_the_text_changes_nothing_for_others() -> None:
    provider = ScriptedProvider(
        error(400, message="Too long", param="messages", code="context_length_exceeded"), chat()
    )

    async def twice() -> tuple[Heard, Heard]:
        async with provided(provider) as model:
            return await model.complete(ASK, 0), await model.complete(ASK, 0)

    first, second = run(twice())
    assert isinstance(first, Failure)
    assert "context_length_exceeded" in first.detail
    assert isinstance(second, Completion)
    assert provider.bodies[0] == provider.bodies[1]


@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"no_json_schema": True},
        {"no_json_schema": True, "no_json_object": True},
        {"no_logprobs": True, "no_temperature": True, "no_max_tokens": True},
        {"no_json_schema": True, "no_json_object": True, "no_logprobs": True, "no_temperature": True},
    ],
)
def test_the_stand_in_answers_in_every_dialect(switches: dict[str, bool]) -> None:
    asked = request("Good, so good")

    async def once() -> Heard:
        async with served(StandIn(Switches().changed(switches)).app()) as model:
            return await model.complete(asked, 0)

    found = run(once())
    assert isinstance(found, Completion)
    assert read(found, asked.template.spec) == {"mood": Labels(("Good",))}
    assert (found.logprobs is None) is bool(switches.get("no_logprobs"))


@pytest.mark.parametrize(
    ("switches", "reason"),
    [
        ({"malformed": 1}, "not_json"),
        ({"truncated": 1}, "truncated"),
        ({"wrong_label": 1}, "unknown_choice"),
        ({"refused": 1}, "refused"),
    ],
)
def test_the_stand_ins_bad_answers_are_rejections(switches: dict[str, int], reason: str) -> None:
    asked = request("Good, so good")

    async def once() -> Heard:
        async with served(StandIn(Switches().changed(switches)).app()) as model:
            return await model.complete(asked, 0)

    found = run(once())
    assert isinstance(found, Completion)
    verdict = read(found, asked.template.spec)
    assert isinstance(verdict, Rejection)
    assert verdict.reason == reason


SEEN = replace(ASK, pictures=((0, picture()),))


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "Invalid content type. image_url is only supported by certain models."),
        (400, "At most 0 image(s) may be provided in one request."),
        (400, "some-model is not a multimodal model"),
        (400, "Failed to deserialize: messages[1]: unknown variant `image_url`, expected `text` at line 1"),
        (400, "Image input is not enabled for this model"),
        (400, "Model does not support images. Please use a model that does."),
        (400, "'messages.1': the following must be satisfied[('messages.1.content' : value must be a string)]"),
        (404, "No endpoints found that support image input"),
        (500, "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"),
        (500, "this model is missing data required for image input"),
    ],
)
def test_a_model_that_takes_no_pictures_ends_the_work_in_one_sentence(status: int, message: str) -> None:
    with pytest.raises(
        ProviderError, match=r"^Model 'some-model' at \S+ takes no pictures: choose a model that"
    ) as told:
        ask(error(status, message=message), ask=SEEN)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "message",
    [
        "You uploaded an unsupported image. Please make sure your image is valid.",
        "Image format image/webp is not supported",
        "This model does not support image types other than PNG",
        "image/gif is not supported",
        "The image data you provided does not represent a valid image.",
        "Image size is not allowed",
    ],
)
def test_a_picture_that_is_refused_stops_no_other(message: str) -> None:
    assert failure(error(400, message=message), ask=SEEN).kind == "bad_request"


@pytest.mark.parametrize(
    ("message", "ends"),
    [
        ("Invalid content type. file is not supported.", True),
        ("This model does not support file inputs.", True),
        ("PDFs are not supported by this model", True),
        ("unknown variant `file`, expected `text`", True),
        ("Image input is not enabled for this model", False),
        ("The file type you sent is not supported", False),
        ("The document is protected by a password.", False),
    ],
)
def test_a_model_that_takes_no_documents_is_given_their_text(message: str, ends: bool) -> None:
    """Its text is sent then, and the model's next requests begin with that."""
    read = replace(ASK, pictures=((2, document(b"Good day")),))
    if not ends:
        assert failure(error(400, message=message), ask=read).kind == "bad_request"
        return
    found, provider = ask(error(400, message=message), chat(), ask=read)
    assert isinstance(found, Completion)
    assert found.digest == read.digest, "it is the same request"
    kinds = [[part["type"] for part in body["messages"][-1]["content"]] for body in provider.bodies[:1]]
    assert kinds == [["text", "file", "text"]]
    assert [body["messages"][-1]["content"] for body in provider.bodies[1:]] == ["I Good daylove it"]


def test_a_document_without_a_text_fails_its_task_alone() -> None:
    refusal = error(400, message="This model does not support file inputs.")
    read = replace(ASK, pictures=((0, Document("e" * 64, b"%PDF-")), (0, picture())))
    found, provider = ask(refusal, chat(), ask=read)
    assert found == Failure("bad_task", "Its document is damaged: its text cannot be read.")
    assert isinstance(found, Failure)
    assert found.unbilled
    assert len(provider.bodies) == 1


def test_pictures_stay_beside_the_text_of_a_document() -> None:
    refusal = error(400, message="This model does not support file inputs.")
    read = replace(ASK, pictures=((2, document(b"Good day")), (2, picture())))
    _, provider = ask(refusal, chat(), ask=read)
    content = provider.bodies[-1]["messages"][-1]["content"]
    assert [part["type"] for part in content] == ["text", "image_url", "text"]
    assert (content[0]["text"], content[2]["text"]) == ("I Good day", "love it")


def test_a_model_that_refuses_in_unknown_words_is_given_the_text_too() -> None:
    def answer(body: Json) -> Reply:
        return chat() if isinstance(body["messages"][-1]["content"], str) else error(400, message="Nope.")

    found, _ = ask(answer, ask=replace(ASK, pictures=((0, document(b"Good day")),)))
    assert isinstance(found, Completion)


def test_a_batch_has_the_text_once_it_is_known_that_files_are_refused() -> None:
    read = replace(ASK, pictures=((0, document(b"Good day")),))
    broken = replace(ASK, pictures=((0, Document("e" * 64, b"%PDF-")),))
    provider = ScriptedProvider(error(400, message="This model does not support file inputs."), chat())

    async def once() -> list[Json]:
        async with provided(provider) as model:
            before = model.body(read)
            await model.complete(read, 0)
            return [json.loads(body) for body in (before, model.body(read), model.body(broken))]

    shown = [body["messages"][-1]["content"] for body in run(once())]
    assert shown[1] == "Good dayI love it"
    assert shown[0][0]["type"] == shown[2][0]["type"] == "file"


def test_a_text_that_speaks_of_pictures_is_not_taken_for_the_server() -> None:
    words = "image input is not supported"
    assert failure(error(400, message=f"Bad: {words}"), ask=replace(ASK, user=words)).kind == "bad_request"
    assert failure(error(400, message=f"Bad: {words}"), ask=replace(SEEN, user=words)).kind == "bad_request"


def test_the_stand_in_says_that_it_sees_no_pictures() -> None:
    async def once(**switches: Any) -> Heard:
        async with served(StandIn(Switches(**switches)).app()) as model:
            return await model.complete(SEEN, 0)

    with pytest.raises(ProviderError, match="this model does not read images"):
        run(once())
    assert isinstance(run(once(pictures=True)), Completion)


def described(model: str = "stand-in", **switches: Any) -> tuple[str, str]:
    async def once() -> tuple[str, str]:
        async with served(StandIn(Switches(**switches)).app()) as client:
            return await client.describe(model), client._address

    return run(once())


def test_the_client_says_where_it_is_and_whether_the_model_is_known() -> None:
    found, url = described()
    assert found == f"{url}, stand-in"
    with pytest.raises(ProviderError, match=r"does not list model 'another': it has stand-in\.$"):
        described("another")
    with pytest.raises(ProviderError, match="OPENAI_API_KEY"):
        described(api_key="another")


def listing(status: int = 200, data: Sequence[Json] = ()) -> tuple[list[str] | None, str]:
    """What a client makes of a server that answers so when asked for its models."""

    async def models(_: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": list(data)}, status=status)

    async def once() -> tuple[list[str] | None, str]:
        app = web.Application()
        app.router.add_get("/v1/models", models)
        async with served(app) as client:
            return await client.models(), await client.describe("m")

    return run(once())


def test_a_model_is_known_by_its_other_names_too() -> None:
    names, found = listing(data=[{"id": "/models/gemma.gguf", "aliases": ["gemma", "m", 7]}, {"id": "b"}])
    assert names == ["/models/gemma.gguf", "gemma", "m", "b"]
    assert found.endswith(", m")


@pytest.mark.parametrize("status", [403, 404, 405, 501])
def test_a_server_without_a_list_of_models_may_know_them_all(status: int) -> None:
    names, found = listing(status)
    assert (names, found.endswith(", m")) == (None, True)


def test_a_server_that_lists_nothing_may_know_them_all() -> None:
    assert listing()[0] == []


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"null", b'{"data": [1]}'])
def test_the_client_says_that_it_found_no_list_of_models(body: bytes) -> None:
    async def models(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    async def once() -> str:
        app = web.Application()
        app.router.add_get("/v1/models", models)
        async with served(app) as client:
            return await client.describe("m")

    with pytest.raises(ProviderError, match="OPENAI_BASE_URL"):
        run(once())


def test_the_client_says_that_nobody_listens() -> None:
    async def once() -> str:
        model = ChatCompletions(ModelConnection("http://127.0.0.1:1/v1", KEY, 5))
        try:
            return await model.describe("m")
        finally:
            await model.close()

    with pytest.raises(ProviderError, match="start it"):
        run(once())


CAPPED = ChatRequest(template(parameters={"temperature": 0}, cap=70), "I love it")


@pytest.mark.parametrize("refused", [False, True])
def test_a_cap_is_sent_in_the_words_of_the_model(refused: bool) -> None:
    complaint = error(400, param="max_tokens", message="Unsupported parameter: 'max_tokens' is not supported.")
    found, provider = ask(*([complaint] if refused else []), chat(), ask=CAPPED)
    assert isinstance(found, Completion)
    assert provider.bodies[-1]["max_completion_tokens" if refused else "max_tokens"] == 70


def test_a_model_that_takes_no_cap_is_asked_nothing_that_could_cost_more() -> None:
    names = ("max_tokens", "max_completion_tokens")
    complaints = [error(400, param=name, message=f"Unsupported parameter: '{name}'.") for name in names]
    with pytest.raises(ProviderError, match="no budget can be kept"):
        ask(*complaints, chat(), ask=CAPPED)


@pytest.mark.parametrize(
    ("reply", "unbilled"), [(error(500), True), (error(429), True), (CUT, False), ({"no": "completion"}, False)]
)
def test_what_certainly_costs_nothing(reply: Reply, unbilled: bool) -> None:
    assert failure(reply).unbilled is unbilled


def test_a_request_that_was_never_sent_costs_nothing() -> None:
    async def scene() -> Heard:
        away = ChatCompletions(ModelConnection("http://127.0.0.1:1/v1", KEY, 5))
        found = await away.complete(ASK, 0)
        await away.close()
        return found

    found = run(scene())
    assert isinstance(found, Failure)
    assert found.unbilled


FREE = ChatRequest(template(parameters={"temperature": 0}), "I love it")
ODD = "Model needs the header X-Team to be set"


def several(provider: ScriptedProvider, *asks: ChatRequest, **how: Any) -> list[Heard]:
    """What one client makes of these requests, one after the other."""

    async def scene() -> list[Heard]:
        async with provided(provider, **how) as model:
            return [await model.complete(asked, 0) for asked in asks]

    return run(scene())


def answered(heard: Iterable[Heard]) -> list[Completion]:
    completions = []
    for one in heard:
        assert isinstance(one, Completion), one
        completions.append(one)
    return completions


@pytest.mark.parametrize("takes", [1, 2, 3, 4, 5])
def test_a_first_request_refused_in_odd_words_is_asked_in_every_other_way(takes: int) -> None:
    """What the server takes is remembered; what it refuses in each way is a bad request."""
    provider = ScriptedProvider(*[error(400, message="Computer says no.")] * takes, chat())
    first, second = several(provider, ASK, ASK)
    assert isinstance(first, Completion)
    assert isinstance(second, Completion)
    assert len(provider.bodies) == takes + 2
    assert provider.bodies[-1] == provider.bodies[-2]
    asked = [(body.get("response_format", {}).get("type", "text"), "logprobs" in body) for body in provider.bodies]
    lower = [("json_schema", True), ("json_object", True), ("text", True)]
    ways = [*lower, ("json_schema", True), ("json_schema", False), ("text", False)]
    assert asked[: takes + 1] == ways[: takes + 1]


def test_only_the_first_request_of_a_model_is_asked_in_other_ways() -> None:
    provider = ScriptedProvider(error(400, message="Computer says no."))
    for found in several(provider, ASK, ASK, ASK):
        assert isinstance(found, Failure)
        assert found.kind == "bad_request"
    assert len(provider.bodies) == 6 + 1 + 1
    answered = ScriptedProvider(chat(), error(400, message="Computer says no."))
    assert [type(found) for found in several(answered, ASK, ASK)] == [Completion, Failure]
    assert len(answered.bodies) == 2


@pytest.mark.parametrize(
    "reply",
    [
        error(400, code="json_validate_failed", failed_generation="{mood: Good"),
        error(400, message="Failed to generate JSON", code="json_validate_failed"),
        error(400, code="output_parse_failed", failed_generation={"mood": 3}),
        error(422, failed_generation="nothing"),
    ],
)
def test_a_malformed_generation_is_a_malformed_answer(reply: Refusal) -> None:
    found = completed(reply)
    once, twice = (judge(attempts, ASK.template.spec) for attempts in ([found], [found, found]))
    assert isinstance(once.verdict, Rejection)
    assert not once.is_settled(), "it is asked once more"
    assert twice.is_settled()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (chat("", finish_reason="error"), "server"),
        (chat(None, finish_reason="error"), "server"),
        (chat('{"mood": "Go', finish_reason="error"), "server"),
        (chat(None, error={"code": 502, "message": "Provider returned error"}), "server"),
        (chat('{"mood": "Go', error={"code": 502, "message": "Upstream"}), "server"),
        (
            {"error": {"code": 502, "message": "Provider returned error", "metadata": {"raw": "overloaded"}}},
            "server",
        ),
        ({"error": {"code": 429, "message": "Slow down"}, "choices": []}, "rate_limited"),
        ({"error": "busy"}, "server"),
        (chat("", finish_reason="abort"), "server"),
        (chat("", finish_reason="insufficient_system_resource"), "server"),
    ],
)
def test_an_error_with_status_200_is_a_failure(body: Json, kind: str) -> None:
    found = failure(body)
    assert (found.kind, found.unbilled) == (kind, False)
    assert "gave up its answer" in found.detail


def test_an_error_beside_an_answer_leaves_the_answer() -> None:
    assert completed(chat(body={"error": None})).text == GOOD
    assert completed(chat(body={"error": {"message": "a warning"}})).text == GOOD


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b'data: {"choices": [{"delta": {"content": "{"}}]}\n\ndata: [DONE]\n\n', "text/event-stream"),
        (b'data: {"choices": []}\n\n', "text/event-stream; charset=utf-8"),
        (b'data: {"choices": []}\n\n', "application/json"),
        (b": PROCESSING\n\ndata: {}\n\n", "text/plain"),
        (b'{"message": {"content": "{"}}\n{"done": true}\n', "application/x-ndjson"),
    ],
)
def test_an_answer_that_comes_as_a_stream_ends_it_and_is_named(raw: bytes, kind: str) -> None:
    provider = ScriptedProvider((200, raw, {"Content-Type": kind}))
    with pytest.raises(ProviderError, match=r"stream of events.*switch streaming off"):
        several(provider, ASK)
    assert len(provider.bodies) == 1


def test_a_stream_without_end_is_named_at_once() -> None:
    async def once() -> None:
        head = CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Type: text/event-stream\r\n\r\n")
        async with endless(head, b"8\r\ndata: x\n\r\n", timeout_s=60.0) as model:
            await model.complete(ASK, 0)

    with pytest.raises(ProviderError, match="stream of events"):
        run(once())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_text_follows_a_redirect_to_another_address(status: int) -> None:
    elsewhere = ScriptedProvider()

    async def scene() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", elsewhere.handle)
        other = TestServer(app)
        await other.start_server()
        target = str(other.make_url("/v2/chat/completions"))
        provider = ScriptedProvider((status, b"", {"Location": target}))
        try:
            async with provided(provider) as model:
                with pytest.raises(ProviderError, match=r"redirects to http://127\S+/v2, where nothing was sent"):
                    await model.complete(ASK, 0)
        finally:
            await other.close()

    run(scene())
    assert elsewhere.bodies == []


@pytest.mark.parametrize("target", [None, "http://[", "https://me:secret@127.0.0.1/v1/models?key=secret", "//x.test/"])
def test_a_redirect_that_leads_nowhere_is_told_without_secrets(target: str | None) -> None:
    with pytest.raises(ProviderError, match=r"redirects to .*OPENAI_BASE_URL") as raised:
        ask((307, b"", {"Location": target} if target else {}))
    assert "secret" not in str(raised.value)


def test_a_redirect_within_the_server_is_followed_and_remembered() -> None:
    provider = ScriptedProvider()

    async def move(got: web.Request) -> NoReturn:
        raise web.HTTPPermanentRedirect(str(got.url) + "/")

    async def scene() -> Sequence[Heard]:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", move)
        app.router.add_post("/v1/chat/completions/", provider.handle)
        async with served(app) as model:
            return await asyncio.gather(*(model.complete(ChatRequest(ASK.template, str(n)), 0) for n in range(20)))

    assert all(isinstance(found, Completion) for found in run(scene()))


def test_a_redirect_in_circles_ends() -> None:
    async def round_and_round(got: web.Request) -> NoReturn:
        raise web.HTTPTemporaryRedirect(f"/v1/chat/completions{'' if got.path.endswith('/') else '/'}")

    async def scene() -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", round_and_round)
        app.router.add_post("/v1/chat/completions/", round_and_round)
        async with served(app) as model:
            await model.complete(ASK, 0)

    with pytest.raises(ProviderError, match="redirects to"):
        run(scene())


def test_the_providers_words_are_told_and_bounded() -> None:
    found = failure(error(400, message=ODD))
    assert found.detail == f'The model\'s server refused the request (400): "{ODD}".'
    long = failure(error(400, message="no " * 50_000, code="c" * 100_000))
    assert len(long.detail) < 300


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": ODD}},
        {"error": ODD},
        {"detail": ODD},
        {"detail": [{"loc": ["body", "x"], "msg": ODD, "type": "missing"}]},
        [{"error": {"code": 400, "message": ODD, "status": "INVALID_ARGUMENT"}}],
        {"message": ODD},
        {"error": {"message": "Provider returned error", "metadata": {"raw": ODD}}},
        ODD.encode(),
    ],
)
@pytest.mark.parametrize("status", [400, 403, 500])
def test_words_are_found_in_errors_of_any_form(status: int, body: Body) -> None:
    assert ODD in failure((status, body, {})).detail


def test_a_page_of_html_is_not_quoted() -> None:
    assert failure((500, b"<html>busy</html>", {})).detail == "The model's server answered 500."


def test_what_we_sent_is_not_told_again() -> None:
    secret = request("My name is John Smith and my number is 5550134")
    said = f"Invalid: {secret.user!r} with key {KEY}, because\x1b[31m of the header"
    for status in (400, 500):
        found = failure(error(status, message=said, code="my number is 5550134"), ask=secret)
        for hidden in ("John", "5550134", KEY, "\x1b"):
            assert hidden not in found.detail
        assert "of the header" in found.detail


def test_a_key_refused_in_a_list_is_the_keys() -> None:
    """Gemini's form."""
    with pytest.raises(ProviderError, match="OPENAI_API_KEY"):
        ask((400, [{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}], {}))


def cut(text: str | None, **more: Any) -> Json:
    usage = {"prompt_tokens": 12, "completion_tokens": FREE.template.bound}
    return chat(text, finish_reason="length", body={"usage": usage}, **more)


@pytest.mark.parametrize(
    "reply",
    [
        cut("", message={"reasoning_content": "Okay, let me see"}),
        cut(None),
        cut("<think>Okay, the user wants"),
        cut('{"why": "The customer says that the parcel'),
        cut("Let me think about that. First"),
    ],
)
def test_a_model_that_thinks_aloud_is_not_bounded_again(reply: Json) -> None:
    provider = ScriptedProvider(reply, chat())
    first, second, third = answered(several(provider, FREE, FREE, FREE))
    assert ["max_tokens" in body for body in provider.bodies] == [True, False, False]
    verdict = read(first, FREE.template.spec)
    assert isinstance(verdict, Rejection)
    attempts = [first, first]
    assert not is_done(FREE, attempts), "the cut was ours, so it counts as no attempt"
    assert is_done(FREE, [*attempts, first])
    assert is_done(FREE, [first, second])
    assert third.text == GOOD


def test_a_model_that_goes_on_in_blanks_stays_bounded() -> None:
    provider = ScriptedProvider(
        cut('{"mood": "Good"' + "\n" * 900), cut(GOOD + " " * 900), cut('{"mood": ["' + 'Good", "' * 200)
    )
    found = answered(several(provider, FREE, FREE, FREE, FREE))
    assert all("max_tokens" in body for body in provider.bodies)
    verdicts = [read(each, FREE.template.spec) for each in found]
    assert [getattr(verdict, "reason", "an answer") for verdict in verdicts[:3]] == [
        "truncated",
        "an answer",
        "truncated",
    ]
    assert is_done(FREE, [found[0]] * 2)


def test_a_model_that_takes_only_the_long_limit_is_not_bounded() -> None:
    complaint = error(
        400, param="max_tokens", message="Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'."
    )
    found, provider = ask(complaint, chat(), ask=FREE)
    assert isinstance(found, Completion)
    assert not {"max_tokens", "max_completion_tokens"} & provider.bodies[-1].keys()


def test_lines_of_a_batch_are_not_bounded() -> None:
    async def scene() -> bytes:
        async with provided(ScriptedProvider()) as model:
            return model.body(FREE)

    assert "max_tokens" not in json.loads(run(scene()))


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_nobody_signed_is_named_and_may_be_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    certificate = self_signed(tmp_path, "IP:127.0.0.1")
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = server_context(certificate)

    async def scene() -> tuple[Heard, Heard]:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", ScriptedProvider().handle)
        server = TestServer(app, scheme="https")
        await server.start_server(ssl=context)
        model = ChatCompletions(ModelConnection(str(server.make_url("/v1")), KEY, 5))
        try:
            return await model.complete(ASK, 0), await model.complete(ASK, 0)
        finally:
            await model.close()
            await server.close()

    if trusted:
        assert all(isinstance(found, Completion) for found in run(scene()))
        return
    with pytest.raises(ProviderError, match=r"certificate of https://127.*self-signed.*SSL_CERT_FILE"):
        run(scene())


def test_a_server_without_tls_is_told_from_one_that_is_away() -> None:
    async def scene() -> None:
        server = TestServer(web.Application())
        await server.start_server()
        model = ChatCompletions(ModelConnection(str(server.make_url("/v1")).replace("http:", "https:"), KEY, 5))
        try:
            await model.complete(ASK, 0)
        finally:
            await model.close()
            await server.close()

    with pytest.raises(ProviderError, match="http://"):
        run(scene())
