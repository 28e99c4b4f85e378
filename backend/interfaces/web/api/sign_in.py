"""Sign-in of the API: every call brings the caller's own Label Studio token, and Label Studio says whose it is."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from backend.adapters.label_studio.credential import Credential, credential_of
from backend.adapters.label_studio.http import Refused
from backend.app import App
from backend.interfaces.web.admission import NO_TOKEN
from backend.interfaces.web.api.problem import Problem
from backend.interfaces.web.guesses import Guesses

KNOWN_S, REFUSED_S = 60.0, 5.0
"""Seconds for which what Label Studio said of a token counts."""
MOST_CALLERS = 256
REFUSED = "Label Studio does not know this token: copy it again from Account & Settings."
TOO_MANY = "Too many wrong tokens came from there: wait some seconds."


@dataclass(frozen=True, slots=True)
class _Verdict:
    """`app`: None for a token that Label Studio refused."""

    app: App | None
    until: float


class SignIn:
    """Remembers verdicts by a digest of the token, a minute at most. Safe to share between threads."""

    def __init__(self, app: App, guesses: Guesses | None = None, clock: Callable[[], float] = monotonic) -> None:
        self._app = app
        self._guesses = guesses or Guesses()
        self._clock = clock
        self._verdicts: OrderedDict[str, _Verdict] = OrderedDict()
        self._lock = threading.Lock()

    def caller(self, header: Callable[[str], str | None], peer: str) -> App:
        """The application as the sender of a request may use it.

        header: the value of a header of the request, by its name.
        peer: the address that the request comes from.

        Raises Problem for a missing or wrong token, StudioError when Label Studio is away.
        """
        credential = credential_of(header)
        if credential is None:
            raise Problem(NO_TOKEN.status, NO_TOKEN.sentence)
        verdict = self._remembered(credential) or self._asked(credential, peer)
        if verdict.app is None:
            raise Problem(401, REFUSED)
        return verdict.app

    def _remembered(self, credential: Credential) -> _Verdict | None:
        with self._lock:
            verdict = self._verdicts.get(credential.digest)
        return verdict if verdict is not None and verdict.until > self._clock() else None

    def _asked(self, credential: Credential, peer: str) -> _Verdict:
        if not self._guesses.allowed(peer):
            raise Problem(429, TOO_MANY, {"Retry-After": "1"})
        app = self._signed_in(credential)
        if app is None:
            self._guesses.wrong(peer)
        verdict = _Verdict(app, self._clock() + (REFUSED_S if app is None else KNOWN_S))
        with self._lock:
            self._verdicts[credential.digest] = verdict
            self._verdicts.move_to_end(credential.digest)
            if len(self._verdicts) > MOST_CALLERS:
                self._verdicts.popitem(last=False)
        return verdict

    def _signed_in(self, credential: Credential) -> App | None:
        """None when Label Studio refuses the token."""
        app = self._app.acting_for(credential)
        try:
            return app if app.person else None
        except Refused as refusal:
            if refusal.status in (401, 403):
                return None
            raise
