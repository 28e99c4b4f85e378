"""Stop: this process was told to end. What is in flight is finished, because it is paid for; nothing more is begun."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache


class Stopped(Exception):
    """Something was left undone because the process ends. What was in flight is stored."""


class Shutdown:
    """May be requested from any thread, and from a signal handler: no locks."""

    def __init__(self) -> None:
        self.requested = False
        self._calls: list[Callable[[], object]] = []

    def request(self) -> bool:
        """Whether somebody finishes what is in flight; if not, the process may end at once."""
        first, self.requested = not self.requested, True
        if first:
            for call in list(self._calls):
                call()
        return bool(self._calls)

    @contextmanager
    def calling(self, call: Callable[[], object]) -> Iterator[None]:
        """Inside, a stop means this call, once, from whatever thread requests it; at once where it was requested."""
        self._calls.append(call)
        try:
            if self.requested:
                call()
            yield
        finally:
            self._calls.remove(call)


@cache
def process_stop() -> Shutdown:
    """The one that a signal to this process requests."""
    return Shutdown()
