"""`python -m benchmarks.scale [TASKS]`: one run of a million tasks with two workers, killed when nine tenths are asked.

The engine, PostgreSQL and Redis are real; Label Studio and the model are made up (`benchmarks.scale.studio`, and the
stand-in without latency), because they would be the limit. All of them share the cores of this machine. The run is
planned, asked, killed, continued by two other workers, and pushed.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from redis import Redis

from backend.app import App
from backend.container import Container
from backend.domain.dataset.subset import Subset
from backend.domain.prompts.prompt_file import PromptFile
from backend.domain.runs.run import FINAL
from backend.services.prompts.draft import Draft
from backend.services.runs.options import RunOptions
from backend.settings import Settings
from benchmarks.faults.world import Process, end, until
from benchmarks.scale.studio import PROJECT
from demo import services
from tests.databases import postgresql, stop_own_server

TASKS, WORKERS, CONCURRENCY, TENTHS = 1_000_000, 2, 64, 10
LINE = "{:>5}  {:>8}  {:>19}  {:>11}"
MB = 2**20


@dataclass
class World:
    """`env`: the settings of all who take part; `model`: the stand-in's address."""

    env: dict[str, str]
    model: str
    folder: Path
    workers: list[Process] = field(default_factory=list)

    def app(self) -> App:
        values: dict[str, Any] = {name.lower(): value for name, value in self.env.items()}
        return App(Container(Settings(_env_file=None, **values)))

    def requests(self) -> int:
        return int(httpx.get(f"{self.model}/stats").json()["requests"])

    def asked(self, number: int) -> float:
        """Waits until so many requests were sent; the seconds that it took."""
        return seconds_until(lambda: self.requests() >= number)

    def start_workers(self) -> None:
        env = services.environment({"PYTHONPATH": str(services.ROOT), **self.env})
        argv = [sys.executable, "-m", "backend", "worker"]
        with (self.folder / "workers.log").open("ab") as log:
            self.workers = [
                subprocess.Popen(argv, env=env, cwd=self.folder, stdout=log, stderr=log) for _ in range(WORKERS)
            ]

    def kill_workers(self) -> None:
        end(self.workers)

    def peak_mb(self) -> float:
        """Of the largest worker, so far (Linux)."""
        texts = [Path(f"/proc/{worker.pid}/status").read_text() for worker in self.workers]
        return max(int(text.split("VmHWM:")[1].split()[0]) for text in texts) / 1024

    def redis_mb(self) -> float:
        return float(Redis.from_url(self.env["REDIS_URL"]).info("memory")["used_memory"]) / MB


@contextmanager
def world(tasks: int) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        port = services.free_port()
        studio = services.Service(
            "The simulated Label Studio",
            [sys.executable, "-m", "benchmarks.scale.studio", str(port), str(tasks)],
            services.environment({}),
            f"http://127.0.0.1:{port}",
            folder / "studio.log",
        )
        stack.enter_context(studio)
        model = stack.enter_context(services.stand_in(services.free_port(), log=folder / "model.log"))
        redis = services.free_port()
        argv = ["redis-server", "--port", str(redis), "--save", ""]
        stack.callback(stack.enter_context(subprocess.Popen(argv, stdout=subprocess.DEVNULL)).terminate)
        env = {
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": stack.enter_context(postgresql()),
            "REDIS_URL": f"redis://127.0.0.1:{redis}",
            "LABEL_STUDIO_URL": studio.url,
            "LABEL_STUDIO_API_KEY": "f" * 40,
            "OPENAI_BASE_URL": f"{model.url}/v1",
            "OPENAI_API_KEY": "none",
            "OPENAI_MODEL": "stand-in",
            "CONCURRENCY": str(CONCURRENCY),
        }
        here = World(env, model.url, folder)
        stack.callback(here.kill_workers)
        yield here


def seconds_until(holds: Callable[[], bool]) -> float:
    """Waits until `holds()`; the seconds that it took."""
    began = time.monotonic()
    until(holds)
    return time.monotonic() - began


def measure(here: World, tasks: int) -> None:
    app = here.app()
    tag = app.save(Draft("topic", PROJECT, PromptFile("What is it about?\n{text}"))).version.tag
    run = app.run_in_background(tag, Subset("all"), RunOptions()).id
    here.start_workers()
    print(f"{tasks:,} tasks, {WORKERS} workers, {CONCURRENCY} requests in flight each")
    print(f"first request after {here.asked(1):.0f} s")
    print(LINE.format("tenth", "tasks/s", "peak MB of a worker", "MB of Redis"))
    for tenth in range(1, TENTHS + 1):
        rate = tasks / TENTHS / here.asked(tenth * tasks // TENTHS)
        print(LINE.format(tenth, f"{rate:,.0f}", f"{here.peak_mb():.0f}", f"{here.redis_mb():.1f}"), flush=True)
        if tenth == TENTHS - 1:
            here.kill_workers()
            before = here.requests()
            here.start_workers()
            print(f"all workers killed; the next request {here.asked(before + 1):.0f} s after the start of others")
    until(lambda: app.watch(run).pushing or app.watch(run).run.status in FINAL)
    pushed = seconds_until(lambda: app.watch(run).run.status in FINAL)
    found = app.watch(run)
    print(f"the run is {found.run.status}; pushed in {pushed:.0f} s")
    print(f"without an answer: {tasks - found.tally.done:,}; asked again: {here.requests() - tasks:,}")
    print(f"{_database_bytes(app) / tasks:,.0f} bytes a task in the database, indexes included")


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
