"""Recent results: what a run under way has answered last, for the many pages that follow it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from backend.adapters.database.runs.recent_tasks import RecentTaskStore
from backend.adapters.database.runs.run_tasks import RunTask
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.domain.recent_items import RecentItems
from backend.domain.runs.run import Run
from backend.domain.task import Task
from backend.domain.task_values import told_text
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.runs.stored_outcomes import StoredOutcomes

FRESH_S = 2.0
MOST_ROWS = 10
MOST_REMEMBERED = 100
"""Runs."""


@dataclass(frozen=True, slots=True)
class RecentResult:
    """One task. `answer`: for people, a line for each control; None if there is none, and then `reason` says why."""

    task: int
    text: str
    answer: str | None
    reason: str | None
    confidence: float | None
    cost_usd: float | None
    link: str


Rows = list[RecentResult]


@dataclass(slots=True)
class RecentRows:
    """Read at most once in FRESH_S seconds for each run, by one thread; who asks meanwhile gets what was there before
    and waits for nobody. Safe to share between threads.

    clock: monotonic time, in seconds
    """

    clock: Callable[[], float] = time.monotonic
    _rows: RecentItems[str, tuple[float, Rows]] = field(default_factory=lambda: RecentItems(MOST_REMEMBERED))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, run_id: str, read: Callable[[], Rows]) -> Rows:
        with self._lock:
            due, rows = self._rows.get(run_id) or (0.0, [])
            if self.clock() < due:
                return rows
            self._keep(run_id, rows)
        rows = read()
        self._keep(run_id, rows)
        return rows

    def _keep(self, run_id: str, rows: Rows) -> None:
        self._rows.put(run_id, (self.clock() + FRESH_S, rows))


def recent_results(
    store: RecentTaskStore, studio: LabelStudioClient, stored: StoredOutcomes, resolved: ResolvedVersion, run: Run
) -> Rows:
    """The last MOST_ROWS tasks of a run with an answer or a Failure, the highest id first."""
    run_tasks: list[RunTask] = store.of_run(run.id, MOST_ROWS)
    outcomes = {outcome.task_id: outcome for outcome in stored.of_tasks(resolved, run_tasks)}
    tasks = [task for page in studio.tasks_by_id(resolved.project.id, sorted(outcomes)) for task in page]
    rows = [_row(studio, resolved, task, outcomes[task.id]) for task in tasks]
    return sorted(rows, key=lambda row: -row.task)


def _row(studio: LabelStudioClient, resolved: ResolvedVersion, task: Task, outcome: Outcome) -> RecentResult:
    verdict, answer = outcome.verdict, outcome.answer
    reason = verdict.reason if isinstance(verdict, Rejection) else None
    return RecentResult(
        task=task.id,
        text="\n".join(told_text(task.value(name)) for name in resolved.version.variables),
        answer=None if answer is None else "\n".join(resolved.schema.show_each(answer)),
        reason=verdict.kind if isinstance(verdict, Failure) else reason,
        confidence=outcome.confidence,
        cost_usd=outcome.usage.cost_usd,
        link=studio.task_url(resolved.project.id, task.id),
    )
