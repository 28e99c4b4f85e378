"""Admission: who may use the server. It looks only at the headers of a request, so the body of a refused request is
never read. Scripts and webhooks must bring a token, which is checked later, after the body was read up to MAX_BODY_MB.

Only the address that the connection comes from counts. Headers that proxies write about it are never believed.
"""

import base64
import contextlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

from backend.interfaces.web.password_attempts import PasswordAttempts

Environ = dict[str, Any]
VERDICT = "open_prompts.refusal"
"""Where in the environ the verdict is kept: a password is looked at once."""
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    sentence: str
    headers: Mapping[str, str] = field(default_factory=dict)


Admit = Callable[[Environ], Refusal | None]
"""A WSGI environ -> why the request is refused, None when it is not."""
LIMITS = "open-prompts-limits"
"""Name of the application's extension that holds its AdmissionLimits."""


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """What an application wants of its requests. `most_body`: bytes."""

    admit: Admit
    most_body: int


NOT_LOCAL = Refusal(
    403, "Without a password only this machine is answered: set BASIC_AUTH_USER and BASIC_AUTH_PASS, or ALLOW_NO_AUTH."
)
WRONG = Refusal(
    401,
    "Wrong or missing user name and password (BASIC_AUTH_USER, BASIC_AUTH_PASS).",
    {"WWW-Authenticate": 'Basic realm="Open Prompts", charset="UTF-8"'},
)
API = "/api/"
OPEN_TO_ALL = ("/api/token/refresh", "/api/openapi.json")
PAGES = "/prompts"
WEBHOOK, SECRET = "/webhook/keep-up/", "HTTP_X_OPEN_PROMPTS_SECRET"
NO_TOKEN = Refusal(
    401, "Send your Label Studio access token: Authorization: Token …, Authorization: Bearer …, or X-API-Key."
)
TOO_MANY = Refusal(429, "Too many wrong passwords came from there: wait some seconds.", {"Retry-After": "1"})


def everyone(_environ: Environ) -> Refusal | None:
    """ALLOW_NO_AUTH."""
    return None


def this_machine(environ: Environ) -> Refusal | None:
    """Both ends count: a stranger comes from elsewhere, whatever name they ask for; and a page of theirs may have its
    own name point here, and read what we answer (DNS rebinding), which that name gives away. A proxy on this machine,
    when it says that it is one, speaks for somebody else."""
    proxied = any(name in environ for name in FORWARDED)
    if proxied or not _is_loopback(environ.get("REMOTE_ADDR", "")) or not is_local(environ.get("HTTP_HOST", "")):
        return NOT_LOCAL
    return None


class Password:
    """Clients disagree on how names beyond ASCII are sent: Label Studio in Latin-1, browsers and curl in UTF-8."""

    def __init__(self, user: str, password: str, attempts: PasswordAttempts | None = None) -> None:
        login = f"{user}:{password}"
        self._accepted = [login.encode("utf-8", "surrogatepass")]
        with contextlib.suppress(UnicodeEncodeError):
            self._accepted.append(login.encode("latin-1"))
        self._attempts = attempts or PasswordAttempts()

    def __call__(self, environ: Environ) -> Refusal | None:
        header, peer = environ.get("HTTP_AUTHORIZATION", ""), environ.get("REMOTE_ADDR", "")
        if not header:  # no guess: Label Studio's webhooks come without one
            return WRONG
        allowed = self._attempts.allowed(peer)
        if allowed and self._is_right(header):
            return None
        self._attempts.wrong(peer)
        return WRONG if allowed else TOO_MANY

    def _is_right(self, header: str) -> bool:
        login = _login(header)
        return bool(sum(hmac.compare_digest(login, expected) for expected in self._accepted))


def admission_by_path(admit: Admit, pages: Admit) -> Admit:
    """Label Studio, scripts and browsers, told apart by path. Scripts bring Label Studio's own tokens, and webhooks a
    secret. Here it only counts that one was sent; whether it is right is found out once a thread has time for it.

    admit: of Label Studio's requests
    pages: of those of browsers
    """

    def chosen(environ: Environ) -> Refusal | None:
        path = "/" + environ.get("PATH_INFO", "").lstrip("/")  # as routes are matched
        if path == PAGES or path.startswith(f"{PAGES}/"):
            return pages(environ)
        if path.startswith(WEBHOOK) and environ.get(SECRET):  # Label Studio sends no password with it
            return None
        if not path.startswith(API):
            return admit(environ)
        sent = environ.get("HTTP_AUTHORIZATION") or environ.get("HTTP_X_API_KEY")
        return None if sent or path.startswith(OPEN_TO_ALL) else NO_TOKEN

    return chosen


def verdict(admit: Admit, environ: Environ) -> Refusal | None:
    """`admit`'s, which is asked once per request, by whoever has to know it first."""
    if VERDICT not in environ:
        environ[VERDICT] = admit(environ)
    refusal: Refusal | None = environ[VERDICT]
    return refusal


def _login(header: str) -> bytes:
    """`user:password` as it was sent; b"" when nothing usable was."""
    kind, _, value = header.partition(" ")
    try:
        return base64.b64decode(value, validate=True) if kind.lower() == "basic" else b""
    except ValueError:
        return b""


def is_local(host: str) -> bool:
    """Whether a Host header names this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return (mapped or parsed).is_loopback
