"""Sessions: who is signed in on the page. They live in this process, with the tokens that people gave."""

import secrets
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from time import monotonic

IDLE_S = 12 * 3600.0
MOST_SESSIONS = 1000
MOST_TOLD = 20


@dataclass(slots=True)
class Session:
    """token: the person's own, of Label Studio, shown and stored nowhere
    form_token: what each form must send along
    last_used: in seconds
    notices: sentences about what was done, for the next page
    """

    token: str = field(repr=False)
    form_token: str = field(repr=False)
    last_used: float
    notices: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_TOLD))


class Sessions:
    """By what a browser's cookie holds, of which only a digest is kept. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, token: str) -> str:
        """A new session's cookie: nobody chooses it, so nobody knows it before."""
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[_digest(cookie)] = Session(token, secrets.token_urlsafe(32), self._clock())
            if len(self._sessions) > MOST_SESSIONS:
                self._sessions.popitem(last=False)
        return cookie

    def get(self, cookie: str | None) -> Session | None:
        """None for a session that there is not, or that was idle for too long."""
        if not cookie:
            return None
        key = _digest(cookie)
        with self._lock:
            session = self._sessions.get(key)
            if session is None:
                return None
            if self._clock() - session.last_used > IDLE_S:
                del self._sessions[key]
                return None
            session.last_used = self._clock()
            self._sessions.move_to_end(key)
            return session

    def end(self, cookie: str | None) -> None:
        with self._lock:
            self._sessions.pop(_digest(cookie or ""), None)


def _digest(cookie: str) -> str:
    return sha256(cookie.encode("utf-8", "surrogatepass")).hexdigest()
