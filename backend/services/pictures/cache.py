"""Pictures that were read a short while ago: they need not be read again for the next request about their task."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any, Protocol

MOST_BYTES = 128_000_000
FRESH_S = 300.0
"""A file may be replaced under its name."""


class CachedFile(Protocol):
    """What it keeps."""

    @property
    def content(self) -> bytes: ...


class PictureCache:
    """In memory, bounded. Safe to call from several threads."""

    def __init__(self, most_bytes: int = MOST_BYTES, fresh_s: float = FRESH_S) -> None:
        self._most_bytes = most_bytes
        self._fresh_s = fresh_s
        self._held: OrderedDict[Hashable, tuple[float, CachedFile]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:
        with self._lock:
            until, picture = self._held.get(key, (0.0, None))
            return picture if until > time.monotonic() else None

    def put(self, key: Hashable, picture: CachedFile) -> None:
        with self._lock:
            self._drop(key)
            self._held[key] = (time.monotonic() + self._fresh_s, picture)
            self._bytes += len(picture.content)
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._held)))

    def _drop(self, key: Hashable) -> None:
        _, picture = self._held.pop(key, (0.0, None))
        self._bytes -= len(picture.content) if picture else 0
