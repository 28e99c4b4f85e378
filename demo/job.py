"""The main job, step by step, through the same commands a user types. Each step checks what it claims."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from label_studio_sdk import AnnotationRequest, ImportApiRequest, LabelStudio, Prediction

from demo.label_studio import Account
from demo.services import LOCAL_MODEL, ROOT, environment

DATA = Path(__file__).parent / "data"
TRUTHS = 60
LOCAL_TASKS, LOCAL_TRUTHS = 48, 24
"""A model on the processors of this machine takes a second or some for each."""
COMMAND_SECONDS = 600
LOCAL_COMMAND_SECONDS = 1800
"""With other work on the processors, ten times as long; what is done by then is shown."""


class DemoError(Exception):
    """A step did not do what it should."""


@dataclass(frozen=True, slots=True)
class DemoEnvironment:
    """Where everything runs. `env` is what the commands need to know; they run in `folder`, where no `.env` is."""

    folder: Path
    studio_url: str
    backend_url: str
    account: Account
    model: str
    env: Mapping[str, str]

    @property
    def has_local_model(self) -> bool:
        return self.model == LOCAL_MODEL

    @property
    def truths(self) -> int:
        """How many of the messages are ground truth."""
        return LOCAL_TRUTHS if self.has_local_model else TRUTHS

    @property
    def patience_s(self) -> int:
        """Seconds that a command may take."""
        return LOCAL_COMMAND_SECONDS if self.has_local_model else COMMAND_SECONDS

    def messages(self) -> list[dict[str, str]]:
        """With their topics."""
        found: list[dict[str, str]] = json.loads((DATA / "tasks.json").read_text(encoding="utf-8"))
        return found[: LOCAL_TASKS if self.has_local_model else None]

    @property
    def report(self) -> Path:
        return self.folder / "report.html"


class Job:
    def __init__(self, demo_environment: DemoEnvironment) -> None:
        self._environment = demo_environment
        self._studio = LabelStudio(base_url=demo_environment.studio_url, api_key=demo_environment.account.token)
        self._tasks = demo_environment.messages()

    def do(self) -> None:
        """All steps. Raises DemoError at the first that fails."""
        self.command("doctor")
        project = self.make_project()
        self.command("connect", str(project), "--backend-url", self._environment.backend_url)
        first, second = (self.save("inbox", project, DATA / f"prompt-{number}.txt") for number in (1, 2))
        self.command("diff", first, second)
        before, after = self.evaluate(first), self.evaluate(second)
        self.command("compare", first, second)
        if self._environment.model == "stand-in":
            self.expect(after > before, f"{second}, which defines its labels, should beat {first}")
        self.command("run", second, "--on", "all")
        self.command("report", second, "--vs", first, "-o", str(self._environment.report))
        self.command("use", second)
        self.command("predictions", str(project))
        self.check_predictions(project, second, len(self._tasks))
        self.check_served(project, second)

    def make_project(self) -> int:
        tasks = [_task(item, truth=index < self._environment.truths) for index, item in enumerate(self._tasks)]
        return self.new_project("Support inbox", (DATA / "config.xml").read_text(encoding="utf-8"), tasks)

    def new_project(self, title: str, config: str, tasks: Sequence[ImportApiRequest]) -> int:
        """A project with these tasks; its number."""
        project = self._studio.projects.create(title=title, label_config=config).id
        if project is None:
            raise DemoError("Label Studio should say which project it made.")
        self._studio.projects.import_tasks(id=project, request=tasks, request_options={"max_retries": 0})
        truths = sum(bool(task.annotations) for task in tasks)
        print(f"\nMade project {project}, {title}, with {len(tasks)} messages, {truths} of them ground truth.")
        return project

    def save(self, name: str, project: int, prompt: Path) -> str:
        """Saves the prompt as the next version; its tag."""
        arguments = ("save", name, "--project", str(project), "--file", str(prompt), "--model", self._environment.model)
        return self.command(*arguments).strip()

    def evaluate(self, tag: str) -> float:
        """Shows the evaluation, then reads its accuracy: the second time costs no request."""
        self.command("evaluate", tag)
        truths = self._environment.truths
        found: dict[str, Any] = json.loads(self.command("evaluate", tag, "--json", show=False))
        self.expect(found["tasks"] == truths, f"{truths} ground truths should be evaluated, not {found['tasks']}")
        self.expect(found["requests"] == 0, "evaluating again should send no request")
        return float(found["accuracy"])

    def check_predictions(self, project: int, tag: str, tasks: int) -> list[Prediction]:
        """Counts them in Label Studio itself, not through our own code."""
        found = list(self._studio.predictions.list(project=project))
        tagged = {prediction.task for prediction in found if prediction.model_version == tag}
        self.expect(len(found) == len(tagged), f"every prediction should be {tag}'s, one per task")
        wanted = tasks if self._environment.model == "stand-in" else 1
        self.expect(len(tagged) >= wanted, f"{wanted} tasks should have a prediction, {len(tagged)} have")
        return found

    def texts(self, project: int) -> dict[int, str]:
        """The text of each task."""
        tasks: Iterable[Any] = self._studio.tasks.list(project=project)
        return {task.id: task.data["text"] for task in tasks}

    def check_served(self, project: int, tag: str) -> None:
        """Label Studio must get the same version from the backend."""
        backends = self._studio.ml.list(project=project)
        served = [backend.model_version for backend in backends]
        self.expect(served == [tag], f"the connected backend should serve {tag}, not {served}")

    def command(self, *arguments: str, show: bool = True) -> str:
        """Runs `ls-prompts`, shows it as typed, returns what it printed. Raises DemoError unless it exits with 0.

        What a command says while it works is seen at once.
        """
        if show:
            print("\n$ ls-prompts " + " ".join(arguments).replace(f"{ROOT}/", ""), flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "backend", *arguments],
            env=environment(self._environment.env),
            cwd=self._environment.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None if show else subprocess.PIPE,
            text=True,
            timeout=self._environment.patience_s,
        )
        if show:
            print(done.stdout, end="", flush=True)
        why = done.stderr or "see above"
        self.expect(done.returncode == 0, f"`ls-prompts {' '.join(arguments)}` ended with {done.returncode}: {why}")
        return done.stdout

    def expect(self, fulfilled: bool, what: str) -> None:
        if not fulfilled:
            raise DemoError(f"{what}.")


def _task(item: Mapping[str, str], truth: bool) -> ImportApiRequest:
    """The label is no part of the task's data: a prompt must not see it."""
    data = {"text": item["text"]}
    if not truth:
        return ImportApiRequest(data=data)
    region = {"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": [item["topic"]]}}
    return ImportApiRequest(data=data, annotations=[AnnotationRequest(result=[region], ground_truth=True)])
