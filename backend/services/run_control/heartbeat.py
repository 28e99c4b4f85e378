"""Heartbeat: a run's sign of life, every second from a thread of its own, whatever the run is busy with.

It also tells a run that it was canceled, ended by another of its workers, or taken over by another process.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable

from backend.adapters.database.runs.runs import LOST
from backend.adapters.periodic_thread import PeriodicThread
from backend.domain.runs.run import ALIVE_S
from backend.errors import StoreError

EVERY_S = 1.0


class Heartbeat(PeriodicThread):
    """`beat` takes the seconds since the last one and what the run waits for, and returns the run's status, or LOST.

    waits_for: says what the run waits for, "" for nothing; called from the heartbeat's thread
    """

    def __init__(self, beat: Callable[[float, str], str]) -> None:
        super().__init__("heartbeat", EVERY_S, self._notify)
        self.canceled = False
        self.waits_for: Callable[[], str] = lambda: ""
        self._beat = beat
        self._last = time.monotonic()
        self._lock = threading.Lock()
        self._beating = threading.Lock()
        self._lost = False
        self._on_cancel: Callable[[], object] | None = None

    def when_canceled(self, call: Callable[[], object]) -> None:
        """`call` is called once, from the heartbeat's thread; at once if the run is canceled already."""
        with self._lock:
            self._on_cancel = call
            canceled = self.canceled
        if canceled:
            call()

    def cancels_this_task(self) -> None:
        """Called in a task of an event loop: it is cancelled when the run is."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        if task is not None:
            self.when_canceled(lambda: loop.call_soon_threadsafe(task.cancel))

    def is_lost(self) -> bool:
        """Whether another process works on the run. Asks at once where the last beat is long ago, as after this process
        was suspended."""
        if time.monotonic() - self._last > ALIVE_S / 2:
            self._notify()
        return self._lost

    def _notify(self) -> None:
        with self._beating:
            now = time.monotonic()
            try:
                status = self._beat(now - self._last, self.waits_for())
            except StoreError:
                return  # the database is away; the run continues and tries again
            self._last = now
        self._lost = self._lost or status == LOST
        if status != "in_progress" and not self.canceled:
            with self._lock:
                self.canceled = True
                call = self._on_cancel
            if call is not None:
                with contextlib.suppress(RuntimeError):  # its event loop has ended: the run looks at `canceled`
                    call()
