"""RecentItems: keeps a limited number of values by key. The value that was put longest ago is forgotten first."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class RecentItems(Generic[K, V]):
    """Safe to share between threads. `most`: number of values that are kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._items: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: K) -> V | None:
        """None for what is not kept."""
        return self._items.get(key)

    def put(self, key: K, value: V) -> None:
        """Keeps a value as the newest, in place of the one under this key."""
        with self._lock:
            self._items[key] = value
            self._items.move_to_end(key)
            if len(self._items) > self._most:
                self._items.popitem(last=False)

    def drop(self, key: K) -> None:
        """Forgets what is under a key, if anything is."""
        with self._lock:
            self._items.pop(key, None)
