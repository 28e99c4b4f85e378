"""Retaker: hands a run whose worker was killed to the next one. A thread beside every worker."""

import logging
import threading
from types import TracebackType
from typing import Protocol, Self

from backend.core.runs import FINAL
from backend.edges.run_store import RunStore
from backend.errors import PromptsError
from backend.flows.runs import in_hand

log = logging.getLogger(__name__)
EVERY_S = 5.0
MOST_DEATHS = 3


class Line(Protocol):
    """The queue, as far as it matters here."""

    def give(self, run_id: str) -> None: ...

    def waiting(self) -> list[str]: ...

    def given(self) -> list[str]: ...

    def forget(self, run_id: str) -> None: ...


class Retaker:
    """A run that was abandoned three times while this process looked on is set aside as failed."""

    def __init__(self, line: Line, record: RunStore) -> None:
        self._line = line
        self._record = record
        self._deaths: dict[str, int] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retaker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def look(self) -> None:
        """One round. Raises QueueError or StoreError."""
        for run_id in self._line.given():
            run = self._record.run(run_id)
            if run.status in FINAL:
                self._line.forget(run_id)
            elif run.status == "in_progress" and not in_hand(run) and run_id not in self._line.waiting():
                self._retake(run_id)

    def _retake(self, run_id: str) -> None:
        self._deaths[run_id] = self._deaths.get(run_id, 0) + 1
        if self._deaths[run_id] > MOST_DEATHS:
            self._record.finish(run_id, "failed", f"It ended its worker {MOST_DEATHS} times.")
            return
        log.warning("run %s: its worker is gone, another one takes it", run_id)
        self._line.give(run_id)

    def _run(self) -> None:
        while not self._over.wait(EVERY_S):
            try:
                self.look()
            except PromptsError as error:
                log.warning("%s", error)
