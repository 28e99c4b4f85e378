"""The model: chat completions of any OpenAI-compatible server, through the `openai` package.

One request in, a Completion or a Failure out. Retrying and pacing are not its business; knowing what a server refuses
is: it steps down from `json_schema` to `json_object` to plain text, drops parameters a model does not take, and
remembers both per model for as long as the process lives.
"""

import json
import re
import time
from dataclasses import replace
from typing import Any

import aiohttp
import httpx2
import openai

from backend.core.chat import ChatRequest, Completion
from backend.core.outcomes import Failure
from backend.edges.dialect import Dialect, adapted
from backend.errors import ProviderError, SettingsError

GARBAGE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError, aiohttp.ClientError)
"""What reading an answer that is none can raise; openai lets some of aiohttp's errors through as they are."""
_MOST = 2**31 - 1


class Model:
    """One long-lived client (a client per call would cost 24 ms of CPU); use it from one event loop only."""

    def __init__(self, base_url: str, api_key: str | None, timeout_s: float) -> None:
        """Raises SettingsError for a key or an address that can't be one."""
        check(base_url, api_key)
        self.base_url = base_url
        # Slots bound what is in flight; None would mean aiohttp's own limit of 100 connections.
        enough = httpx2.Limits(max_connections=4096, max_keepalive_connections=4096)
        self._client = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=timeout_s,
            http_client=openai.DefaultAioHttpClient(limits=enough, timeout=timeout_s),
        )
        self._dialects: dict[str, Dialect] = {}

    async def close(self) -> None:
        await self._client.close()

    async def describe(self, model: str) -> str:
        """Address and model, for people, after a free request. Raises ProviderError when the provider refuses it."""
        try:
            listed = [entry.id async for entry in self._client.models.list()]
        except openai.APIStatusError as error:
            failure = self._status_failure(model, error)
            raise ProviderError(f"{failure.detail} Try again later.") from None
        except openai.APIConnectionError:
            raise ProviderError(
                f"No connection to the model's server at {self.base_url}: start it, or correct OPENAI_BASE_URL."
            ) from None
        except GARBAGE:
            raise ProviderError(
                f"{self.base_url} answers, but not with a list of models: check OPENAI_BASE_URL, usually ending in /v1."
            ) from None
        known = "" if model in listed else f" (not among the {len(listed)} models it lists)"
        return f"{self.base_url}, {model}{known}"

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        """The model's answer, or why there is none.

        Raises ProviderError when no other task would be answered either: key, quota, unknown model or address.
        """
        while True:
            dialect = self._dialects.get(request.frame.model, Dialect())
            started = time.perf_counter()
            try:
                body = await self._post(dialect.body(request))
                seconds = time.perf_counter() - started
                found = read_completion(request.digest, request.frame.model, body)
                return replace(found, attempt=attempt, seconds=seconds)
            except openai.APIStatusError as error:
                if not self._adapt(request, dialect, error):
                    return self._status_failure(request.frame.model, error)
            except openai.APIConnectionError as error:
                if _timed_out(error):
                    return Failure("timeout", "The model's server did not answer in time.")
                return Failure("connection", f"No connection to the model's server at {self.base_url}.")
            except GARBAGE:
                return Failure("server", "The model's server sent something that is no chat completion.")

    def body(self, request: ChatRequest) -> bytes:
        """The request as this model wants it, as far as is known by now."""
        return self._dialects.get(request.frame.model, Dialect()).body(request)

    async def _post(self, content: bytes) -> dict[str, Any]:
        """The typed `create()` would cost twice the CPU; the raw post is the same request."""
        headers = {"Content-Type": "application/json"}
        response = await self._client.post(
            "/chat/completions", cast_to=httpx2.Response, content=content, options={"headers": headers}
        )
        body: dict[str, Any] = json.loads(response.content)
        return body

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
            raise ProviderError(f"The account at {self.base_url} has no quota left: add credit, then run it again.")
        if status == 401:
            raise ProviderError(f"{self.base_url} refused the key: check OPENAI_API_KEY and OPENAI_BASE_URL.")
        if status == 403:
            raise ProviderError(f"The key may not use model '{model}' at {self.base_url}: choose another model or key.")
        if status in (404, 405):
            raise ProviderError(
                f"{self.base_url} does not know model '{model}' (or is no OpenAI-compatible address): "
                "check the model's name and OPENAI_BASE_URL, which usually ends in /v1."
            )
        if status == 429:
            return Failure("rate_limited", "The provider's rate limit was reached.", _retry_after(error))
        if status in (408, 409) or status >= 500:
            return Failure("server", f"The model's server answered {status}.", _retry_after(error))
        return Failure("bad_request", f"The model's server refused the request ({status} {code}).".replace(" )", ")"))


