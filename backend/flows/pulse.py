"""Pulse: a run's sign of life, every second from a thread of its own, whatever the run is busy with.

It is also how a run hears that it was canceled.
"""

import contextlib
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from backend.errors import StoreError

EVERY_S = 1.0


class Pulse:
    """`beat` takes the seconds since the last one and returns the run's status."""

    def __init__(self, beat: Callable[[float], str]) -> None:
        self.canceled = False
        self._beat = beat
        self._on_cancel: Callable[[], object] | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def when_canceled(self, call: Callable[[], object]) -> None:
        """`call` is called from the pulse's thread, once."""
        self._on_cancel = call

    def _run(self) -> None:
        last = time.monotonic()
        while not self._over.wait(EVERY_S):
            now = time.monotonic()
            try:
                status = self._beat(now - last)
            except StoreError:
                continue  # the database is away; the run goes on and says so again
            last = now
            if status == "canceled" and not self.canceled:
                self.canceled = True
                if self._on_cancel is not None:
                    with contextlib.suppress(RuntimeError):  # its event loop has ended: the run looks at `canceled`
                        self._on_cancel()
