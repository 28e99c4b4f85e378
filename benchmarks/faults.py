"""`python -m benchmarks.faults`: what is lost and what is asked again when things are killed under a run.

On a real Label Studio, Redis and the stand-in model. With a number of tasks behind it, also the peak memory of a worker
that runs so many: `python -m benchmarks.faults 10000 100000`.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from label_studio_sdk import LabelStudio
from redis import Redis
from rich.console import Console
from rich.table import Table

from backend.app import App
from backend.container import Container
from backend.domain.dataset.subset import Subset
from backend.domain.prompts.prompt_file import PromptFile
from backend.domain.runs.run import FINAL
from backend.services.prompts.draft import Draft
from backend.services.runs.options import RunOptions
from backend.settings import Settings
from demo import label_studio, services

CONFIG = """<View><Text name="text" value="$text"/><Choices name="topic" toName="text">
<Choice value="Refund"/><Choice value="Delivery"/><Choice value="Praise"/></Choices></View>"""
TASKS = 3000
CONCURRENCY = 16
PATIENCE_S = 3600
ALL = Subset("all")


@dataclass
class World:
    """Everything that runs, and one who uses it."""

    folder: Path
    studio: LabelStudio
    model: str
    redis: str
    env: dict[str, str]
    prompts: int = 0

    def app(self, **more: str) -> App:
        values: dict[str, Any] = {name.lower(): value for name, value in (self.env | more).items()}
        return App(Container(Settings(_env_file=None, **values)))

    def project(self, tasks: int) -> int:
        made = self.studio.projects.create(title="Faults", label_config=CONFIG)
        for start in range(0, tasks, 10_000):
            texts = [
                {"text": f"{made.id}: message {n} about delivery"} for n in range(start, min(tasks, start + 10_000))
            ]
            self.studio.projects.import_tasks(id=made.id, request=texts, request_options={"max_retries": 0})
        return int(made.id)

    def save(self, app: App, project: int) -> str:
        self.prompts += 1
        return app.save(Draft(f"topic-{self.prompts}", project, PromptFile("What is it about?\n{text}"))).version.tag

    def requests(self) -> int:
        return int(httpx.get(f"{self.model}/stats").json()["requests"])

    def worker(self) -> "subprocess.Popen[bytes]":
        env = services.environment({"PYTHONPATH": str(services.ROOT), **self.env, "REDIS_URL": self.redis})
        return subprocess.Popen([sys.executable, "-m", "backend", "worker"], env=env, cwd=self.folder)


@contextmanager
def world() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        account = label_studio.Account(password="not-a-secret", token="f" * 40)
        shutil.copytree(label_studio.initialised_data_dir(), folder / "studio")
        port = services.free_port()
        studio = stack.enter_context(
            label_studio.label_studio(folder / "studio", port, account, log=folder / "studio.log")
        )
        model = stack.enter_context(services.stand_in(services.free_port(), log=folder / "model.log", latency_ms=100))
        port = services.free_port()
        redis = stack.enter_context(subprocess.Popen(["redis-server", "--port", str(port), "--save", ""], stdout=-3))
        stack.callback(redis.terminate)
        env = {
            "DATA_DIR": str(folder / "data"),
            "LABEL_STUDIO_URL": studio.url,
            "LABEL_STUDIO_API_KEY": account.token,
            "OPENAI_BASE_URL": f"{model.url}/v1",
            "OPENAI_API_KEY": "none",
            "OPENAI_MODEL": "stand-in",
            "CONCURRENCY": str(CONCURRENCY),
        }
        client = LabelStudio(base_url=studio.url, api_key=account.token)
        yield World(folder, client, model.url, f"redis://127.0.0.1:{port}", env)


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            sys.exit("It did not happen in time: the figures mean nothing.")
        time.sleep(0.05)


def workers_killed(here: World, app: App, run: str, times: int) -> None:
    workers = [here.worker() for _ in range(3)]
    for number in range(times):
        until(lambda number=number: app.watch(run).tally.done > TASKS * (number + 1) / (times + 2))
        os.kill(workers.pop(0).pid, signal.SIGKILL)
        workers.append(here.worker())
    _wait(app, run, workers)


def redis_flushed(here: World, app: App, run: str, times: int) -> None:
    workers = [here.worker() for _ in range(2)]
    for number in range(times):
        until(lambda number=number: app.watch(run).tally.done > TASKS * (number + 1) / (times + 2))
        Redis.from_url(here.redis).flushall()
    _wait(app, run, workers)


def process_killed(here: World, app: App, run: str, times: int) -> None:
    for number in range(times):
        until(lambda number=number: app.watch(run).tally.done > TASKS * (number + 1) / (times + 2))
        os.kill(int(app.container.record.run(run).worker.rpartition(":")[2]), signal.SIGKILL)
        until(lambda: app.watch(run).run.status in FINAL)
        app.resume(run)
    _wait(app, run, [])


def _wait(app: App, run: str, workers: list["subprocess.Popen[bytes]"]) -> None:
    until(lambda: app.watch(run).run.status in FINAL)
    for worker in workers:
        worker.kill()
        worker.wait()


FAULTS = (
    ("one of three workers, SIGKILL", workers_killed, 3, True, CONCURRENCY),
    ("the process of a background run, SIGKILL", process_killed, 3, False, CONCURRENCY),
    ("Redis, FLUSHALL, two workers", redis_flushed, 3, True, 0),
)
"""What is hit, how, how often, whether workers do the run, and how many requests may be under way unseen each time."""


def faults(here: World) -> None:
    table = Table("killed or cut", box=None, header_style="bold")
    for title in ("times", "tasks", "lost", "asked again", "which may be at most"):
        table.add_column(title, justify="right")
    for name, happens, times, queued, unseen in FAULTS:
        app = here.app(**({"REDIS_URL": here.redis} if queued else {}))
        tag = here.save(app, here.project(TASKS))
        before = here.requests()
        run = app.run_in_background(tag, ALL, RunOptions(push=False)).id
        happens(here, app, run, times)
        lost, again = TASKS - app.watch(run).tally.done, here.requests() - before - TASKS
        table.add_row(name, str(times), f"{TASKS:,}", str(lost), str(again), str(times * unseen))
    Console(width=110).print(table)


def memory(here: World, sizes: list[int]) -> None:
    table = Table(box=None, header_style="bold")
    for title in ("tasks", "peak MB of the worker", "first request after s", "seconds"):
        table.add_column(title, justify="right")
    httpx.post(f"{here.model}/control", json={"latency_ms": 20})
    for size in sizes:
        app = here.app(REDIS_URL=here.redis)
        tag = here.save(app, here.project(size))
        before, started = here.requests(), time.monotonic()
        run = app.run_in_background(tag, ALL, RunOptions(push=False)).id
        worker = here.worker()
        until(lambda before=before: here.requests() > before)
        first = time.monotonic() - started
        until(lambda run=run, app=app: app.container.record.run(run).status in FINAL)
        status = Path(f"/proc/{worker.pid}/status").read_text()
        peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
        worker.kill()
        worker.wait()
        table.add_row(f"{size:,}", f"{peak:.0f}", f"{first:.1f}", f"{time.monotonic() - started:.0f}")
    Console(width=110).print(table)


def main() -> None:
    with world() as here:
        sizes = [int(size) for size in sys.argv[1:]]
        memory(here, sizes) if sizes else faults(here)


if __name__ == "__main__":
    main()
