"""Background reads: a thread reads what takes too long for a page. Meanwhile the page says so and loads itself
again."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from backend.adapters.label_studio.http import Refused

UNAUTHORIZED = 401
MANY = 2000
"""Tasks whose answers or texts are not read while a page waits."""


@dataclass(frozen=True, slots=True)
class BackgroundReads:
    """By a key of what is read. Safe to share between threads."""

    _under_way: set[Hashable] = field(default_factory=set)
    _failed: dict[Hashable, Exception] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, key: Hashable, read: Callable[[], object]) -> None:
        """Starts a thread that calls `read`, which keeps what it reads, unless one is reading.

        Raises, once, what the thread before raised, unless that was about the token it had: who asks next has another.
        """
        with self._lock:
            if (error := self._failed.pop(key, None)) is not None:
                raise error
            if key in self._under_way:
                return
            self._under_way.add(key)
        threading.Thread(target=self._carry_out, args=(key, read), name="background-read", daemon=True).start()

    def _carry_out(self, key: Hashable, read: Callable[[], object]) -> None:
        try:
            read()
        except Exception as error:
            if not (isinstance(error, Refused) and error.status == UNAUTHORIZED):
                self._failed[key] = error
        finally:
            self._under_way.discard(key)
