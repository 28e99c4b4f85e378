"""Waiting: while something slow is under way, says every few seconds what it is."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backend.edges.ticker import Ticker

EVERY_S = 15.0


@contextmanager
def waiting(tell: Callable[[str], None], what: str) -> Iterator[None]:
    """`tell` is called from a thread of its own, for the first time after EVERY_S."""
    started = time.monotonic()
    with Ticker("waiting", EVERY_S, lambda: tell(f"Waiting for {what}, {time.monotonic() - started:.0f} s so far.")):
        yield
