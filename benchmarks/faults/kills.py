"""Many kills: of commands that run in the foreground, of the process of a background run, and of one of three workers.

Each is killed while it asks. What is done again afterwards finds the answers that were stored.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator

from backend.app import App
from backend.domain.runs.chunk import MOST_DEATHS
from backend.domain.runs.run import FINAL
from benchmarks.faults.one_run import LOST
from benchmarks.faults.row import FaultRow
from benchmarks.faults.world import FaultWorld, Process, finished, until

STEP = 60
"""Requests between two kills, more than a kill can lose."""
A_RUN = MOST_DEATHS - 1
"""Kills of a run's workers: a chunk that ends more of them is taken for what ends them."""


def rows(here: FaultWorld, times: int) -> Iterator[FaultRow]:
    """`times`: kills in all, divided among the three."""
    each = times // 3
    yield _row(here, "a command in the foreground, SIGKILL", each, 2 * STEP, _commands_killed)
    yield _row(here, "the process of a background run, SIGKILL", each, 2 * STEP, _processes_killed)
    yield _row(here, "one of three workers, SIGKILL", times - 2 * each, 6 * STEP, _workers_killed)


def _row(
    here: FaultWorld, name: str, times: int, tasks: int, happens: Callable[[FaultWorld, int, int], int]
) -> FaultRow:
    """
    tasks: for each kill, so many that no run ends before it was killed so often
    happens: kills so often, with so many tasks for each kill; returns how many tasks have no answer
    """
    before, total = here.requests(), times * tasks
    lost = happens(here, times, tasks)
    return FaultRow(name, times, total, lost, here.requests() - before - total, times * LOST)


def _commands_killed(here: FaultWorld, times: int, tasks: int) -> int:
    app = here.app()
    tag = here.save(app, here.project(times * tasks))

    def run() -> Process:
        return here.command("run", tag, "--on", "all", "--no-push")

    for _ in range(times):
        command = run()
        _ask(here, STEP)
        _kill(command)
    run().wait()
    return _lost(app, app.container.run_store.runs(tag)[0].id, times * tasks)


def _processes_killed(here: FaultWorld, times: int, tasks: int) -> int:
    app = here.app()
    run = here.start(app, here.save(app, here.project(times * tasks)))
    for _ in range(times):
        _ask(here, STEP)
        os.kill(int(app.container.run_store.run(run).worker.rpartition(":")[2]), signal.SIGKILL)
        until(lambda: app.watch(run).run.status in FINAL)
        app.resume(run)
    finished(app, run, [])
    return _lost(app, run, times * tasks)


def _workers_killed(here: FaultWorld, times: int, tasks: int) -> int:
    whole, rest = divmod(times, A_RUN)
    return sum(_workers_of_one_run_killed(here, kills, tasks) for kills in [*[A_RUN] * whole, *[rest] * bool(rest)])


def _workers_of_one_run_killed(here: FaultWorld, times: int, tasks: int) -> int:
    app = here.app(REDIS_URL=here.redis)
    run = here.start(app, here.save(app, here.project(times * tasks)))
    workers = [here.worker() for _ in range(3)]
    for _ in range(times):
        _ask(here, 3 * STEP)
        _kill(workers.pop(0))
        workers.append(here.worker())
    finished(app, run, workers)
    return _lost(app, run, times * tasks)


def _lost(app: App, run: str, tasks: int) -> int:
    return tasks - app.watch(run).counts.done


def _ask(here: FaultWorld, number: int) -> None:
    before = here.requests()
    until(lambda: here.requests() >= before + number)


def _kill(process: Process) -> None:
    if process.poll() is not None:
        sys.exit("It ended before it was killed: the figures mean nothing.")
    process.kill()
    process.wait()
