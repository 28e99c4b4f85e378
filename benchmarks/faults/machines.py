"""Faults between machines: a worker that dies while it leaves, clocks that differ, and a database that is locked.

Clocks need `faketime`; without it those rows say n/a.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from backend.app import App
from backend.domain.runs.run import FINAL
from benchmarks.faults.row import FaultRow
from benchmarks.faults.world import FaultWorld, Process, under_way, until
from demo import services
from tests.databases import postgresql

TASKS = 600
SHORT_S = 120
LOCKED_S = 40
CLOCKS = ("-90s", "+90s", "+10m")

DIES = """
import os, signal, sys
from redis.connection import Connection
from backend.adapters.periodic_thread import PeriodicThread
from backend.adapters.redis.coordination import WorkerRegistration
left, leave, send = int(sys.argv.pop(1)), PeriodicThread.__exit__, Connection.send_packed_command
def cut(*args, **kwargs):
    global left
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    send(*args, **kwargs)
def leaving(member, *trouble):
    leave(member, *trouble)
    if isinstance(member, WorkerRegistration):
        Connection.send_packed_command = cut
PeriodicThread.__exit__ = leaving
from backend.__main__ import main
main()
"""
"""A command that is killed when so many commands of its leaving have reached Redis."""

ELSEWHERE = """
import socket
socket.gethostname = lambda: "another-machine"
from backend.adapters import processes
processes._machine = lambda: "another-machine.0123456789ab"
from backend.__main__ import main
main()
"""
"""A command on another machine, as far as the database can tell."""

PLAIN = "from backend.__main__ import main; main()"


def rows(here: FaultWorld) -> Iterator[FaultRow]:
    yield _row(here, "worker, SIGKILL while it leaves: the next run", _killed_leaving, 3)
    yield _row(here, f"SQLite, locked for {LOCKED_S} s", _locked, 1)
    for name, happens in (("no Redis", _resumed_elsewhere), ("workers", _joined_elsewhere)):
        title = f"clocks apart by minutes, PostgreSQL, {name}"
        if shutil.which("faketime"):
            yield _row(here, title, happens, len(CLOCKS))
        else:
            yield FaultRow(title, None, None, None, None, 0)


def _row(here: FaultWorld, name: str, happens: Callable[[FaultWorld, int], int], times: int) -> FaultRow:
    """`happens` returns how many of its TASKS have no answer."""
    before = here.requests()
    lost = sum(happens(here, number) for number in range(times))
    tasks = times * TASKS
    return FaultRow(name, times, tasks, lost, here.requests() - before - tasks, 0)


def _killed_leaving(here: FaultWorld, survived: int) -> int:
    """Half of the tasks are a run whose worker dies while it leaves, the other half is the next run."""
    app = here.app(REDIS_URL=here.redis)
    first = _started(here, app, TASKS // 2)
    dying = _python(here, DIES, str(survived), "worker", REDIS_URL=here.redis)
    until(lambda: dying.poll() is not None, SHORT_S)
    if dying.returncode != -signal.SIGKILL:
        sys.exit("The worker was not killed while it left: the figures mean nothing.")
    second = _started(here, app, TASKS // 2)
    worker = _python(here, PLAIN, "worker", REDIS_URL=here.redis)
    done = sum(_done(app, run) for run in (second, first))
    _end(worker)
    return TASKS - done


def _locked(here: FaultWorld, _number: int) -> int:
    app = here.app()
    run = _started(here, app, TASKS)
    under_way(app, run, 1 / 4, TASKS)
    lock = sqlite3.connect(app.container.store.engine.url.database or "", isolation_level=None, timeout=60)
    lock.execute("BEGIN IMMEDIATE")
    time.sleep(LOCKED_S)
    lock.execute("ROLLBACK")
    lock.close()
    return TASKS - _done(app, run)


def _resumed_elsewhere(here: FaultWorld, number: int) -> int:
    """Another machine takes the run for abandoned, if its clock tells it so."""
    with postgresql() as url:
        app = here.app(DATABASE_URL=url)
        run = _started(here, app, TASKS)
        under_way(app, run, 1 / 4, TASKS)
        other = _python(here, ELSEWHERE, "resume", run, clock=CLOCKS[number], DATABASE_URL=url)
        until(lambda: other.poll() is not None, SHORT_S)
        lost = TASKS - _done(app, run)
        app.container.store.close()
    return lost


def _joined_elsewhere(here: FaultWorld, number: int) -> int:
    """Another machine's worker takes the first one for dead, if its clock tells it so."""
    with postgresql() as url:
        app = here.app(DATABASE_URL=url, REDIS_URL=here.redis)
        run = _started(here, app, TASKS)
        one = _python(here, ELSEWHERE, "worker", DATABASE_URL=url, REDIS_URL=here.redis)
        under_way(app, run, 1 / 4, TASKS)
        other = _python(here, PLAIN, "worker", clock=CLOCKS[number], DATABASE_URL=url, REDIS_URL=here.redis)
        lost = TASKS - _done(app, run)
        _end(one)
        _end(other)
        app.container.store.close()
    return lost


def _started(here: FaultWorld, app: App, tasks: int) -> str:
    return here.start(app, here.save(app, here.project(tasks)))


def _python(here: FaultWorld, code: str, *argv: str, clock: str = "", **env: str) -> Process:
    """A command of ours, with a clock of its own."""
    line = [*(["faketime", "-f", clock] if clock else []), sys.executable, "-c", code, *argv]
    full = services.environment({"PYTHONPATH": str(services.ROOT), **here.env, **env})
    return subprocess.Popen(line, env=full, cwd=here.folder, start_new_session=True)


def _done(app: App, run: str) -> int:
    """Tasks with an answer when it has ended; also when it does not, which is what these rows are about."""
    deadline = time.monotonic() + SHORT_S
    while app.watch(run).run.status not in FINAL and time.monotonic() < deadline:
        time.sleep(0.05)
    return app.watch(run).counts.done


def _end(process: Process) -> None:
    """With its child, where it is `faketime`."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
