"""Progress on stderr: a live bar on a terminal, plain lines elsewhere."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from backend.cli import numbers
from backend.core.outcomes import Outcome

LINE_EVERY_S = 5.0


class Bar:
    """A `flows.progress.Progress`; a context manager, so that the terminal is left as it was."""

    def __init__(self, label: str) -> None:
        self._console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        live = self._console.is_terminal
        self._bar = Progress(*columns, TextColumn("{task.fields[rate]}"), console=self._console, disable=not live)
        self._row = self._bar.add_task(label, total=None, rate="")
        self._label = label
        self._done = 0
        self._total: int | None = None
        self._cost: float | None = 0.0
        self._started = self._said = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def start(self, tasks: int | None) -> None:
        self._total = tasks
        self._bar.update(self._row, total=tasks)

    def add(self, outcomes: list[Outcome]) -> None:
        self._done += len(outcomes)
        for outcome in outcomes:
            if outcome.sent and outcome.spoke:
                cost = outcome.usage.cost_usd
                self._cost = None if cost is None or self._cost is None else self._cost + cost
        now = time.monotonic()
        if self._bar.disable:
            if now - self._said >= LINE_EVERY_S:
                self._said = now
                self._console.print(f"{self._label}: {self._done} of {self._total or '?'} tasks, {self._rate(now)}")
        else:
            self._bar.update(self._row, completed=self._done, rate=self._rate(now))

    def tell(self, sentence: str) -> None:
        self._console.print(sentence, highlight=False, markup=False)

    def _rate(self, now: float) -> str:
        return f"{self._done / max(now - self._started, 1e-3):.1f} tasks/s, cost {numbers.usd(self._cost)}"
