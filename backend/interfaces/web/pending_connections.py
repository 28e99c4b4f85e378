"""PendingConnections: connections whose head or body has not arrived yet. Their number is limited. If there is one
more, the connection that has waited longest is closed, so that a new client who sends at once is always served.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class PendingConnections:
    def __init__(self, most: int) -> None:
        self._most = most
        self._drops: OrderedDict[object, Callable[[], None]] = OrderedDict()

    @contextmanager
    def entered(self, drop: Callable[[], None]) -> Iterator[None]:
        """Inside, the connection that `drop` closes may be let go."""
        key = object()
        self._drops[key] = drop
        if len(self._drops) > self._most:
            self._drops.popitem(last=False)[1]()
        try:
            yield
        finally:
            self._drops.pop(key, None)

    def drop_idle(self) -> None:
        """Lets all go."""
        for drop in list(self._drops.values()):
            drop()
