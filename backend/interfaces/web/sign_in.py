"""Sign-in: each call of the API, and each page, acts with a person's own token; Label Studio says whose it is."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic

from backend.adapters.label_studio.credential import Credential, credential_of
from backend.adapters.label_studio.http import Refused
from backend.app import App
from backend.domain.recent_items import RecentItems
from backend.domain.urls import public_url
from backend.interfaces.web.admission import NO_TOKEN
from backend.interfaces.web.password_attempts import PasswordAttempts
from backend.interfaces.web.problem import Problem

KNOWN_S, REFUSED_S = 60.0, 5.0
"""Seconds for which what Label Studio said of a token counts."""
MOST_CALLERS = 256
MOST_GOOD = 4096
TOO_MANY = "Too many wrong tokens came from there: wait some seconds."


@dataclass(frozen=True, slots=True)
class _Verdict:
    """`app`: None for a token that Label Studio refused, with `why`."""

    app: App | None
    until: float
    why: str = ""


class SignIn:
    """Remembers verdicts by a digest of the token, a minute at most. Safe to share between threads.

    Wrong tokens are counted by address. A token that was good here is looked at whatever others send from its address,
    which may be that of a proxy.
    """

    def __init__(
        self, app: App, attempts: PasswordAttempts | None = None, clock: Callable[[], float] = monotonic
    ) -> None:
        self._app = app
        self._attempts = attempts or PasswordAttempts()
        self._clock = clock
        self._verdicts = RecentItems[str, _Verdict](MOST_CALLERS)
        self._good = RecentItems[str, bool](MOST_GOOD)

    @property
    def studio_url(self) -> str:
        """The address of Label Studio, for people."""
        return public_url(self._app.settings.label_studio_url)

    def caller(self, header: Callable[[str], str | None], peer: str) -> App:
        """The application as the sender of a request may use it.

        header: the value of a header of the request, by its name.
        peer: the address that the request comes from.

        Raises Problem for a missing or wrong token, StudioError when Label Studio is away.
        """
        credential = credential_of(header)
        if credential is None:
            raise Problem(NO_TOKEN.status, NO_TOKEN.sentence)
        return self._app_of(credential, credential.digest, peer)

    def owner(self, token: str, peer: str) -> App:
        """The same for a token as Label Studio shows it, which may be a personal access token."""
        return self._app_of(token, sha256(f"token {token}".encode()).hexdigest(), peer)

    def _app_of(self, who: Credential | str, digest: str, peer: str) -> App:
        verdict = self._remembered(digest) or self._fresh_verdict(who, digest, peer)
        if verdict.app is None:
            raise Problem(401, verdict.why)
        return verdict.app

    def _remembered(self, digest: str) -> _Verdict | None:
        verdict = self._verdicts.get(digest)
        return verdict if verdict is not None and verdict.until > self._clock() else None

    def _fresh_verdict(self, who: Credential | str, digest: str, peer: str) -> _Verdict:
        if not self._good.get(digest) and not self._attempts.allowed(peer):
            raise Problem(429, TOO_MANY, {"Retry-After": "1"})
        verdict = self._asked_now(who)
        if verdict.app is None:
            self._good.drop(digest)
            self._attempts.wrong(peer)
        else:
            self._good.put(digest, True)
        self._verdicts.put(digest, verdict)
        return verdict

    def _asked_now(self, who: Credential | str) -> _Verdict:
        """What Label Studio says now."""
        try:
            app = self._app.acting_for(who)
            _ = app.person
            return _Verdict(app, self._clock() + KNOWN_S)
        except Refused as refusal:
            if refusal.status in (401, 403):
                return _Verdict(None, self._clock() + REFUSED_S, str(refusal))
            raise
