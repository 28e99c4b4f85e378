"""The model: chat completions of any OpenAI-compatible server, through the `openai` package.

One request goes in, and a Completion or a Failure comes out. It does not retry or limit requests in flight. It knows
what a server refuses: it falls back from `json_schema` to `json_object` to plain text, leaves out parameters that a
model does not accept, and remembers both, see `learnt_formats`. A task's text never follows a redirect.
"""

import asyncio
import contextlib
import time
from dataclasses import replace
from functools import partial

import aiohttp
import httpx2
import openai

from backend.adapters.providers.capped_body import MOST_BYTES, TooLarge, read_capped
from backend.adapters.providers.chat_post import ChatPost
from backend.adapters.providers.connection_errors import (
    Streamed,
    check,
    is_stream,
    moved,
    never_sent,
    streams,
    timed_out,
    unsafe,
    words_of,
)
from backend.adapters.providers.key_header import async_request_hooks
from backend.adapters.providers.meant_status import meant_status, refusal_in
from backend.adapters.providers.model_connection import ModelConnection
from backend.adapters.providers.model_profiles import ModelProfiles
from backend.adapters.providers.rate_headers import RateHeaders
from backend.adapters.providers.refusals import Refusals, is_about_length
from backend.adapters.providers.request_format import NO_RIVALS, RequestFormat
from backend.adapters.providers.response import is_billed, malformed, parse, to_reply
from backend.adapters.providers.rivals import branches_in
from backend.adapters.providers.written_documents import WrittenDocuments
from backend.adapters.tls import client_context
from backend.domain.chat.model_names import doubt, names_of
from backend.domain.chat.packed import packed
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.connections.connection import DEFAULT
from backend.domain.outcome import Failure
from backend.errors import ProviderError, ProviderRefusedError

GARBAGE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError, aiohttp.ClientError)
"""What reading a bad answer can raise; openai lets some of aiohttp's errors through as they are."""
_NO_LIST = (403, 404, 405, 501)
"""Where there is no list of models, or the key may not read it; requests may be answered all the same."""


