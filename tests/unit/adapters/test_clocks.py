"""Machines whose clocks differ by minutes share a database: nobody takes what another one is working on.

The clocks are set apart for real, by libfaketime around a second process.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.chunks import ChunkStore
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.adapters.processes import is_running, this_process
from backend.domain.dataset.subset import Subset
from backend.domain.runs.chunk import PLAN
from backend.domain.runs.run import ALIVE_S
from tests.databases import postgresql
from tests.running import unavailable

ROOT = Path(__file__).resolve().parents[3]
TAKE = """
import sys
from backend.adapters.database.runs.chunks import ChunkStore
from backend.adapters.processes import is_running, this_process
from backend.adapters.database.runs.runs import RunStore
from backend.adapters.database.prompts import Store
from backend.services.run_control.ownership import is_owned
store, run = Store(sys.argv[1]), sys.argv[2]
runs, jobs = RunStore(store), ChunkStore(store)
print(is_owned(runs.run(run)), runs.claim(run, this_process(), is_running), jobs.revive(is_running))
"""
ELSEWHERE = "another-machine.0123456789ab~77:4711"
pytestmark = pytest.mark.slow
APART = ("-90s", "-0s", "+90s", "+40d")


def seen_by(clock: str, url: str, run: str) -> str:
    """What a process whose clock is so far from ours makes of a run."""
    program = shutil.which("faketime") or unavailable("No faketime found: install it (Debian: faketime).")
    line = [program, "-f", clock, sys.executable, "-c", TAKE, url, run]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(line, env=env, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


@pytest.mark.parametrize("clock", APART)
def test_a_run_of_another_machine_stays_its_own(clock: str) -> None:
    with postgresql() as url:
        runs, jobs = _parts(url)
        run = runs.create(NewRun("mood@1", 7, Subset("all")))
        assert runs.claim(run.id, ELSEWHERE)
        assert seen_by(clock, url, run.id) == "True False []"
        shared = runs.create(NewRun("mood@2", 7, Subset("all")))
        jobs.open(shared.id)
        assert jobs.claim(shared.id, PLAN, ELSEWHERE)
        assert seen_by(clock, url, shared.id) == "True False []"
        runs._store.close()


def test_a_machine_that_went_silent_loses_it_whatever_the_clock_says() -> None:
    with postgresql() as url:
        runs, _ = _parts(url)
        run = runs.create(NewRun("mood@1", 7, Subset("all")))
        assert runs.claim(run.id, ELSEWHERE)
        ago = sa.text("UPDATE runs SET seen = seen - :s")
        with runs._store.engine.begin() as connection:
            connection.execute(ago, {"s": ALIVE_S + 1})
        assert seen_by("-90s", url, run.id) == "False True []"
        runs._store.close()


@pytest.mark.parametrize("clock", APART)
def test_on_one_machine_a_process_keeps_its_run_whatever_the_clock_says(database_url: str, clock: str) -> None:
    runs, jobs = _parts(database_url)
    run = runs.create(NewRun("mood@1", 7, Subset("all")))
    assert runs.claim(run.id, this_process())
    assert seen_by(clock, database_url, run.id) == "True False []"
    shared = runs.create(NewRun("mood@2", 7, Subset("all")))
    jobs.open(shared.id)
    assert jobs.claim(shared.id, PLAN, this_process())
    assert seen_by(clock, database_url, shared.id) == "True False []"
    runs._store.close()


def test_a_process_that_was_stopped_for_an_hour_keeps_its_run(store: Store) -> None:
    """A laptop that slept: its silence says nothing."""
    runs, jobs = RunStore(store), ChunkStore(store)
    run = runs.create(NewRun("mood@1", 7, Subset("all")))
    assert runs.claim(run.id, this_process())
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE runs SET seen = seen - 3600"))
    assert not runs.claim(run.id, "another process", is_running)
    assert jobs.revive(is_running) == []


@pytest.mark.parametrize("clock", ["-90s", "+90s"])
def test_runs_come_in_the_order_of_the_records_clock(clock: str) -> None:
    program = shutil.which("faketime") or unavailable("No faketime found: install it (Debian: faketime).")
    make = (
        "import sys; from backend.adapters.database.runs.runs import *; "
        "print(RunStore(Store(sys.argv[1])).create(NewRun('mood@1', 7, Subset('all'))).id)"
    )
    with postgresql() as url:
        runs, _ = _parts(url)
        first = runs.create(NewRun("mood@1", 7, Subset("all"))).id
        line = [program, "-f", clock, sys.executable, "-c", make, url]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        second = subprocess.run(line, env=env, capture_output=True, text=True, timeout=60, check=True).stdout.strip()
        third = runs.create(NewRun("mood@1", 7, Subset("all"))).id
        assert [run.id for run in runs.runs()] == [third, second, first]
        runs._store.close()


def _parts(url: str) -> tuple[RunStore, ChunkStore]:
    store = Store(url)
    return RunStore(store), ChunkStore(store)
