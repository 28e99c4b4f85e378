"""The model: chat completions of any OpenAI-compatible server, through the `openai` package.

One request goes in, and a Completion or a Failure comes out. It does not retry or limit requests in flight. It knows
what a server refuses: it falls back from `json_schema` to `json_object` to plain text, leaves out parameters that a
model does not accept, and remembers both per model for the life of the process. A task's text never follows a redirect.
"""

import asyncio
import contextlib
import re
import time
from dataclasses import replace
from functools import partial
from typing import Any

import aiohttp
import httpx2
import openai

from backend.adapters.providers.connection_errors import (
    Streamed,
    check_whole,
    is_elsewhere,
    is_stream,
    moved,
    never_sent,
    streams,
    target_of,
    timed_out,
    unsafe,
    words_of,
)
from backend.adapters.providers.refusals import Refusals, is_about_length
from backend.adapters.providers.request_format import RequestFormat, adapted
from backend.adapters.providers.response import malformed, parse, to_reply
from backend.domain.chat.model_names import doubt
from backend.domain.chat.repeats import runs_on
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.chat.response_parser import is_cut
from backend.domain.outcome import Failure
from backend.domain.urls import shown
from backend.errors import ProviderError, ProviderRefusedError, SettingsError

GARBAGE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError, aiohttp.ClientError)
"""What reading an answer that is none can raise; openai lets some of aiohttp's errors through as they are."""
_MOST_BYTES = 8_000_000
_MOST_MOVES = 5
_NO_LIST = (403, 404, 405, 501)
"""Where there is no list of models, or the key may not read it; requests may be answered all the same."""
_LONGEST_NAME = 200


class TooLarge(ValueError):
    """An unpacked body of more than _MOST_BYTES."""


