"""The stand-in's HTTP server: chat completions as OpenAI serves them, counts of what it saw and a way to change it.

One process, one event loop, no state but the switches, the counts, and the files and batches of clients that use those.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from aiohttp import web

from demo.stand_in.answer import Answer, answer, spoiled
from demo.stand_in.ask import Ask, read_ask
from demo.stand_in.batches import Answer as AnswerLine
from demo.stand_in.batches import StandInBatches
from demo.stand_in.complaint import (
    ComplaintError,
    flagged,
    missing_parameter,
    not_found,
    rate_limited,
    server_error,
    wrong_key,
)
from demo.stand_in.completion import completion, usage_of
from demo.stand_in.embeddings import embedded
from demo.stand_in.faults import drawn_fault, sampler
from demo.stand_in.latency import Latency
from demo.stand_in.prompt import estimates
from demo.stand_in.stats import Stats
from demo.stand_in.switches import Switches
from demo.stand_in.window import Window

_HELD_SECONDS = 600.0
_LARGEST_BODY = 256 * 2**20
_MODELS = {"object": "list", "data": [{"id": "stand-in", "object": "model", "created": 0, "owned_by": "stand-in"}]}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """One chat request on its way, with the switches and counts as they were when it came."""

    request: web.Request
    switches: Switches
    stats: Stats
    window: Window
    latency: Latency
    body: bytes
    digest: bytes
    before: int


class StandIn:
    """The routes, the switches and the counts of one server."""

    def __init__(self, switches: Switches) -> None:
        self.switches = switches
        self.stats = Stats()
        self.batches = StandInBatches()
        self.window = Window()
        self.latency = Latency()

    def app(self) -> web.Application:
        """The application to serve, with `handler_cancellation`: otherwise a hang outlives its client."""
        app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[complaints])
        app.router.add_post("/v1/chat/completions", self.chat)
        app.router.add_post("/v1/embeddings", self.embed)
        app.router.add_get("/v1/models", self.models)
        app.router.add_post("/v1/files", self.upload)
        app.router.add_get("/v1/files", self.files)
        app.router.add_delete("/v1/files/{id}", self.delete_file)
        app.router.add_get("/v1/files/{id}/content", self.content)
        app.router.add_post("/v1/batches", self.create_batch)
        app.router.add_get("/v1/batches", self.list_batches)
        app.router.add_get("/v1/batches/{id}", self.batch)
        app.router.add_post("/v1/batches/{id}/cancel", self.cancel_batch)
        app.router.add_get("/health", self.health)
        app.router.add_get("/stats", self.show_stats)
        app.router.add_post("/control", self.control)
        return app

    async def chat(self, request: web.Request) -> web.Response:
        """Answers one chat request, or fails it as the switches say."""
        return await _reply(self._turn(request, await request.read(), self.switches))

    async def embed(self, request: web.Request) -> web.Response:
        _check_key(request, self.switches)
        self.stats.other("embeddings")
        return _json(embedded(await request.read()))

    async def upload(self, request: web.Request) -> web.Response:
        self._check_batches(request)
        form = await request.post()
        file = form.get("file")
        if not isinstance(file, web.FileField):
            raise missing_parameter("file")
        made = self.batches.upload(file.filename, file.file.read(), self.stats)
        await asyncio.sleep(self.switches.batch_answer_ms / 1000)
        return _json(made)

    async def delete_file(self, request: web.Request) -> web.Response:
        self._check_batches(request)
        return _json(self.batches.delete(request.match_info["id"]))

    async def files(self, request: web.Request) -> web.Response:
        self._check_batches(request)
        return _json(self.batches.files(request.query.get("after")))

    async def content(self, request: web.Request) -> web.StreamResponse:
        """With `batch_answer_ms`, the second half comes so much later."""
        self._check_batches(request)
        content = self.batches.content(request.match_info["id"], self.stats)
        response = web.StreamResponse()
        await response.prepare(request)
        half = content.find(b"\n", len(content) // 2) + 1
        await response.write(content[:half])
        await asyncio.sleep(self.switches.batch_answer_ms / 1000)
        await response.write(content[half:])
        return response

    async def create_batch(self, request: web.Request) -> web.Response:
        self._check_batches(request)
        made = self.batches.create(await request.json(), self.stats)
        await asyncio.sleep(self.switches.batch_answer_ms / 1000)
        return _json(made)

    async def list_batches(self, request: web.Request) -> web.Response:
        self._check_batches(request)
        return _json(self.batches.listed(request.query.get("after")))

    async def batch(self, request: web.Request) -> web.Response:
        self._check_batches(request)
        return _json(await self.batches.look(request.match_info["id"], self.switches, self._line(request)))

    async def cancel_batch(self, request: web.Request) -> web.Response:
        self._check_batches(request)
        return _json(await self.batches.cancel(request.match_info["id"], self._line(request)))

    async def models(self, request: web.Request) -> web.Response:
        """The one model there is; other names are answered just the same."""
        _check_key(request, self.switches)
        return _json(_MODELS)

    async def health(self, request: web.Request) -> web.Response:
        return _json({"status": "ok"})

    async def show_stats(self, request: web.Request) -> web.Response:
        return _json(self.stats.as_json())

    async def control(self, request: web.Request) -> web.Response:
        """Sets switches by name, and with `"reset": true` starts counting anew; with `"release": true`, all that waits
        for its `latency_ms` is answered at once. Answers with all switches."""
        try:
            wanted = dict(json.loads(await request.read() or b"{}"))
            reset, release = wanted.pop("reset", False), wanted.pop("release", False)
            self.switches = self.switches.changed(wanted)
        except (ValueError, TypeError) as error:
            return _json(ComplaintError(400, f"Send a JSON object of switches. {error}").body, 400)
        if reset:
            self.stats, self.batches, self.window = Stats(), StandInBatches(), Window()
        if release:
            self.latency.release()
        return _json(self.switches.as_json())

    def _turn(self, request: web.Request, body: bytes, switches: Switches) -> ChatTurn:
        digest = blake2b(body, digest_size=16).digest()
        counts = (self.stats, self.window, self.latency)
        return ChatTurn(request, switches, *counts, body, digest, self.stats.arrive(digest))

    def _line(self, request: web.Request) -> AnswerLine:
        """Answers the requests of a batch, in which nothing waits, hangs or is cut."""
        switches = replace(self.switches, latency_ms=0.0, hang=0.0, cut=0.0)

        async def answer(body: bytes) -> web.Response:
            self.stats.other("batched")
            return await _reply(self._turn(request, body, switches))

        return answer

    def _check_batches(self, request: web.Request) -> None:
        _check_key(request, self.switches)
        if self.switches.no_batches:
            raise not_found("page", request.path)


@web.middleware
async def complaints(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A ComplaintError as the HTTP error it stands for."""
    try:
        return await handler(request)
    except ComplaintError as complaint:
        return _json(complaint.body, complaint.status, complaint.headers)


