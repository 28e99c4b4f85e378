"""Everything that runs while faults are measured: a real Label Studio, Redis, the stand-in model, and who uses them."""

import shutil
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
CONCURRENCY = 16
LATENCY_MS = 100
PATIENCE_S = 3600
ALL = Subset("all")
Process = subprocess.Popen[bytes]


@dataclass
class FaultWorld:
    """`studio`: the SDK's client, whose types know less than its server."""

    folder: Path
    studio: Any
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
        """A new prompt; its tag."""
        self.prompts += 1
        prompt = PromptFile("What is it about?\n{text}")
        return app.save(Draft(f"topic-{self.prompts}", project, prompt)).version.tag

    def start(self, app: App, tag: str) -> str:
        """A run in the background; its id."""
        return app.run_in_background(tag, ALL, RunOptions(push=False)).id

    def control(self, **switches: object) -> None:
        httpx.post(f"{self.model}/control", json=switches).raise_for_status()

    def requests(self) -> int:
        return int(httpx.get(f"{self.model}/stats").json()["requests"])

    def worker(self) -> Process:
        return self.command("worker", REDIS_URL=self.redis)

    def command(self, *words: str, **more: str) -> Process:
        """A command of `ls-prompts`, which goes on by itself. `more`: settings besides `env`."""
        env = services.environment({"PYTHONPATH": str(services.ROOT), **self.env, **more})
        argv = [sys.executable, "-m", "backend", *words]
        return subprocess.Popen(argv, env=env, cwd=self.folder, stdout=subprocess.DEVNULL)


@contextmanager
def world() -> Iterator[FaultWorld]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        account = label_studio.Account(password="not-a-secret", token="f" * 40)
        shutil.copytree(label_studio.initialised_data_dir(), folder / "studio")
        port = services.free_port()
        studio = stack.enter_context(
            label_studio.label_studio(folder / "studio", port, account, log=folder / "studio.log")
        )
        model = stack.enter_context(
            services.stand_in(services.free_port(), log=folder / "model.log", latency_ms=LATENCY_MS)
        )
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
        yield FaultWorld(folder, client, model.url, f"redis://127.0.0.1:{port}", env)


def until(holds: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    """Waits until `holds()`; ends the program when that takes too long."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            sys.exit("It did not happen in time: the figures mean nothing.")
        time.sleep(0.05)


def under_way(app: App, run: str, share: float, tasks: int) -> None:
    """Waits until this share of a run's tasks is done."""
    until(lambda: app.watch(run).counts.done > tasks * share)


def finished(app: App, run: str, workers: list[Process]) -> None:
    """Waits until a run has ended, then ends its workers."""
    until(lambda: app.watch(run).run.status in FINAL)
    end(workers)


def end(workers: list[Process]) -> None:
    for worker in workers:
        worker.kill()
        worker.wait()
