"""Overflow runs: background runs for tasks of a batch that could not be predicted before its deadline.

Label Studio's "Retrieve predictions" sends all selected tasks in one request and waits 100 seconds; it loses what is
not in the answer. The runs push the rest.
"""

import logging
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from backend.adapters.label_studio.http import Unreachable
from backend.adapters.periodic_thread import PeriodicThread
from backend.domain.runs.run import FINAL, Run
from backend.domain.runs.stop_reason import RESUMABLE
from backend.errors import PromptsError, ProviderAwayError, QueueError, RunError, StoreAwayError, UsedUpError

EVERY_S = 2.0
MOST_ROUNDS = 30
"""Between two tries to begin a run: a minute. What fails for long may always fail, as a 500 for a broken task."""
MOST_INTERRUPTED = 3
"""Runs in a row that are begun again after they were interrupted: what ends a process may end each."""
PASSING = (RunError, Unreachable, StoreAwayError, QueueError, ProviderAwayError, UsedUpError)
"""What passes by itself: another run of the version, Label Studio or a server that is away, a day that is used up."""
log = logging.getLogger(__name__)

Start = Callable[[str, tuple[int, ...]], Run]
"""Starts a background run of a version over these tasks. Raises one of PASSING when none can begin for now."""
UnderWay = Callable[[], Collection[int]]
"""Those of the tasks whose requests are still in flight in this process."""


@dataclass(slots=True)
class _Rest:
    """Of one version.

    waiting: tasks for a later run
    running: the tasks of the run `run_id`
    trouble: why no run could begin when it was tried last
    pause: rounds from that try to the next; `left`: those that are left of them
    under_way: what says which tasks are still asked about here
    interrupted: how many runs in a row were
    """

    waiting: set[int] = field(default_factory=set)
    under_way: list[UnderWay] = field(default_factory=list)
    running: set[int] = field(default_factory=set)
    run_id: str = ""
    trouble: str = ""
    pause: int = 0
    left: int = 0
    interrupted: int = 0

    def later(self) -> bool:
        """Whether this round is part of the pause; counts it."""
        self.left = max(0, self.left - 1)
        return self.left > 0

    def ready(self) -> set[int]:
        """The waiting tasks about which this process asks nothing any more; a run would ask about the others too."""
        busy = [(look, set(look())) for look in self.under_way]
        self.under_way = [look for look, tasks in busy if tasks]
        return self.waiting.difference(*(tasks for _, tasks in busy))

    def failed(self, error: PromptsError) -> None:
        """Another run of the version ends at any time; all else is tried again after twice the pause."""
        self.trouble = str(error)
        self.pause = 1 if isinstance(error, RunError) else min(MOST_ROUNDS, max(1, 2 * self.pause))
        self.left = self.pause


class OverflowRuns:
    """Safe to share between threads; its own thread starts with the first task.

    find_run: a run by its id, as it is now; raises RunError when it was deleted
    end_run: ends a run that its process left: until then it keeps the money reserved for it
    """

    def __init__(self, start: Start, find_run: Callable[[str], Run], end_run: Callable[[str], object]) -> None:
        self._start = start
        self._find_run = find_run
        self._end_run = end_run
        self._rests: dict[str, _Rest] = {}
        self._lock = threading.Lock()
        self._ticker: PeriodicThread | None = None

    def add(self, tag: str, tasks: Iterable[int], under_way: UnderWay = tuple) -> None:
        """Predicts these tasks by a run of `tag`, soon or when another run of it has ended; those that are still
        `under_way` when their answers are stored."""
        with self._lock:
            rest = self._rests.setdefault(tag, _Rest())
            rest.waiting |= set(tasks) - rest.running
            rest.under_way.append(under_way)
            if self._ticker is None:
                self._ticker = PeriodicThread("overflow-runs", EVERY_S, self.look).__enter__()

    def of(self, tag: str) -> set[int]:
        """The tasks that a run finishes or will finish."""
        with self._lock:
            rest = self._rests.get(tag)
            return rest.waiting | rest.running if rest else set()

    def look(self) -> None:
        """One round: forgets finished runs and starts waiting ones. Callers of `of` do not wait for it."""
        for tag, rest in list(self._rests.items()):
            try:
                self._look_at(tag, rest)
            except PromptsError as error:  # the versions behind it have their turn
                log.warning("%s: %s", tag, error)

    def _look_at(self, tag: str, rest: _Rest) -> None:
        again = self._left_by(tag, rest) if rest.running else set()
        if again is None:
            return
        with self._lock:
            rest.waiting |= again
            rest.running = set()
            tasks = rest.ready()
        if tasks and not rest.later():
            self._begin(tag, rest, tasks)

    def _left_by(self, tag: str, rest: _Rest) -> set[int] | None:
        """The tasks that wait again now that their run has ended; None while it goes on."""
        try:
            run = self._find_run(rest.run_id)
        except RunError:  # somebody deleted it, or its version
            return set()
        if run.status not in FINAL:
            return None
        if run.stop in RESUMABLE:
            self._end_run(run.id)
            if rest.interrupted < MOST_INTERRUPTED:
                rest.interrupted += 1
                log.info("%s: run %s ended early, another one predicts its tasks: %s", tag, run.id, run.reason)
                return rest.running
        rest.interrupted = 0
        if run.status == "failed":
            log.warning(
                "%s: run %s ended before each of %d tasks that were left over had a prediction (%s): "
                "`ls-prompts resume %s` continues it.",
                *(tag, run.id, len(rest.running), run.reason, run.id),
            )
        return set()

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
