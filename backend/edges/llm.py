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
from typing import Any

import aiohttp
import httpx2
import openai

from backend.core.addresses import shown
from backend.core.chat import ChatRequest, Completion
from backend.core.models import doubt
from backend.core.outcomes import Failure
from backend.edges.dialect import Dialect, adapted
from backend.edges.reply import parse, retry_after, to_completion
from backend.errors import ProviderError, ProviderRefusedError, SettingsError

GARBAGE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError, aiohttp.ClientError)
"""What reading an answer that is none can raise; openai lets some of aiohttp's errors through as they are."""
_MOST_BYTES = 8_000_000
_NO_LIST = (403, 404, 405, 501)
"""Where there is no list of models, or the key may not read it; requests may be answered all the same."""
_LONGEST_NAME = 200


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

    async def models(self) -> list[str] | None:
        """Names of the models that the server lists, aliases among them; a free request. None where there is no such
        list. Raises ProviderRefusedError when the server does not tell, else ProviderError when none answers."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return [name async for entry in self._client.models.list() for name in _names(entry)]
        except openai.APIStatusError as error:
            if error.status_code in _NO_LIST:
                return None
            raise ProviderRefusedError(self._list_refused(error)) from None
        except (openai.APIConnectionError, TimeoutError):
            raise ProviderError(
                f"No connection to the model's server at {self._shown}: start it, or correct {self._named}_BASE_URL."
            ) from None
        except GARBAGE:
            raise ProviderError(
                f"{self._shown} answers, but not with a list of models: check {self._named}_BASE_URL, which usually "
                "ends in /v1."
            ) from None

    def _list_refused(self, error: openai.APIStatusError) -> str:
        try:
            return f"{self._status_failure('', error).detail} Try again later."
        except ProviderError as refusal:
            return str(refusal)

    async def describe(self, model: str) -> str:
        """Address and model, for people, after a free request. Raises ProviderError as `models` does, and when the
        server lists other models only."""
        unknown = doubt(model, await self.models() or [], str(self._client.base_url).rstrip("/"))
        if unknown:
            raise ProviderError(unknown)
        return f"{self._shown}, {model}"

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        """The model's answer, or why there is none.

        Raises ProviderError when no other task would be answered either: key, quota, unknown model or address.
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
                    return replace(self._status_failure(request.frame.model, error), unbilled=True)
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

    def _status_failure(self, model: str, error: openai.APIStatusError) -> Failure:
        status, code = error.status_code, error.code or ""
        if status in (402, 429) and (status == 402 or "quota" in code or "billing" in code):
            raise ProviderError(f"The account at {self._shown} has no quota left: add credit, then run it again.")
        if status == 401:
            raise ProviderError(
                f"{self._shown} refused the key: check {self._named}_API_KEY and {self._named}_BASE_URL."
            )
        if status == 403:
            raise ProviderError(f"The key may not use model '{model}' at {self._shown}: choose another model or key.")
        if status in (404, 405):
            raise ProviderError(
                f"{self._shown} does not know model '{model}' (or is no OpenAI-compatible address): "
                f"check the model's name and {self._named}_BASE_URL, which usually ends in /v1."
            )
        if status == 429:
            return Failure(
                "rate_limited",
                "The provider's rate limit was reached.",
                retry_after(error.response.headers, time.time()),
            )
        if status in (408, 409) or status >= 500:
            return Failure(
                "server", f"The model's server answered {status}.", retry_after(error.response.headers, time.time())
            )
        return Failure("bad_request", f"The model's server refused the request ({status} {code}).".replace(" )", ")"))


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


def _names(entry: Any) -> list[str]:
    """Of one model: servers such as llama.cpp list others beside its id."""
    names = dict.fromkeys([entry.id, *(getattr(entry, "aliases", None) or [])])
    return [name[:_LONGEST_NAME] for name in names if isinstance(name, str) and name]


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