def check(base_url: str, api_key: str | None) -> None:
    """Raises SettingsError for a key or an address that can't be one."""
    if not api_key or not api_key.strip():
        raise SettingsError(
            "OPENAI_API_KEY is not set: export the key of your model's provider (any text for a local one)."
        )
    if not re.fullmatch(r"[ -~]+", api_key):
        raise SettingsError("OPENAI_API_KEY holds a line end or a letter that no key has: copy it again.")
    try:
        good = httpx2.URL(base_url).scheme in ("http", "https") and httpx2.URL(base_url).host
    except httpx2.InvalidURL:
        good = False
    if not good:
        raise SettingsError(
            f"OPENAI_BASE_URL is '{base_url}', which is no address: write one like http://host:port/v1."
        )


def _timed_out(error: openai.APIConnectionError) -> bool:
    """The aiohttp transport reports a refused or broken connection as a ConnectTimeout, which is no time-out to us."""
    return isinstance(error, openai.APITimeoutError) and not isinstance(error.__cause__, httpx2.ConnectTimeout)


def _retry_after(error: openai.APIStatusError) -> float | None:
    """Seconds from `retry-after-ms` or `Retry-After` (seconds; the date form is rare and left to our own back-off)."""
    for header, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(error.response.headers[header]) * scale
        except (KeyError, ValueError):
            continue
        if 0 <= seconds <= 3600:
            return seconds
    return None


def read_completion(digest: str, model: str, body: dict[str, Any]) -> Completion:
    """The Completion that a server's JSON holds, as a first attempt that took no time; `model` in case it names none.
    Raises one of GARBAGE for JSON that holds none."""
    choice = body["choices"][0]
    message = choice["message"]
    usage = body.get("usage") or {}
    refusal = message.get("refusal")
    return Completion(
        digest=digest,
        attempt=0,
        model=_name(body.get("model"), 200) or model,
        text=_text(message.get("content") or refusal or ""),
        finish_reason=_name(choice.get("finish_reason"), 40),
        refused=bool(refusal),
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        cached_tokens=_count((usage.get("prompt_tokens_details") or {}).get("cached_tokens")),
        seconds=0.0,
        logprobs=_logprobs(choice.get("logprobs")),
    )


def _name(found: Any, most: int) -> str:
    """A name the server gave, in characters and a length that every database takes."""
    return str(found or "").encode("utf-8", "replace").decode().replace("\0", "")[:most]


def _count(found: Any) -> int:
    count = int(found or 0)
    if not 0 <= count <= _MOST:
        raise ValueError("no number of tokens")
    return count


def _text(content: Any) -> str:
    """Some servers send content as a list of parts."""
    return content if isinstance(content, str) else "".join(str(part.get("text") or "") for part in content)


def _logprobs(found: Any) -> tuple[tuple[str, float], ...] | None:
    """None for what is not in OpenAI's form: an answer is not lost over it."""
    try:
        tokens = tuple((t["token"], float(t["logprob"])) for t in found["content"])
    except (TypeError, LookupError, ValueError, AttributeError):
        return None
    return tokens if tokens and all(isinstance(token, str) for token, _ in tokens) else None
