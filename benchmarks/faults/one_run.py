"""Faults that hit one run of 3,000 tasks: a process is killed, Redis is emptied, the model's server is away."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from redis import Redis

from backend.app import App
from backend.domain.runs.run import FINAL
from backend.engine.request_executor import UNSTORED
from benchmarks.faults.row import FaultRow
from benchmarks.faults.world import CONCURRENCY, FaultWorld, finished, under_way, until

TASKS = 3000
OUTAGE_S = 60
LOST = CONCURRENCY + CONCURRENCY // UNSTORED
"""Answers that a killed process has not stored at most: those under way, and those that wait for a commit."""
PROBES = 12
"""So many requests at most ask in a minute whether an outage is over."""
OUTAGES: tuple[dict[str, object], ...] = (
    {"server_error": 1.0},
    {"rate_limited": 1.0, "retry_after": 5.0},
    {"cut": 1.0},
)
CALM: dict[str, object] = {"server_error": 0.0, "rate_limited": 0.0, "cut": 0.0, "flagged": ""}


def workers_killed(here: FaultWorld, app: App, run: str, times: int) -> None:
    workers = [here.worker() for _ in range(3)]
    for number in range(times):
        under_way(app, run, (number + 1) / (times + 2), TASKS)
        os.kill(workers.pop(0).pid, signal.SIGKILL)
        workers.append(here.worker())
    finished(app, run, workers)


def redis_flushed(here: FaultWorld, app: App, run: str, times: int) -> None:
    workers = [here.worker() for _ in range(2)]
    for number in range(times):
        under_way(app, run, (number + 1) / (times + 2), TASKS)
        Redis.from_url(here.redis).flushall()
    finished(app, run, workers)


def process_killed(here: FaultWorld, app: App, run: str, times: int) -> None:
    for number in range(times):
        under_way(app, run, (number + 1) / (times + 2), TASKS)
        os.kill(int(app.container.run_store.run(run).worker.rpartition(":")[2]), signal.SIGKILL)
        until(lambda: app.watch(run).run.status in FINAL)
        app.resume(run)
    finished(app, run, [])


def provider_away(here: FaultWorld, app: App, run: str, times: int) -> None:
    for number in range(times):
        under_way(app, run, (number + 1) / (times + 2), TASKS)
        here.control(**OUTAGES[number])
        time.sleep(OUTAGE_S)
        here.control(**CALM)
    finished(app, run, [])


def one_refused(here: FaultWorld, app: App, run: str, times: int) -> None:
    here.control(flagged=f"message {TASKS - 1} about")
    finished(app, run, [])
    here.control(**CALM)


@dataclass(frozen=True)
class Fault:
    """`queued`: workers do the run; `unseen`: requests that may be under way, each time, when it happens; `refused`:
    tasks that get no answer because of it, as they should."""

    name: str
    happens: Callable[[FaultWorld, App, str, int], None]
    times: int
    queued: bool
    unseen: int
    refused: int = 0

    def row(self, here: FaultWorld) -> FaultRow:
        app = here.app(**({"REDIS_URL": here.redis} if self.queued else {}))
        tag, before = here.save(app, here.project(TASKS)), here.requests()
        run = here.start(app, tag)
        self.happens(here, app, run, self.times)
        counts = app.watch(run).counts
        lost, again = TASKS - counts.done - self.refused, here.requests() - before - TASKS
        return FaultRow(self.name, self.times, TASKS, lost, again, self.times * self.unseen)


FAULTS = (
    Fault("one of three workers, SIGKILL", workers_killed, 3, True, LOST),
    Fault("the process of a background run, SIGKILL", process_killed, 3, False, LOST),
    Fault("Redis, FLUSHALL, two workers", redis_flushed, 3, True, 0),
    Fault("the model: 500, 429, no connection, a minute each", provider_away, 3, False, CONCURRENCY + PROBES),
    Fault("one task that the provider refuses (403)", one_refused, 1, False, 0, refused=1),
)


def rows(here: FaultWorld) -> Iterator[FaultRow]:
    return (fault.row(here) for fault in FAULTS)