class ChatCompletions:
    """One long-lived client (a client per call would take 24 ms of CPU), for one event loop only."""

    def __init__(
        self, connection: ModelConnection, profiles: ModelProfiles | None = None, rates: RateHeaders | None = None
    ) -> None:
        """`profiles`: of the server's models; by default nothing is known of them. `rates`: is told the limits that it
        states. Raises SettingsError for a key or an address that can't be one."""
        check(connection)
        self._profiles, self._rates = profiles or ModelProfiles(), rates or RateHeaders()
        self._named, self._connection, self._address = connection.settings, connection.name, connection.public_url
        self._refusals = Refusals(self._address, self._named, connection.api_key or "")
        self._timeout_s = connection.timeout_s
        # Slots bound what is in flight; None would mean aiohttp's own limit of 100 connections.
        enough = httpx2.Limits(max_connections=4096, max_keepalive_connections=4096)
        transports = openai.DefaultAioHttpClient(
            limits=enough,
            timeout=connection.timeout_s,
            event_hooks={"request": async_request_hooks(connection), "response": [read_capped]},
            follow_redirects=False,
            verify=client_context(httpx2.create_ssl_context),
        )
        self._client = openai.AsyncOpenAI(
            api_key=connection.api_key,
            base_url=connection.base_url,
            max_retries=0,
            timeout=connection.timeout_s,
            default_query=connection.query,
            http_client=transports,
        )
        repeats = connection.renewed_key is None
        self._post = ChatPost(self._client, transports, connection.timeout_s, repeats=repeats)
        self._documents = WrittenDocuments()

    async def close(self) -> None:
        await self._client.close()

    async def models(self) -> list[str] | None:
        """Names of the models that the server lists, with aliases; a free request. None if there is no list. Raises
        ProviderRefusedError if the server refuses to answer, ProviderError if nothing answers."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return [name async for entry in self._client.models.list() for name in names_of(entry)]
        except openai.APIStatusError as error:
            if error.status_code < 400:
                raise moved(error, self._address, self._named) from None
            if error.status_code in _NO_LIST:
                return None
            raise ProviderRefusedError(self._list_refused(error)) from None
        except (openai.APIConnectionError, TimeoutError) as error:
            raise unsafe(error, self._address) or ProviderError(
                f"No connection to the model's server at {self._address}: start it, or correct {self._named.address}."
            ) from None
        except GARBAGE:
            raise ProviderError(
                f"{self._address} answers, but not with a list of models: check {self._named.address}, which usually "
                "ends in /v1."
            ) from None

    def _list_refused(self, error: openai.APIStatusError) -> str:
        try:
            return f"{self._refusals.failure('', error).detail} Try again later."
        except ProviderError as refusal:
            return str(refusal)

    async def describe(self, model: str) -> str:
        """Address and model, for people, after a free request. Raises ProviderError as `models` does, and if the server
        lists only other models."""
        unknown = doubt(model, await self.models() or [], str(self._client.base_url).rstrip("/"))
        if unknown:
            raise ProviderError(unknown.sentence, unknown.advice)
        return f"{self._address}, {model}"

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        """The model's answer, or a Failure. Raises ProviderError if no other task would be answered either: key, quota,
        unknown model or address."""
        reply = await self._complete(request, attempt)
        if isinstance(reply, Completion) and self._connection != DEFAULT:
            return replace(reply, connection=self._connection)
        return reply

    async def _complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        while True:
            used = self._profiles.format(request.template.model)
            used.check_cap(request.template)
            sent = await self._documents.sent(request, used)
            if isinstance(sent, Failure):
                return sent
            try:
                reply = await self._ask(sent, used, attempt)
            except openai.APIStatusError as error:
                refused = await self._refused(sent, used, attempt, error)
                if refused is not None:
                    return refused
                continue
            if isinstance(reply, Completion):
                self._profiles.answered(request, used, reply)
            return reply

    async def _ask(self, request: ChatRequest, used: RequestFormat, attempt: int) -> Completion | Failure:
        """Sends once. Raises APIStatusError for a refusal."""
        started = time.perf_counter()
        try:
            model = request.template.model
            content = await self._post.post(used.body(request), partial(self._rates.note, model))
            if is_stream(content):
                raise streams(self._address)
            seconds, body = time.perf_counter() - started, parse(content)
            if (refusal := refusal_in(body, request.texts)) is not None:
                error = self._post.as_status(*refusal)
                if is_billed(body):
                    return self._paid(request, attempt, error)
                raise error
            quote = partial(self._refusals.quoted, request)
            reply = to_reply(request.digest, model, body, attempt, seconds, quote)
            return packed(reply, branches_in(body, request, reply)) if isinstance(reply, Completion) else reply
        except openai.APIConnectionError as error:
            if (unsafely := unsafe(error, self._address)) is not None:
                raise unsafely from None
            if timed_out(error):
                return Failure("timeout", "The model's server did not answer in time.")
            away = Failure("connection", f"No connection to the model's server at {self._address}.")
            return replace(away, unbilled=never_sent(error))
        except TimeoutError:
            return Failure("timeout", "The model's server did not answer in time.")
        except TooLarge:
            return Failure("server", f"The model's server sent more than {MOST_BYTES // 10**6} MB.")
        except Streamed:
            raise streams(self._address) from None
        except GARBAGE:
            return Failure("server", "The model's server did not send a chat completion.")

    def _paid(self, request: ChatRequest, attempt: int, error: openai.APIStatusError) -> Completion | Failure:
        """A refusal that came with a bill: the model began to answer, so that it is of this task, in whatever words."""
        model = request.template.model
        try:
            return malformed(error.body, request.digest, model, attempt) or self._refusals.failure(
                model, error, request
            )
        except ProviderError as refusal:
            return Failure("bad_request", str(refusal))

    async def _refused(
        self, request: ChatRequest, used: RequestFormat, attempt: int, error: openai.APIStatusError
    ) -> Completion | Failure | None:
        """The Failure of a refusal; None if the request is to be sent again in another form or to another path."""
        model = request.template.model
        if 300 <= error.status_code < 400:
            self._post.move(error, self._address, self._named)
            return None
        if self._refusals.takes_no_documents(request, error):
            self._profiles.takes_no_documents(model)
            return None
        self._refusals.check_pictures(request, error)
        answer = malformed(error.body, request.digest, model, attempt)
        if answer is not None:
            return answer
        status = meant_status(error.status_code, error.body, request.texts)
        if self._profiles.refused(request, used, status, error.param, words_of(error)):
            return None
        failure = replace(self._refusals.failure(model, error, request), unbilled=True)
        formal = failure.kind == "bad_request" and status in (400, 422)
        if not formal or is_about_length(error) or not self._profiles.is_untried(model):
            return failure
        return await self._ask_otherwise(request, used, attempt) or failure

    async def _ask_otherwise(
        self, request: ChatRequest, used: RequestFormat, attempt: int
    ) -> Completion | Failure | None:
        """The answer to the first other form that the model accepts, or the Failure of one that may have been charged;
        each is tried once. Only for models without any answer yet: refusals come in many words."""
        for other in used.others(request):
            sent = await self._documents.sent(request, other)
            with contextlib.suppress(openai.APIStatusError):
                reply = sent if isinstance(sent, Failure) else await self._ask(sent, other, attempt)
                if isinstance(reply, Completion):
                    self._profiles.takes(request.template.model, other)
                if isinstance(reply, Completion) or not reply.unbilled:
                    return reply
        return None

    def body(self, request: ChatRequest) -> bytes:
        """The body of the request in the form that this model accepts, as far as is known."""
        learnt = self._profiles.format(request.template.model)
        # Nobody can ask a line of a batch again, and its answer is read without its request.
        once = replace(learnt, bounded=False, rivals=NO_RIVALS)
        return once.body(self._documents.in_batch(request, learnt))

    async def post(self, content: bytes) -> bytes:
        """The answer to a body as it is. Raises openai's errors, TimeoutError, TooLarge and Streamed."""
        return await self._post.post(content)
