"""Sentences about errors on the way to a model's server: certificates, redirects, streams."""

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp
import httpx2
import openai

from backend.adapters.providers.model_connection import ModelConnection, SettingNames
from backend.domain.urls import public_url
from backend.errors import ProviderError, SettingsError

_STREAMS = ("text/event-stream", "application/x-ndjson", "application/jsonl", "application/stream+json")
_EVENTS = (b"data:", b"event:", b": ")
_PATHS = ("/chat/completions", "/models", "/embeddings", "/files", "/batches")
_DEPTH, _WORDS = 4, 2000


class Streamed(ValueError):
    """The server streams its answer, although nobody asked for a stream."""


def check_whole(status: int, headers: Mapping[str, str]) -> None:
    """Raises Streamed for a response that comes as a stream of events."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if status < 300 and kind in _STREAMS:
        raise Streamed


def is_stream(content: bytes) -> bool:
    """Whether a body is a stream of events, whatever its content type is."""
    return content.lstrip().startswith(_EVENTS)


def streams(where: str) -> ProviderError:
    return ProviderError(
        f"{where} sends its answers as a stream of events, although none was asked for: switch streaming off in the "
        "model's server, or in the proxy before it."
    )


def unsafe(error: BaseException, where: str) -> ProviderError | None:
    """A sentence if a connection failed because it was not secure; None for other reasons."""
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        why = next(
            (text for cause in causes if (text := getattr(cause, "verify_message", ""))), "its authority is not known"
        )
        return ProviderError(
            f"The certificate of {where} can't be verified ({why}): set SSL_CERT_FILE to a file with the certificate "
            "that signed it."
        )
    if any(isinstance(cause, ssl.SSLError | aiohttp.ClientConnectorSSLError) for cause in causes):
        return ProviderError(
            f"There is no secure connection to {where}: if it does not use TLS, begin its address with http://."
        )
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def timed_out(error: openai.APIConnectionError) -> bool:
    """aiohttp reports a refused or broken connection as a ConnectTimeout, which is not a time-out for us."""
    return isinstance(error, openai.APITimeoutError) and not isinstance(error.__cause__, httpx2.ConnectTimeout)


def never_sent(error: BaseException) -> bool:
    """Whether not even a connection was made."""
    return isinstance(error, aiohttp.ClientConnectorError) or (
        error.__cause__ is not None and never_sent(error.__cause__)
    )


def target_of(error: openai.APIStatusError) -> httpx2.URL | None:
    """The address to which a redirect leads."""
    try:
        return error.request.url.join(error.response.headers["location"])
    except (KeyError, httpx2.InvalidURL, ValueError):
        return None


def is_elsewhere(here: httpx2.URL, there: httpx2.URL | None) -> bool:
    return there is None or _origin(here) != _origin(there)


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


def moved(error: openai.APIStatusError, where: str, named: SettingNames) -> ProviderError:
    """The error for a redirect: a task's text must not go to an address that nobody set.

    named: what is to be corrected
    """
    target = target_of(error)
    address = "nowhere" if target is None else public_url(str(target))[:200]
    for path in _PATHS:
        address = address.removesuffix(path)
    return ProviderError(
        f"{where} redirects to {address}, where nothing was sent: set {named.address} to that address if it is yours."
    )


def words_of(error: openai.APIStatusError) -> str:
    """The provider's message about its refusal, without the parts that nobody reads."""
    return words_in(error.body)


def words_in(body: Any) -> str:
    """The same from an error's JSON, in whatever form; "" for a page of HTML."""
    words = _words(body, _DEPTH)
    return "" if words.lstrip().startswith("<") else words[:_WORDS]


def _words(body: Any, depth: int) -> str:
    if isinstance(body, str) or not depth:
        return str(body)[:_WORDS] if body else ""
    if isinstance(body, list):
        return "; ".join(filter(None, (_words(item, depth - 1) for item in body[:3])))
    if not isinstance(body, dict):
        return ""
    keys = ("message", "detail", "error", "msg", "errors", "title", "description")
    sentence = next((words for key in keys if (words := _words(body.get(key), depth - 1))), "")
    location = body.get("loc")
    raw = body["metadata"].get("raw") if isinstance(body.get("metadata"), dict) else None
    before = f"{json.dumps(location)}: " if location and sentence else ""
    return f"{before}{sentence}{f' ({raw[:_WORDS]})' if isinstance(raw, str) else ''}"


def check(connection: ModelConnection) -> None:
    """Raises SettingsError for a key or an address that can't be one."""
    named, api_key = connection.settings, connection.api_key
    if not api_key or not api_key.strip():
        raise SettingsError(
            f"{named.key} is not set: export the key of your model's provider (any text for a local one)."
        )
    if not re.fullmatch(r"[ -~]+", api_key):
        raise SettingsError(f"{named.key} holds a line end or a letter that no key has: copy it again.")
    try:
        good = httpx2.URL(connection.base_url).scheme in ("http", "https") and httpx2.URL(connection.base_url).host
    except httpx2.InvalidURL:
        good = False
    if not good:
        raise SettingsError(f"{named.address} is not a valid address: write one like http://host:port/v1.")
