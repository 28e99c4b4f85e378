"""PartWorker: asks about a part of a run's tasks, which it reads from the process that started it, and tells that one
how far it is.

That process owns the run and ends it. When it is gone, this one stops within a second or two; what was answered until
then is stored.
"""

import asyncio
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from backend.adapters.database.runs.runs import RunStore
from backend.domain.outcome import Outcome
from backend.domain.task import Task
from backend.engine.budgets.budget_rules import MonthUsedUp, OverBudget
from backend.engine.shutdown import Stopped
from backend.errors import PromptsError
from backend.logs import about
from backend.services.prompts.resolver import Resolver
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.progress import Settled
from backend.services.runs.local_processes import error_line, read_page
from backend.services.runs.task_labeler import Flush, RunListener, TaskLabeler


@dataclass(slots=True)
class _Parent:
    """The process that started this one, as far as it can be told something."""

    out: IO[bytes]
    lock: threading.Lock = field(default_factory=threading.Lock)
    settled: Settled = field(default_factory=Settled)

    def add(self, outcomes: list[Outcome]) -> None:
        with self.lock:
            self.settled = self.settled.plus(Settled.of(outcomes))

    def send(self, message: Mapping[str, object]) -> bool:
        """Whether it is still there."""
        try:
            with self.lock:
                self.out.write(json.dumps(message).encode() + b"\n")
                self.out.flush()
        except BrokenPipeError:
            return False
        return True

    def notify(self, sentence: str) -> None:
        """To the user, who reads the terminal of the parent."""
        self.send({"notify": sentence})

    def send_progress(self, waits_for: str = "") -> bool:
        with self.lock:
            settled, self.settled = self.settled, Settled()
        return self.send({"settled": settled, "waits_for": waits_for})

    def beat(self, _seconds: float, waits_for: str) -> str:
        """See Heartbeat."""
        return "in_progress" if self.send_progress(waits_for) else "canceled"


@dataclass(frozen=True, slots=True)
class PartWorker:
    run_store: RunStore
    resolver: Resolver
    labeler: TaskLabeler

    def work(self, run_id: str, lines: Iterable[bytes], out: IO[bytes]) -> None:
        """Returns when all tasks are asked about, or nothing more is to be asked.

        lines: pages of tasks, see `read_page`
        out: receives how far this is, and at last how it ended
        """
        parent = _Parent(out)
        end: Mapping[str, object]
        try:
            with about(run=run_id), Heartbeat(parent.beat) as heartbeat:
                parent.send_progress()
                end = {"seconds": self._ask(run_id, lines, parent, heartbeat)}
        except (OverBudget, MonthUsedUp, Stopped, asyncio.CancelledError):
            end = {"seconds": None}
        except PromptsError as error:
            end = {"error": error_line(error)}
        parent.send_progress()
        parent.send(end)

    def _ask(self, run_id: str, lines: Iterable[bytes], parent: _Parent, heartbeat: Heartbeat) -> float:
        run = self.run_store.run(run_id)
        resolved = self.resolver.resolved(run.tag)

        async def on_outcomes(outcomes: list[Outcome], _flush: Flush) -> None:
            parent.add(outcomes)

        listener = RunListener(on_outcomes, parent.notify)
        return asyncio.run(self.labeler.label(run, resolved, _pages(lines), listener, heartbeat))


def _pages(lines: Iterable[bytes]) -> Iterator[list[Task]]:
    """Raises Stopped when they end before all tasks were given out, be it within a line."""
    for line in lines:
        if not line.endswith(b"\n"):
            break
        if (page := read_page(line)) is None:
            return
        yield page
    raise Stopped
