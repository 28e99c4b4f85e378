"""Everything that takes part in a run of a million tasks: PostgreSQL, Redis and the workers are real, Label Studio and
the model are made up."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from redis import Redis

from backend.adapters.database.tables import jobs
from backend.app import App
from backend.container import Container
from backend.settings import Settings
from benchmarks.faults.world import Process, end
from demo import services
from tests.databases import postgresql

WORKERS, CONCURRENCY = 2, 64
MB = 2**20


@dataclass
class ScaleWorld:
    """`env`: the settings of all who take part."""

    env: dict[str, str]
    folder: Path
    model: services.Service
    studio: services.Service
    http: httpx.Client
    workers: list[Process] = field(default_factory=list)
    killed_cpu_s: float = 0.0

    def app(self) -> App:
        values: dict[str, Any] = {name.lower(): value for name, value in self.env.items()}
        return App(Container(Settings(_env_file=None, **values)))

    def requests(self) -> int:
        return int(self.http.get(f"{self.model.url}/stats").json()["requests"])

    def start_workers(self) -> None:
        env = services.environment({"PYTHONPATH": str(services.ROOT), **self.env})
        argv = [sys.executable, "-m", "backend", "worker"]
        with (self.folder / "workers.log").open("ab") as log:
            self.workers = [
                subprocess.Popen(argv, env=env, cwd=self.folder, stdout=log, stderr=log) for _ in range(WORKERS)
            ]

    def kill_workers(self) -> None:
        self.killed_cpu_s += sum(cpu_s(worker.pid) for worker in self.workers)
        end(self.workers)
        self.workers = []

    def worker_mb(self, what: str) -> float:
        """Of the largest worker, now (`VmRSS`) or at most so far (`VmHWM`; Linux)."""
        return max(memory_mb(worker.pid, what) for worker in self.workers)

    def redis_mb(self) -> float:
        with Redis.from_url(self.env["REDIS_URL"]) as redis:
            return float(redis.info("memory")["used_memory"]) / MB

    def used_cpu_s(self, app: App) -> dict[str, float]:
        """Seconds of a processor that each part has used."""
        with app.container.store.engine.connect() as connection:
            backend = int(connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one())
        return {
            "workers": self.killed_cpu_s + sum(cpu_s(worker.pid) for worker in self.workers),
            "PostgreSQL": _family_cpu_s(_parent(backend)),
            "Label Studio": self.studio.cpu_seconds(),
            "model": self.model.cpu_seconds(),
            "this": cpu_s(os.getpid()),
        }


def job_is(app: App, run: str, number: int, *statuses: str) -> bool:
    """Whether a job of a run has one of these statuses."""
    mine = sa.select(jobs.c.status).where(jobs.c.run_id == run, jobs.c.number == number)
    with app.container.store.engine.connect() as connection:
        return connection.execute(mine).scalar() in statuses


def memory_mb(pid: int, what: str) -> float:
    return int(Path(f"/proc/{pid}/status").read_text().split(f"{what}:")[1].split()[0]) / 1024


def cpu_s(pid: int, *, children: bool = False) -> float:
    """Of a process (Linux); with `children`, also of those that have ended."""
    fields = _stat(pid)
    return sum(map(int, fields[11 : 15 if children else 13])) / os.sysconf("SC_CLK_TCK")


def _parent(pid: int) -> int:
    return int(_stat(pid)[1])


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _family_cpu_s(pid: int) -> float:
    """Of a process and its children."""
    children = [
        int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()
    ]
    return cpu_s(pid, children=True) + sum(map(cpu_s, children))


@contextmanager
def world(tasks: int) -> Iterator[ScaleWorld]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        studio = stack.enter_context(_made_up("studio", folder, str(tasks)))
        model = stack.enter_context(_made_up("model", folder))
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
        here = ScaleWorld(env, folder, model, studio, stack.enter_context(httpx.Client()))
        stack.callback(here.kill_workers)
        yield here


def _made_up(name: str, folder: Path, *words: str) -> services.Service:
    port = services.free_port()
    argv = [sys.executable, "-m", f"benchmarks.scale.{name}", str(port), *words]
    return services.Service(f"The {name}", argv, services.environment({}), f"http://127.0.0.1:{port}", folder / name)
