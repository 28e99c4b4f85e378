"""Which functions of the backend call which, while something is carried out in this process.

A call through a task or a thread has the caller that started it.
"""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any
from unittest.mock import patch

BACKEND = str(Path(__file__).resolve().parents[1] / "backend") + "/"
LAYERS = ("interfaces", "app", "container", "services", "engine", "adapters", "domain")
LOOP = asyncio.events.__file__
"""Whatever it runs was called by whoever made the task."""


@dataclass(frozen=True, slots=True, eq=False)
class TracedCall:
    """A call of a function of the backend. `caller`: the last one before it, also of another thread."""

    file: str
    function: str
    caller: "TracedCall | None"
    number: int

    @property
    def name(self) -> str:
        return f"{self.file}, {self.function}"

    @property
    def folder(self) -> str:
        return self.file.rpartition("/")[0]

    @property
    def is_climb(self) -> bool:
        return self.caller is not None and _layer(self.file) < _layer(self.caller.file)

    def since(self, begin: str) -> "list[TracedCall]":
        """From `begin` to this one; none if it began elsewhere."""
        calls: list[TracedCall] = []
        call: TracedCall | None = self
        while call is not None:
            calls.append(call)
            if call.name == begin:
                return calls[::-1]
            call = call.caller
        return []


def _layer(file: str) -> int:
    """The files beside the layers are below all of them."""
    layer = file.partition("/")[0]
    return LAYERS.index(layer) if layer in LAYERS else len(LAYERS)


_current: ContextVar[TracedCall | None] = ContextVar("current", default=None)
"""Tasks begin with a copy of it, so that what they call has a caller."""


class Trace:
    """Records calls of functions of the backend, while `recording` is entered."""

    def __init__(self) -> None:
        self._calls: list[TracedCall] = []
        self._by_frame: dict[FrameType, TracedCall] = {}
        self._is_on = False

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Threads that start inside it are traced."""
        submit = ThreadPoolExecutor.submit

        def with_context(pool: ThreadPoolExecutor, work: Callable[..., Any], /, *args: Any, **named: Any) -> Any:
            return submit(pool, copy_context().run, work, *args, **named)

        before = sys.getprofile()
        with patch.object(ThreadPoolExecutor, "submit", with_context):
            threading.setprofile(self._note)
            sys.setprofile(self._note)
            try:
                yield
            finally:
                sys.setprofile(before)
                threading.setprofile(None)

    def calls_of(self, work: Callable[[], object]) -> list[TracedCall]:
        """The calls while it works, in their order."""
        _current.set(None)
        self._calls, self._by_frame, self._is_on = [], {}, True
        work()
        self._is_on, self._by_frame = False, {}
        return self._calls

    def _note(self, frame: FrameType, event: str, _arg: object) -> None:
        if not self._is_on or event not in ("call", "return") or not _is_ours(frame.f_code):
            return
        caller = self._caller(frame)
        if event == "return":
            if caller is not None:
                _current.set(caller)
            return
        call = self._by_frame.get(frame)
        if call is None:
            call = self._by_frame[frame] = self._new(frame.f_code, caller or _current.get())
        _current.set(call)

    def _new(self, code: CodeType, caller: TracedCall | None) -> TracedCall:
        file, function = code.co_filename.removeprefix(BACKEND), code.co_qualname.replace("<locals>.", "")
        call = TracedCall(file, function, caller, len(self._calls))
        self._calls.append(call)
        return call

    def _caller(self, frame: FrameType) -> TracedCall | None:
        back = frame.f_back
        while back is not None and not _is_ours(back.f_code):
            if back.f_code.co_filename == LOOP:
                return None
            back = back.f_back
        return None if back is None else self._by_frame.get(back)


@cache
def _is_ours(code: CodeType) -> bool:
    return code.co_filename.startswith(BACKEND) and code.co_name != "<module>"
