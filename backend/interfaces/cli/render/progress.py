"""Progress on stderr: a live bar on a terminal, plain lines elsewhere."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from backend.advice import Notice
from backend.domain.outcome import Outcome
from backend.domain.runs.run import TaskCounts
from backend.interfaces.cli.render.console import notify, printable
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.presentation import number_format as numbers
from backend.services.run_control.progress import Settled

if TYPE_CHECKING:
    from rich.progress import Progress

LINE_EVERY_S = 5.0
PUSHING = "pushing predictions to Label Studio"


def _live_bar(label: str) -> "Progress | None":
    """With one row; None where there is no terminal to draw on. Who reads lines need not wait for what draws, so that
    is imported here."""
    if sys.stderr is None or sys.stderr.closed or not sys.stderr.isatty():
        return None
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        return None
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
    )
    bar = Progress(*columns, console=console)
    bar.add_task(label, total=None, detail="")
    return bar


class ProgressBar:
    """Done of total, with a rate; a context manager, so that the terminal is left as it was."""

    def __init__(self, label: str) -> None:
        self._label = printable(label)
        self._bar = _live_bar(self._label)
        self._first: int | None = None
        self._pushing = False
        self._started = self._last_line = time.monotonic()

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, counts: TaskCounts, waits_for: str = "") -> None:
        """Where a run is that another process works on, and what it waits for."""
        trouble = f", {counts.failed} failed" if counts.failed else ""
        trouble += f". {printable(waits_for)}" if waits_for else ""
        cost = counts.cost_usd if counts.done else None  # as long as there is no answer, nobody knows its price
        self.update(counts.done + counts.failed, counts.tasks, cost, trouble)

    def pushing(self) -> None:
        """All tasks are asked about; what takes time now is Label Studio. Says so once."""
        if self._pushing:
            return
        self._pushing = True
        if self._bar is None:
            notify(f"{self._label}: {PUSHING}")
        else:
            self._bar.update(self._bar.task_ids[0], detail=PUSHING)

    def update(self, done: int, total: int | None, cost: float | None, trouble: str = "") -> None:
        now = time.monotonic()
        self._first = done if self._first is None else self._first
        rate = (done - self._first) / max(now - self._started, 1e-3)
        detail = f"{rate:.1f} tasks/s, cost {numbers.usd(cost)}{trouble}"
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done, total=total, detail=detail)
        elif now - self._last_line >= LINE_EVERY_S:
            self._last_line = now
            notify(f"{self._label}: {done} of {total or '?'} tasks, {detail}")


class RunProgress(ProgressBar):
    """A `services.run_control.progress.Progress` of a run in this process. `pushes`: whether a push follows the last
    answer."""

    def __init__(self, label: str, pushes: bool = False) -> None:
        super().__init__(label)
        self._pushes = pushes
        self._settled = Settled()
        self._total: int | None = None
        self._first = 0

    def start(self, tasks: int | None) -> None:
        self._total = tasks
        self._settled = Settled()

    def add(self, outcomes: list[Outcome]) -> None:
        self.count(Settled.of(outcomes))

    def count(self, settled: Settled) -> None:
        self._settled = self._settled.plus(settled)
        done = self._settled.tasks
        self.update(done, self._total, self._settled.cost_usd if self._settled.answers else None)
        if self._pushes and done == self._total:
            self.pushing()

    def notify(self, sentence: str) -> None:
        if self._bar is None:
            notify(sentence)
        else:
            self._bar.console.print(printable(sentence), highlight=False, markup=False)

    def advise(self, notice: Notice) -> None:
        self.notify(in_commands(notice))