class ChatCompletions:
    """One long-lived client (a client per call would take 24 ms of CPU), for one event loop only."""

    def __init__(self, base_url: str, api_key: str | None, timeout_s: float, named: str = "OPENAI") -> None:
        """Raises SettingsError for an invalid key or address.

        timeout_s: seconds for a whole request
        named: the beginning of the names of the settings for address and key
        """
        check(base_url, api_key, named)
        self._named = named
        self._shown = shown(base_url)
        self._refusals = Refusals(self._shown, named, api_key or "")
        self._timeout_s = timeout_s
        # Slots bound what is in flight; None would mean aiohttp's own limit of 100 connections.
        enough = httpx2.Limits(max_connections=4096, max_keepalive_connections=4096)
        self._client = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=timeout_s,
            http_client=openai.DefaultAioHttpClient(
                limits=enough,
                timeout=timeout_s,
                event_hooks={"response": [_read_capped]},
                follow_redirects=False,
            ),
        )
        # Whole, because the client would put it together for each request, at a tenth of the CPU that asking takes.
        self._chat_url = f"{str(self._client.base_url).rstrip('/')}/chat/completions"
        self._moves = 0
        self._dialects: dict[str, RequestFormat] = {}
        self._known: set[str] = set()

    async def close(self) -> None:
        await self._client.close()

    async def models(self) -> list[str] | None:
        """Names of the models that the server lists, with aliases; a free request. None if there is no such list.

        Raises ProviderRefusedError if the server refuses to answer, ProviderError if nothing answers.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                return [name async for entry in self._client.models.list() for name in _names(entry)]
        except openai.APIStatusError as error:
            if error.status_code < 400:
                raise moved(error, self._shown, self._named) from None
            if error.status_code in _NO_LIST:
                return None
            raise ProviderRefusedError(self._list_refused(error)) from None
        except (openai.APIConnectionError, TimeoutError) as error:
            raise unsafe(error, self._shown) or ProviderError(
                f"No connection to the model's server at {self._shown}: start it, or correct {self._named}_BASE_URL."
            ) from None
        except GARBAGE:
            raise ProviderError(
                f"{self._shown} answers, but not with a list of models: check {self._named}_BASE_URL, which usually "
                "ends in /v1."
            ) from None

    def _list_refused(self, error: openai.APIStatusError) -> str:
        try:
            return f"{self._refusals.failure('', error).detail} Try again later."
        except ProviderError as refusal:
            return str(refusal)

    async def describe(self, model: str) -> str:
        """Address and model, for people, after a free request.

        Raises ProviderError as `models` does, and if the server lists only other models.
        """
        unknown = doubt(model, await self.models() or [], str(self._client.base_url).rstrip("/"))
        if unknown:
            raise ProviderError(unknown)
        return f"{self._shown}, {model}"

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        """The model's answer, or a Failure.

        Raises ProviderError if no other task would be answered either: key, quota, unknown model or address.
        """
        while True:
            dialect = self._dialect(request)
            self._check_cap(request, dialect)
            try:
                reply = await self._ask(request, dialect, attempt)
            except openai.APIStatusError as error:
                refused = await self._refused(request, dialect, attempt, error)
                if refused is not None:
                    return refused
            else:
                self._learn(request, dialect, reply)
                return reply

    async def _ask(self, request: ChatRequest, dialect: RequestFormat, attempt: int) -> Completion | Failure:
        """Sends once. Raises APIStatusError for a refusal."""
        started = time.perf_counter()
        try:
            content = await self._post(dialect.body(request))
            if is_stream(content):
                raise streams(self._shown)
            seconds, model = time.perf_counter() - started, request.template.model
            return to_reply(
                request.digest, model, parse(content), attempt, seconds, partial(self._refusals.quoted, request)
            )
        except openai.APIConnectionError as error:
            if (unsafely := unsafe(error, self._shown)) is not None:
                raise unsafely from None
            if timed_out(error):
                return Failure("timeout", "The model's server did not answer in time.")
            away = Failure("connection", f"No connection to the model's server at {self._shown}.")
            return replace(away, unbilled=never_sent(error))
        except TimeoutError:
            return Failure("timeout", "The model's server did not answer in time.")
        except TooLarge:
            return Failure("server", f"The model's server sent more than {_MOST_BYTES // 10**6} MB.")
        except Streamed:
            raise streams(self._shown) from None
        except GARBAGE:
            return Failure("server", "The model's server did not send a chat completion.")

    async def _refused(
        self, request: ChatRequest, dialect: RequestFormat, attempt: int, error: openai.APIStatusError
    ) -> Completion | Failure | None:
        """The Failure of a refusal; None if the request is to be sent again in another form or to another path."""
        model = request.template.model
        if 300 <= error.status_code < 400:
            self._move(error)
            return None
        answer = malformed(error.body, request.digest, model, attempt)
        if answer is not None:
            return answer
        if self._adapt(request, dialect, error):
            return None
        failure = replace(self._refusals.failure(model, error, request), unbilled=True)
        formal = failure.kind == "bad_request" and error.status_code in (400, 422) and model not in self._known
        if not formal or is_about_length(error):
            return failure
        return await self._ask_otherwise(request, dialect, attempt) or failure

    async def _ask_otherwise(self, request: ChatRequest, dialect: RequestFormat, attempt: int) -> Completion | None:
        """The answer to the first other form that the model accepts. Each form is tried once.

        Only for models without any answer yet: refusals come in many words.
        """
        self._known.add(request.template.model)
        for other in dialect.others(request.template):
            with contextlib.suppress(openai.APIStatusError):
                reply = await self._ask(request, other, attempt)
                if isinstance(reply, Completion):
                    self._dialects[request.template.model] = other
                    return reply
        return None

    def _dialect(self, request: ChatRequest) -> RequestFormat:
        return self._dialects.get(request.template.model, RequestFormat())

    def _learn(self, request: ChatRequest, dialect: RequestFormat, reply: Completion | Failure) -> None:
        """A model that was cut off in the middle of its thoughts is not bounded again."""
        if isinstance(reply, Failure):
            return
        self._known.add(request.template.model)
        bound = dialect.bound(request.template)
        if bound is not None and is_cut(reply) and not runs_on(reply.text):
            self._dialects[request.template.model] = replace(self._dialect(request), bounded=False)

    def _move(self, error: openai.APIStatusError) -> None:
        """Continues at the path that this server names. Raises ProviderError if it names another server."""
        if error.request.url != httpx2.URL(self._chat_url):
            return  # another request has found the way
        target = target_of(error)
        self._moves += 1
        if target is None or is_elsewhere(error.request.url, target) or self._moves > _MOST_MOVES:
            raise moved(error, self._shown, self._named)
        self._chat_url = str(target)

    def _check_cap(self, request: ChatRequest, dialect: RequestFormat) -> None:
        if request.template.cap is not None and not dialect.caps(request.template):
            raise ProviderError(
                f"Model '{request.template.model}' accepts no limit on the length of an answer, so no budget can be "
                "kept: run it without --budget."
            )

    def body(self, request: ChatRequest) -> bytes:
        """The body of the request in the form that this model accepts, as far as is known."""
        return replace(self._dialect(request), bounded=False).body(request)  # nobody can ask a line of a batch again

    async def _post(self, content: bytes) -> bytes:
        """The typed `create()` would take twice the CPU; the raw post sends the same request."""
        headers = {"Content-Type": "application/json"}
        async with asyncio.timeout(self._timeout_s):  # the client's own is for the gap between two bytes
            response = await self._client.post(
                self._chat_url, cast_to=httpx2.Response, content=content, options={"headers": headers}
            )
        return response.content

    def _adapt(self, request: ChatRequest, used: RequestFormat, error: openai.APIStatusError) -> bool:
        """Whether the refusal was about the form of the request, and another form is left to try."""
        if self._dialect(request) != used:
            return True
        better = adapted(used, request, error.status_code, error.param, words_of(error))
        if better is None:
            return False
        self._dialects[request.template.model] = better
        return True


def check(base_url: str, api_key: str | None, named: str = "OPENAI") -> None:
    """Raises SettingsError for an invalid key or address. `named`: the beginning of their settings' names."""
    if not api_key or not api_key.strip():
        raise SettingsError(
            f"{named}_API_KEY is not set: export the key of your model's provider (any text for a local one)."
        )
    if not re.fullmatch(r"[ -~]+", api_key):
        raise SettingsError(f"{named}_API_KEY holds a line end or a letter that no key has: copy it again.")
    try:
        good = httpx2.URL(base_url).scheme in ("http", "https") and httpx2.URL(base_url).host
    except httpx2.InvalidURL:
        good = False
    if not good:
        raise SettingsError(f"{named}_BASE_URL is not a valid address: write one like http://host:port/v1.")


def _names(entry: Any) -> list[str]:
    """The names of one model: servers such as llama.cpp list aliases beside its id."""
    names = dict.fromkeys([entry.id, *(getattr(entry, "aliases", None) or [])])
    return [name[:_LONGEST_NAME] for name in names if isinstance(name, str) and name]


async def _read_capped(response: httpx2.Response) -> None:
    """Reads a body in place of httpx, which would read and unpack without a limit. Raises TooLarge."""
    check_whole(response)
    parts, size = [], 0
    async with contextlib.aclosing(response.aiter_bytes()) as stream:
        async for part in stream:
            parts.append(part)
            size += len(part)
            if size > _MOST_BYTES:
                raise TooLarge
    response._content = b"".join(parts)  # where its own aread() would put it, and finds it
