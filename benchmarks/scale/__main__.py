"""`python -m benchmarks.scale [TASKS]`: one run of a million tasks with two workers, killed when nine tenths are asked.

The engine, PostgreSQL and Redis are real; Label Studio and the model are made up (`benchmarks.scale.studio` and
`.model`), because they would be the limit. All of them share the cores of this machine. The run is planned, asked,
killed, continued by two other workers, and pushed. Each line is printed when it is known, so a long run can be
followed: `nohup python -m benchmarks.scale > scale.txt &`.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from backend.app import App
from backend.domain.dataset.subset import Subset
from backend.domain.prompts.prompt_file import PromptFile
from backend.domain.runs.chunk import END, PLAN
from backend.domain.runs.run import FINAL
from backend.services.prompts.draft import Draft
from backend.services.runs.options import RunOptions
from benchmarks.faults.world import PATIENCE_S
from benchmarks.scale.studio import PROJECT
from benchmarks.scale.world import CONCURRENCY, WORKERS, ScaleWorld, job_is, memory_mb, world
from tests.databases import stop_own_server

TASKS, TENTHS = 1_000_000, 10
LINE = "{:>5}  {:>8}  {:>14}  {:>8}  {:>11}"
EVERY_S = 0.2
LONGEST_S = 24 * PATIENCE_S


@dataclass
class Watch:
    """Waits for what happens, and notes when the plan was whole.

    began: when the run was given to workers, as `time.monotonic()` says
    """

    here: ScaleWorld
    app: App
    run: str
    began: float
    planned_s: float | None = None

    def until(self, holds: Callable[[], bool]) -> float:
        """The seconds that it took. Ends the program after a day, and when the run ended without it."""
        began = time.monotonic()
        while not holds():
            ended = _ended(self.app, self.run)
            if time.monotonic() - began > LONGEST_S or (ended and not holds()):
                sys.exit("It did not happen in time: the figures mean nothing.")
            self._look_at_plan()
            time.sleep(EVERY_S)
        return time.monotonic() - began

    def asked(self, number: int) -> float:
        return self.until(lambda: self.here.requests() >= number)

    def _look_at_plan(self) -> None:
        if self.planned_s is None and job_is(self.app, self.run, PLAN, "done"):
            self.planned_s = time.monotonic() - self.began
            say(f"planned after {self.planned_s:,.0f} s")


def say(line: str) -> None:
    print(line, flush=True)


def measure(here: ScaleWorld, tasks: int) -> None:
    app = here.app()
    tag = app.save(Draft("topic", PROJECT, PromptFile("What is it about?\n{text}"))).version.tag
    run = app.run_in_background(tag, Subset("all"), RunOptions()).id
    here.start_workers()
    watch = Watch(here, app, run, time.monotonic())
    say(f"{tasks:,} tasks, {WORKERS} workers, {CONCURRENCY} requests in flight each")
    say(f"first request after {watch.asked(1):.0f} s; MB of a worker then: {here.worker_mb('VmRSS'):.0f}")
    say(LINE.format("tenth", "tasks/s", "MB of a worker", "at most", "MB of Redis"))
    for tenth in range(1, TENTHS + 1):
        _ask_tenth(watch, tenth, tasks)
        if tenth == TENTHS - 1:
            _kill(watch, tasks)
    _push(watch)
    _say_rest(watch, tasks)


def _ask_tenth(watch: Watch, tenth: int, tasks: int) -> None:
    here = watch.here
    rate = tasks / TENTHS / watch.asked(tenth * tasks // TENTHS)
    memory = (f"{here.worker_mb(what):.0f}" for what in ("VmRSS", "VmHWM"))
    say(LINE.format(tenth, f"{rate:,.0f}", *memory, f"{here.redis_mb():.1f}"))


def _kill(watch: Watch, tasks: int) -> None:
    here = watch.here
    here.kill_workers()
    before = here.requests()
    here.start_workers()
    if before >= tasks:
        say("all was asked before the workers were killed: too few tasks for this machine")
        return
    say(f"all workers killed; the next request {watch.asked(before + 1):.0f} s after the start of others")


def _push(watch: Watch) -> None:
    app, run = watch.app, watch.run
    waited = watch.until(lambda: job_is(app, run, END, "in_progress") or _ended(app, run))
    pushed = watch.until(lambda: _ended(app, run))
    say(f"the push began {waited:.0f} s after the last request, and took {pushed:,.0f} s")


def _ended(app: App, run: str) -> bool:
    return app.container.run_store.run(run).status in FINAL


def _say_rest(watch: Watch, tasks: int) -> None:
    here, app = watch.here, watch.app
    took, began = time.monotonic() - watch.began, time.monotonic()
    found = app.watch(watch.run)
    counted = time.monotonic() - began
    say(f"the run is {found.run.status} after {took:,.0f} s; `watch` counts its tasks in {counted:.1f} s")
    say(f"without an answer: {tasks - found.counts.done:,}; asked again: {here.requests() - tasks:,}")
    say(f"{_database_bytes(app) / tasks:,.0f} bytes a task in the database, indexes included")
    cpu = ", ".join(f"{name} {1000 * used / tasks:.2f}" for name, used in here.used_cpu_s(app).items())
    say(f"CPU ms a task: {cpu}")
    say(
        f"MB of a worker at most: {here.worker_mb('VmHWM'):.0f}; of this program: {memory_mb(os.getpid(), 'VmHWM'):.0f}"
    )


def _database_bytes(app: App) -> int:
    """Of all tables of the schema (PostgreSQL)."""
    size = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = "
    with app.container.store.engine.connect() as connection:
        return int(connection.execute(sa.text(f"{size} current_schema()::regnamespace")).scalar_one())


def main() -> None:
    tasks = int(sys.argv[1]) if len(sys.argv) > 1 else TASKS
    try:
        with world(tasks) as here:
            measure(here, tasks)
    finally:
        stop_own_server()


if __name__ == "__main__":
    main()
