"""Rows of `benchmarks.faults` about workers that die while they leave, clocks that differ, and a record that is locked.

Clocks need PostgreSQL (TEST_DATABASE_URL) and `faketime`; without them those rows say n/a.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from backend.app import App
from backend.core.runs import FINAL
from backend.core.subsets import Subset
from backend.flows.runs import Ending
from demo import services
from tests.databases import postgresql

if TYPE_CHECKING:
    from benchmarks.faults import World

TASKS = 600
SHORT_S = 120
LOCKED_S = 40
CLOCKS = ("-90s", "+90s", "+10m")
ALL = Subset("all")
Row = tuple[str, str, str, str, str, str]

DIES = """
import os, signal, sys
from redis.connection import Connection
from backend.edges.fleet import Member
from backend.edges.ticker import Ticker
left, leave, send = int(sys.argv.pop(1)), Ticker.__exit__, Connection.send_packed_command
def cut(*args, **kwargs):
    global left
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    send(*args, **kwargs)
def leaving(member, *trouble):
    leave(member, *trouble)
    if isinstance(member, Member):
        Connection.send_packed_command = cut
Ticker.__exit__ = leaving
from backend.__main__ import main
main()
"""
"""A command that is killed when so many commands of its leaving have reached Redis."""

ELSEWHERE = """
import socket, sys
socket.gethostname = lambda: "another-machine"
from backend.edges import process
process._machine = lambda: "another-machine.0123456789ab"
from backend.__main__ import main
main()
"""
"""A command on another machine, as far as the record can tell."""


PLAIN = "from backend.__main__ import main; main()"


def rows(here: "World") -> Iterator[Row]:
    yield _row(here, "worker, SIGKILL while it leaves: the next run", _killed_leaving, 3)
    yield _row(here, f"SQLite, locked for {LOCKED_S} s", _locked, 1)
    for name, happens in (("no Redis", _resumed_elsewhere), ("workers", _joined_elsewhere)):
        title = f"clocks apart by minutes, PostgreSQL, {name}"
        if os.environ.get("TEST_DATABASE_URL") and shutil.which("faketime"):
            yield _row(here, title, happens, len(CLOCKS))
        else:
            yield title, "n/a", "n/a", "n/a", "n/a", "0"


def _row(here: "World", name: str, happens: Callable[["World", int], int], times: int) -> Row:
    """`happens` returns how many of its TASKS have no answer."""
    before = here.requests()
    lost, tasks = 0, 0
    for number in range(times):
        found = happens(here, number)
        lost, tasks = lost + found, tasks + TASKS
    again = here.requests() - before - tasks
    return name, str(times), f"{tasks:,}", str(lost), str(again), "0"


def _killed_leaving(here: "World", survived: int) -> int:
    """Half of the tasks are a run whose worker dies while it leaves, the other half is the next run."""
    app = here.app(REDIS_URL=here.redis)
    first = app.run_in_background(here.save(app, here.project(TASKS // 2)), ALL, Ending(push=False)).id
    dying = _python(here, DIES, str(survived), "worker", REDIS_URL=here.redis)
    _until(lambda: dying.poll() is not None)
    assert dying.returncode == -signal.SIGKILL
    second = app.run_in_background(here.save(app, here.project(TASKS // 2)), ALL, Ending(push=False)).id
    worker = _python(here, PLAIN, "worker", REDIS_URL=here.redis)
    done = sum(_done(app, run) for run in (second, first))
    _end(worker)
    return TASKS - done


def _locked(here: "World", _number: int) -> int:
    app = here.app()
    run = app.run_in_background(here.save(app, here.project(TASKS)), ALL, Ending(push=False)).id
    _until(lambda: app.watch(run).tally.done > TASKS / 4)
    lock = sqlite3.connect(app.store.engine.url.database or "", isolation_level=None, timeout=60)
    lock.execute("BEGIN IMMEDIATE")
    time.sleep(LOCKED_S)
    lock.execute("ROLLBACK")
    lock.close()
    return TASKS - _done(app, run)


def _resumed_elsewhere(here: "World", number: int) -> int:
    """Another machine takes the run for abandoned, if its clock tells it so."""
    with postgresql() as url:
        app = here.app(DATABASE_URL=url)
        run = app.run_in_background(here.save(app, here.project(TASKS)), ALL, Ending(push=False)).id
        _until(lambda: app.watch(run).tally.done > TASKS / 4)
        other = _python(here, ELSEWHERE, "resume", run, clock=CLOCKS[number], DATABASE_URL=url)
        _until(lambda: other.poll() is not None)
        lost = TASKS - _done(app, run)
        app.store.close()
    return lost


def _joined_elsewhere(here: "World", number: int) -> int:
    """Another machine's worker takes the first one for dead, if its clock tells it so."""
    with postgresql() as url:
        app = here.app(DATABASE_URL=url, REDIS_URL=here.redis)
        run = app.run_in_background(here.save(app, here.project(TASKS)), ALL, Ending(push=False)).id
        one = _python(here, ELSEWHERE, "worker", DATABASE_URL=url, REDIS_URL=here.redis)
        _until(lambda: app.watch(run).tally.done > TASKS / 4)
        other = _python(here, PLAIN, "worker", clock=CLOCKS[number], DATABASE_URL=url, REDIS_URL=here.redis)
        lost = TASKS - _done(app, run)
        _end(one)
        _end(other)
        app.store.close()
    return lost


def _python(here: "World", code: str, *argv: str, clock: str = "", **env: str) -> "subprocess.Popen[bytes]":
    """A command of ours, with a clock of its own."""
    line = [*(["faketime", "-f", clock] if clock else []), sys.executable, "-c", code, *argv]
    full = services.environment({"PYTHONPATH": str(services.ROOT), **here.env, **env})
    return subprocess.Popen(line, env=full, cwd=here.folder, start_new_session=True)


def _done(app: App, run: str) -> int:
    """Tasks with an answer when it has ended; also when it does not, which is what these rows are about."""
    deadline = time.monotonic() + SHORT_S
    while app.watch(run).run.status not in FINAL and time.monotonic() < deadline:
        time.sleep(0.05)
    return app.watch(run).tally.done


def _until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + SHORT_S
    while not holds():
        if time.monotonic() > deadline:
            sys.exit("It did not happen in time: the figures mean nothing.")
        time.sleep(0.05)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """With its child, where it is `faketime`."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
