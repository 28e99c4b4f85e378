"""Credential: how the sender of a request proves to Label Studio who he is, passed on as it came.

Label Studio sets a session cookie on every answer. A client that kept it would answer the next, anonymous, request as
the one before: ours keeps none.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from hashlib import sha256
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from backend.domain.urls import shown
from backend.errors import StudioError

TIMEOUT_S = 60.0
NO_KEY = "passed-on"
"""Stands for the API key where a credential is sent in its place."""
HEADERS = ("Authorization", "X-API-Key")
"""Headers that Label Studio takes a credential from."""
SCHEMES = ("token", "bearer")


@dataclass(frozen=True, slots=True)
class Credential:
    """`value` is a secret: it is shown and stored nowhere."""

    header: str
    value: str = field(repr=False)

    @property
    def digest(self) -> str:
        """What a verdict about it may be remembered by."""
        return sha256(f"{self.header}: {self.value}".encode("utf-8", "surrogatepass")).hexdigest()


def credential_of(header: Callable[[str], str | None]) -> Credential | None:
    """The one in a request's headers; None when there is none that Label Studio would look at. `header`: the value of
    one by its name, in whatever case."""
    for name in HEADERS:
        value = (header(name) or "").strip()
        scheme, _, rest = value.partition(" ")
        is_ours = name != "Authorization" or (scheme.lower() in SCHEMES and rest.strip())
        if value and value.isascii() and value.isprintable() and is_ours:
            return Credential(name, value)
    return None


class PassedOn(httpx.Auth):
    """Sends a credential in place of what the SDK would."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        for name in HEADERS:
            request.headers.pop(name, None)
        request.headers[self._credential.header] = self._credential.value
        yield request


def client_without_cookies(credential: Credential | None = None) -> httpx.Client:
    """For Label Studio: no cookie is kept or sent, and no redirect is followed."""
    cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    auth = None if credential is None else PassedOn(credential)
    return httpx.Client(auth=auth, cookies=cookies, timeout=TIMEOUT_S, follow_redirects=False)


def refresh_token(url: str, body: bytes) -> tuple[int, bytes]:
    """Label Studio's answer to a personal access token that is sent for access: the HTTP status, and JSON.

    Raises StudioError when Label Studio can't be reached, or something else answers there.
    """
    try:
        with client_without_cookies() as http:
            answer = http.post(f"{url}/api/token/refresh/", content=body, headers={"Content-Type": "application/json"})
            answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise StudioError(
            f"Label Studio is not reachable at {shown(url)} ({type(error).__name__}): start it, or correct "
            "LABEL_STUDIO_URL."
        ) from None
    return answer.status_code, answer.content
