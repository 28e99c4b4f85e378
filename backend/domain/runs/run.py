"""Runs: a prompt version over a subset of a project's tasks, and its progress."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from backend.domain.runs.stop_reason import StopKind

if TYPE_CHECKING:
    from backend.domain.dataset.subset import Subset
    from backend.domain.optimize.search import SearchOptions

OPEN = ("pending", "in_progress")
FINAL = ("completed", "failed", "canceled")
QUEUED = "queue"
"""Stands for the worker of a run that several may share: it is looked after even while nobody works on it."""
ALIVE_S = 15.0
"""A process of another machine that gave no sign of life for so long no longer works on what it had."""
START_S = 60.0
"""A process of this machine that did not begin its run after so long has died before it could."""
ID_BYTES = 4


def is_run_id(name: str) -> bool:
    """Whether it is the id of a run, also of one that is deleted: so many bytes, in hexadecimal digits."""
    return len(name) == 2 * ID_BYTES and not set(name) - set("0123456789abcdef")


def is_lost(running: bool | None, silent_s: float) -> bool:
    """Whether the owner of a run or chunk is lost.

    running: whether its process runs; None if unknown, and only then its silence decides
    silent_s: seconds since its last heartbeat
    """
    return silent_s >= ALIVE_S if running is None else not running


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as it was read from the database.

    scope: the tasks it labels, or the search it is
    push, keep: what happens to its predictions
    reason: why it ended, for people; of one in progress, what it waits for
    tasks: size of the task selection; None until it is known
    worker: host and process that owned it last; "" for none
    silent_s: seconds since its last heartbeat, by the database's clock
    seconds: time worked on it so far
    budget: most USD it may spend; None for no limit
    batch: whether it uses the provider's batch endpoint
    server: the model's base URL at its start; None for old runs
    stop: why it ended, for programs
    """

    id: str
    tag: str
    project: int
    scope: "Subset | SearchOptions"
    push: bool
    keep: bool
    status: str
    reason: str
    created: str
    tasks: int | None
    worker: str
    silent_s: float = field(compare=False)
    seconds: float
    budget: float | None = None
    batch: bool = False
    server: str | None = None
    stop: StopKind = StopKind.OTHER

    @property
    def is_queued(self) -> bool:
        """Whether any number of workers share it."""
        return self.worker == QUEUED

    @property
    def never_began(self) -> bool:
        """Whether the process that was started for it did not come so far as to say so."""
        return self.status == "pending" and not self.is_queued and self.silent_s >= START_S


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """Counts of a run, derived from what is stored.

    done: tasks with an answer of the model, `rejected` among them
    failed: tasks without one
    cost_usd: of all completions behind it; None if a price is unknown
    saved_usd: the part of it that this run did not pay
    spent_usd: cost of the completions that this run asked for
    """

    tasks: int
    done: int
    failed: int
    rejected: int
    requests: int
    reused: int
    cost_usd: float | None
    saved_usd: float | None = 0.0
    spent_usd: float | None = 0.0

    @property
    def left(self) -> int:
        return max(0, self.tasks - self.done - self.failed)
