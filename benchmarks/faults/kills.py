"""Many kills: of commands that run in the foreground, of the process of a background run, and of one of three workers.

Each is killed while it asks. What is done again afterwards finds the answers that were stored.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator

from backend.app import App
from backend.domain.runs.run import FINAL
from benchmarks.faults.one_run import LOST
from benchmarks.faults.row import Row
from benchmarks.faults.world import Process, World, finished, until

STEP = 60
"""Requests between two kills, more than a kill can lose."""


def rows(here: World, times: int) -> Iterator[Row]:
    """`times`: kills in all, divided among the three."""
    each, more = divmod(times, 3)
    yield _row(here, "a command in the foreground, SIGKILL", each, _commands_killed)
    yield _row(here, "the process of a background run, SIGKILL", each, _processes_killed)
    yield _row(here, "one of three workers, SIGKILL", each + more, _workers_killed)


def _row(here: World, name: str, times: int, happens: Callable[[World, App, str, int], App]) -> Row:
    app, tasks = here.app(), 4 * STEP * times
    tag, before = here.save(app, here.project(tasks)), here.requests()
    used = happens(here, app, tag, times)
    counts = used.watch(used.container.record.runs(tag)[0].id).counts
    return Row(name, times, tasks, tasks - counts.done, here.requests() - before - tasks, times * LOST)


def _commands_killed(here: World, app: App, tag: str, times: int) -> App:
    def run() -> Process:
        return here.command("run", tag, "--on", "all", "--no-push")

    for _ in range(times):
        command = run()
        _ask(here, STEP)
        _kill(command)
    run().wait()
    return app


def _processes_killed(here: World, app: App, tag: str, times: int) -> App:
    run = here.start(app, tag)
    for _ in range(times):
        _ask(here, STEP)
        os.kill(int(app.container.record.run(run).worker.rpartition(":")[2]), signal.SIGKILL)
        until(lambda: app.watch(run).run.status in FINAL)
        app.resume(run)
    finished(app, run, [])
    return app


def _workers_killed(here: World, _app: App, tag: str, times: int) -> App:
    app = here.app(REDIS_URL=here.redis)
    run, workers = here.start(app, tag), [here.worker() for _ in range(3)]
    for _ in range(times):
        _ask(here, 3 * STEP)
        _kill(workers.pop(0))
        workers.append(here.worker())
    finished(app, run, workers)
    return app


def _ask(here: World, number: int) -> None:
    before = here.requests()
    until(lambda: here.requests() >= before + number)


def _kill(process: Process) -> None:
    if process.poll() is not None:
        sys.exit("It ended before it was killed: the figures mean nothing.")
    process.kill()
    process.wait()
