"""The model: chat completions of any OpenAI-compatible server, through the `openai` package.

One request in, a Completion or a Failure out. Retrying and pacing are not its business; knowing what a server refuses
is: it steps down from `json_schema` to `json_object` to plain text, drops parameters a model does not take, and
remembers both per model for as long as the process lives.
"""

import asyncio
import contextlib
import re
import time
from dataclasses import replace

import aiohttp
import httpx2
import openai

from backend.core.addresses import shown
from backend.core.chat import MODERATED, ChatRequest, Completion
from backend.core.outcomes import Failure
from backend.edges.dialect import Dialect, adapted
from backend.edges.refusals import Asked, failure_of, is_moderated, words
from backend.edges.reply import parse, to_completion
from backend.errors import ProviderError, SettingsError

GARBAGE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError, aiohttp.ClientError)
"""What reading an answer that is none can raise; openai lets some of aiohttp's errors through as they are."""
_MOST_BYTES = 8_000_000


class TooLarge(ValueError):
    """A body, unpacked, of more than _MOST_BYTES."""


class Model:
    """One long-lived client (a client per call would cost 24 ms of CPU); use it from one event loop only."""

    def __init__(self, base_url: str, api_key: str | None, timeout_s: float, named: str = "OPENAI") -> None:
        """`timeout_s`: for a whole request; `named`: what the settings of address and key begin with. Raises
        SettingsError for a key or an address that can't be one."""
        check(base_url, api_key, named)
        self._named = named
        self._shown = shown(base_url)
        self._timeout_s = timeout_s
        # Slots bound what is in flight; None would mean aiohttp's own limit of 100 connections.
        enough = httpx2.Limits(max_connections=4096, max_keepalive_connections=4096)
        self._client = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=timeout_s,
            http_client=openai.DefaultAioHttpClient(
                limits=enough, timeout=timeout_s, event_hooks={"response": [_read_capped]}
            ),
        )
        # Whole, because the client would put it together for each request, at a tenth of the CPU that asking takes.
        self._chat_url = f"{str(self._client.base_url).rstrip('/')}/chat/completions"
        self._dialects: dict[str, Dialect] = {}

    async def close(self) -> None:
        await self._client.close()

    async def describe(self, model: str) -> str:
        """Address and model, for people, after a free request. Raises ProviderError when the provider refuses it."""
        try:
            async with asyncio.timeout(self._timeout_s):
                listed = [entry.id async for entry in self._client.models.list()]
        except openai.APIStatusError as error:
            failure = self._status_failure(model, error)
            raise ProviderError(failure.stops or f"{failure.detail} Try again later.") from None
        except (openai.APIConnectionError, TimeoutError):
            raise ProviderError(
                f"No connection to the model's server at {self._shown}: start it, or correct {self._named}_BASE_URL."
            ) from None
        except GARBAGE:
            raise ProviderError(
                f"{self._shown} answers, but not with a list of models: check {self._named}_BASE_URL, which usually "
                "ends in /v1."
            ) from None
        known = "" if model in listed else f" (not among the {len(listed)} models it lists)"
        return f"{self._shown}, {model}{known}"

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        """The model's answer, or why there is none.

        Raises ProviderError when no other task would be answered either: key, quota.
        """
        while True:
            dialect = self._dialects.get(request.frame.model, Dialect())
            self._check_cap(request, dialect)
            started = time.perf_counter()
            try:
                body = parse(await self._post(dialect.body(request)))
                seconds = time.perf_counter() - started
                return to_completion(request.digest, request.frame.model, body, attempt, seconds)
            except openai.APIStatusError as error:
                if not self._adapt(request, dialect, error):
                    return self._refusal(request, attempt, error, time.perf_counter() - started)
            except openai.APIConnectionError as error:
                if _timed_out(error):
                    return Failure("timeout", "The model's server did not answer in time.")
                away = Failure("connection", f"No connection to the model's server at {self._shown}.")
                return replace(away, unbilled=_never_sent(error))
            except TimeoutError:
                return Failure("timeout", "The model's server did not answer in time.")
            except TooLarge:
                return Failure("server", f"The model's server sent more than {_MOST_BYTES // 10**6} MB.")
            except GARBAGE:
                return Failure("server", "The model's server sent something that is no chat completion.")

    def _check_cap(self, request: ChatRequest, dialect: Dialect) -> None:
        if request.frame.cap is not None and not dialect.caps(request.frame):
            raise ProviderError(
                f"Model '{request.frame.model}' takes no limit on the length of an answer, so no budget can be kept: "
                "run it without --budget."
            )

    def body(self, request: ChatRequest) -> bytes:
        """The request as this model wants it, as far as is known by now."""
        return self._dialects.get(request.frame.model, Dialect()).body(request)

    async def _post(self, content: bytes) -> bytes:
        """The typed `create()` would cost twice the CPU; the raw post is the same request."""
        headers = {"Content-Type": "application/json"}
        async with asyncio.timeout(self._timeout_s):  # the client's own is for the gap between two bytes
            response = await self._client.post(
                self._chat_url, cast_to=httpx2.Response, content=content, options={"headers": headers}
            )
        return response.content

    def _adapt(self, request: ChatRequest, used: Dialect, error: openai.APIStatusError) -> bool:
        """Whether the refusal was about how we ask and another way is left to try."""
        now = self._dialects.get(request.frame.model, Dialect())
        if now != used:
            return True
        better = adapted(used, request, error.status_code, error.param, error.message)
        if better is None:
            return False
        self._dialects[request.frame.model] = better
        return True

    def _refusal(
        self, request: ChatRequest, attempt: int, error: openai.APIStatusError, seconds: float
    ) -> Completion | Failure:
        """A Failure; but what moderation says about an input is a fact like any answer, and need not be asked twice."""
        if is_moderated(error, request.texts):
            said = words(error, self._client.api_key)
            return Completion(request.digest, attempt, request.frame.model, said, MODERATED, True, 0, 0, 0, seconds)
        return replace(self._status_failure(request.frame.model, error, request.texts), unbilled=True)

    def _status_failure(self, model: str, error: openai.APIStatusError, texts: str = "") -> Failure:
        """`texts`: of the request. Raises ProviderError for a key or an account that nothing is answered to."""
        return failure_of(error, Asked(self._shown, self._named, self._client.api_key, model, texts))


def check(base_url: str, api_key: str | None, named: str = "OPENAI") -> None:
    """Raises SettingsError for a key or an address that can't be one; `named`: what their settings begin with."""
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
        raise SettingsError(f"{named}_BASE_URL is no address: write one like http://host:port/v1.")


async def _read_capped(response: httpx2.Response) -> None:
    """Reads a body in place of httpx2, which would read, and unpack, one without end. Raises TooLarge."""
    parts, size = [], 0
    async with contextlib.aclosing(response.aiter_bytes()) as stream:
        async for part in stream:
            parts.append(part)
            size += len(part)
            if size > _MOST_BYTES:
                raise TooLarge
    response._content = b"".join(parts)  # where its own aread() would put it, and finds it


def _timed_out(error: openai.APIConnectionError) -> bool:
    """The aiohttp transport reports a refused or broken connection as a ConnectTimeout, which is no time-out to us."""
    return isinstance(error, openai.APITimeoutError) and not isinstance(error.__cause__, httpx2.ConnectTimeout)


def _never_sent(error: BaseException) -> bool:
    """Whether not even a connection was made."""
    return isinstance(error, aiohttp.ClientConnectorError) or (
        error.__cause__ is not None and _never_sent(error.__cause__)
    )
