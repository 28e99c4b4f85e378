"""Overflow runs: background runs for tasks of a batch that could not be predicted before its deadline.

Label Studio's "Retrieve predictions" sends all selected tasks in one request and waits 100 seconds; it loses what is
not in the answer. The runs push the rest.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from backend.adapters.label_studio.http import Unreachable
from backend.adapters.periodic_thread import PeriodicThread
from backend.domain.runs.run import Run
from backend.errors import PromptsError, ProviderAwayError, QueueError, RunError, StoreAwayError, UsedUpError

EVERY_S = 2.0
MOST_ROUNDS = 30
"""Between two tries to begin a run: a minute. What fails for long may always fail, as a 500 for a broken task."""
PASSING = (RunError, Unreachable, StoreAwayError, QueueError, ProviderAwayError, UsedUpError)
"""What passes by itself: another run of the version, Label Studio or a server that is away, a day that is used up."""
log = logging.getLogger(__name__)

Start = Callable[[str, tuple[int, ...]], Run]
"""Starts a background run of a version over these tasks. Raises one of PASSING when none can begin for now."""


@dataclass(slots=True)
class _Rest:
    """Of one version.

    waiting: tasks for a later run
    running: the tasks of the run `run_id`
    trouble: why no run could begin when it was tried last
    pause: rounds from that try to the next; `left`: those that are left of them
    """

    waiting: set[int] = field(default_factory=set)
    running: set[int] = field(default_factory=set)
    run_id: str = ""
    trouble: str = ""
    pause: int = 0
    left: int = 0

    def later(self) -> bool:
        """Whether this round is part of the pause; counts it."""
        self.left = max(0, self.left - 1)
        return self.left > 0

    def failed(self, error: PromptsError) -> None:
        """Another run of the version ends at any time; all else is tried again after twice the pause."""
        self.trouble = str(error)
        self.pause = 1 if isinstance(error, RunError) else min(MOST_ROUNDS, max(1, 2 * self.pause))
        self.left = self.pause


class OverflowRuns:
    """Safe to share between threads; its own thread starts with the first task. `is_over`: whether a run has ended."""

    def __init__(self, start: Start, is_over: Callable[[str], bool]) -> None:
        self._start = start
        self._is_over = is_over
        self._rests: dict[str, _Rest] = {}
        self._lock = threading.Lock()
        self._ticker: PeriodicThread | None = None

    def add(self, tag: str, tasks: Iterable[int]) -> None:
        """Predicts these tasks by a run of `tag`, soon or when another run of it has ended."""
        with self._lock:
            rest = self._rests.setdefault(tag, _Rest())
            rest.waiting |= set(tasks) - rest.running
            if self._ticker is None:
                self._ticker = PeriodicThread("overflow-runs", EVERY_S, self._tick).__enter__()

    def of(self, tag: str) -> set[int]:
        """The tasks that a run finishes or will finish."""
        with self._lock:
            rest = self._rests.get(tag)
            return rest.waiting | rest.running if rest else set()

    def look(self) -> None:
        """One round: forgets finished runs and starts waiting ones. Callers of `of` do not wait for it."""
        for tag, rest in list(self._rests.items()):
            over = bool(rest.running) and self._has_ended(rest.run_id)
            with self._lock:
                rest.running = set() if over else rest.running
                tasks = set() if rest.running else set(rest.waiting)
            if tasks and not rest.later():
                self._begin(tag, rest, tasks)

    def _has_ended(self, run_id: str) -> bool:
        """Whether a run has ended, or was deleted since (`prune`, `forget`): then nobody finishes its tasks."""
        try:
            return self._is_over(run_id)
        except RunError:
            return True

    def _begin(self, tag: str, rest: _Rest, tasks: set[int]) -> None:
        try:
            run_id = self._start(tag, tuple(sorted(tasks))).id
        except PASSING as error:
            if str(error) != rest.trouble:
                level = logging.INFO if isinstance(error, RunError) else logging.WARNING
                log.log(level, "%s: %d tasks wait: %s", tag, len(tasks), error)
            rest.failed(error)
            return
        except PromptsError as error:
            log.error("%s: %d tasks are left without a prediction: %s", tag, len(tasks), error)
            run_id = ""
        else:
            log.info("run %s predicts %d tasks of %s that were left over", run_id, len(tasks), tag)
        with self._lock:
            rest.waiting -= tasks
            rest.run_id, rest.running = run_id, tasks if run_id else set()
            rest.trouble, rest.pause = "", 0

    def _tick(self) -> None:
        try:
            self.look()
        except PromptsError as error:
            log.warning("%s", error)
