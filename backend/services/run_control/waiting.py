"""Waiting: during slow work, says every few seconds what it waits for."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backend.adapters.periodic_thread import PeriodicThread

EVERY_S = 15.0


@contextmanager
def waiting(notify: Callable[[str], None], subject: str) -> Iterator[None]:
    """`notify` is called from a thread of its own, for the first time after EVERY_S."""
    started = time.monotonic()
    with PeriodicThread(
        "waiting", EVERY_S, lambda: notify(f"Waiting for {subject}, {time.monotonic() - started:.0f} s so far.")
    ):
        yield
