"""HTTP clients for Label Studio that keep no cookies.

Label Studio sets a session cookie on every answer. A client that kept it could answer the next, anonymous, request as
the one before.
"""

from collections.abc import Generator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from backend.adapters.label_studio.credential import HEADERS, Credential
from backend.adapters.tls import client_context

TIMEOUT_S = 60.0


class PassedOn(httpx.Auth):
    """Sends a credential in place of what the SDK would."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        for name in HEADERS:
            request.headers.pop(name, None)
        request.headers[self._credential.header] = self._credential.value
        yield request


class Client(httpx.Client):
    """An answer that was read lets go of the stream that it came by, which holds the answer. Otherwise both, and the
    request with its body of megabytes, would stay in memory until the garbage collector finds them."""

    def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        response = super().send(request, stream=stream, **options)
        if not stream:
            response.stream = httpx.ByteStream(b"")
        return response


def client_without_cookies(credential: Credential | None = None) -> httpx.Client:
    """For Label Studio: no cookie is kept or sent, and no redirect is followed. Raises what `client_context` raises."""
    cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    auth = None if credential is None else PassedOn(credential)
    context = client_context(httpx.create_ssl_context)
    return Client(auth=auth, cookies=cookies, timeout=TIMEOUT_S, follow_redirects=False, verify=context)
