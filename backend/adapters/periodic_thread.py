"""PeriodicThread: a context manager whose thread calls a function at intervals until the context is left."""

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from backend.errors import where

log = logging.getLogger(__name__)


class PeriodicThread:
    """`call` is first called after `seconds`. What it raises is logged, by its place alone: its words may quote a task.
    The next call comes as if nothing had happened."""

    def __init__(self, name: str, seconds: float, call: Callable[[], object]) -> None:
        self._seconds = seconds
        self._call = call
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._seconds):
            try:
                self._call()
            except Exception as error:
                log.error("%s: something unexpected happened, it goes on: %s", self._thread.name, where(error))
