"""Shutdown: this process was told to end. Requests in flight are finished, because they are paid for; no other work
begins."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache


class Stopped(Exception):
    """Something was left undone because the process ends. Requests that were in flight are stored."""


class Shutdown:
    """May be requested from any thread, and from a signal handler: no locks."""

    def __init__(self) -> None:
        self.requested = False
        self._calls: list[Callable[[], object]] = []

    def request(self) -> bool:
        """Whether somebody finishes the requests in flight; if not, the process may end at once."""
        first, self.requested = not self.requested, True
        if first:
            for call in list(self._calls):
                call()
        return bool(self._calls)

    @contextmanager
    def calling(self, call: Callable[[], object]) -> Iterator[None]:
        """While it is entered, a stop makes this call, once, from the thread that requests it; at once if it was
        requested before."""
        self._calls.append(call)
        try:
            if self.requested:
                call()
            yield
        finally:
            self._calls.remove(call)


@cache
def process_stop() -> Shutdown:
    """The Shutdown that a signal to this process requests."""
    return Shutdown()