async def _reply(turn: ChatTurn) -> web.Response:
    try:
        ask = _understood(turn)
        _check_rate(turn)
        await _wait(turn)
        kind = drawn_fault(turn.switches, turn.digest, turn.before)
        return await _fail(turn, ask, kind) if kind else _succeed(turn, ask)
    except ComplaintError as complaint:
        return _json(complaint.body, complaint.status, complaint.headers)
    finally:
        turn.stats.leave()


def _understood(turn: ChatTurn) -> Ask:
    try:
        _check_key(turn.request, turn.switches)
        _check_text(turn)
        ask = read_ask(turn.body, turn.switches)
    except ComplaintError:
        turn.stats.other("rejected")
        raise
    turn.stats.pictured(ask.pictures)
    return ask


def _check_key(request: web.Request, switches: Switches) -> None:
    key = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if switches.api_key and key != switches.api_key:
        raise wrong_key(key, switches.key_status)


def _check_text(turn: ChatTurn) -> None:
    for text, complaint in ((turn.switches.flagged, flagged), (turn.switches.breaks_on, server_error)):
        if text and text.encode() in turn.body:
            raise complaint()


def _check_rate(turn: ChatTurn) -> None:
    if turn.switches.per_minute and not turn.window.take(turn.switches.per_minute):
        turn.stats.fault("rate_limited")
        raise rate_limited(turn.switches.retry_after)


async def _wait(turn: ChatTurn) -> None:
    if not turn.switches.latency_ms:
        return
    try:
        await turn.latency.wait(turn.switches.latency_ms / 1000)
    except asyncio.CancelledError:
        turn.stats.other("left")
        raise


def _succeed(turn: ChatTurn, ask: Ask) -> web.Response:
    chances = estimates(ask.messages, ask.schema)
    if ask.temperature > 0:
        first = 0 if ask.seeded else turn.before * ask.choices
        chance = [sampler(turn.switches, turn.digest, first + index) for index in range(ask.choices)]
        answers = [answer(chances, rng, ask.temperature, weighed=ask.logprobs) for rng in chance]
    else:
        answers = [answer(chances, weighed=ask.logprobs)] * ask.choices
    within = [full.cut_to(ask.limit) for full in answers]
    if any(full.finish == "length" for full in within):
        turn.stats.other("short")
    else:
        turn.stats.answered(turn.digest)
    return _completed(turn, ask, within)


async def _fail(turn: ChatTurn, ask: Ask, kind: str) -> web.Response:
    turn.stats.fault(kind)
    if kind == "rate_limited":
        raise rate_limited(turn.switches.retry_after)
    if kind == "server_error":
        raise server_error()
    if kind in ("hang", "cut"):
        if kind == "cut" and turn.request.transport:
            turn.request.transport.abort()
        await asyncio.sleep(_HELD_SECONDS)
        raise server_error()
    spoilt = spoiled(kind, estimates(ask.messages, ask.schema)).cut_to(ask.limit)
    return _completed(turn, ask, [spoilt] * ask.choices)


def _completed(turn: ChatTurn, ask: Ask, answers: list[Answer]) -> web.Response:
    prompt, written = usage_of(ask, answers)
    thoughts = turn.switches.thoughts
    turn.stats.charge(prompt, written + thoughts)
    limits = turn.window.headers(turn.switches.per_minute) if turn.switches.tells_limit else None
    return _json(completion(ask, answers, f"{turn.digest.hex()}-{turn.before}", thoughts), headers=limits)


def _json(body: bytes | dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    return web.Response(body=encoded, status=status, headers=headers, content_type="application/json")
