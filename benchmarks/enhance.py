"""`python -m benchmarks.enhance`: does a search ever save a prompt that is worse? Fifty seeded ones, each with ground
truths of its own and a teacher that proposes good, bad and useless rewrites.

The stand-in answers in this process. What was saved is measured on tasks that no part of the search was given.
"""

import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from backend.adapters.providers.prices import price_of
from backend.adapters.providers.registry import ConnectionRegistry
from backend.app import App
from backend.container import Container
from backend.domain.annotated_task import AnnotatedTask
from backend.domain.answer import Labels
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.chat.request_resources import RequestResources
from backend.domain.connections.connection import DEFAULT
from backend.domain.labels.config import read_config
from backend.domain.metrics.comparison import Comparison, compare
from backend.domain.optimize.search import SearchOptions
from backend.domain.outcome import Outcome, Truth
from backend.domain.person import Person
from backend.domain.project import Project
from backend.domain.prompts.version import PromptVersion
from backend.domain.resolution.resolve import resolve
from backend.domain.task import Task
from backend.services.optimize.session import OptimizationResult, OptimizerOptions
from backend.settings import Settings
from benchmarks.expected import expected
from demo.stand_in.answer import answer
from demo.stand_in.prompt import estimates
from demo.teacher import DATA, KINDS, taught

SEARCHES = 50
TRUTHS = 100
BASE = "base"
SAVED = "saved"
TEACHER = "scripted-teacher"
CONFIG = (DATA / "config.xml").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class LabelledText:
    text: str
    topic: str


def messages() -> list[LabelledText]:
    return [LabelledText(**row) for row in json.loads((DATA / "tasks.json").read_text(encoding="utf-8"))]


class ScriptedModels:
    """The stand-in and a scripted teacher, in this process: a Model. `kinds`: of the teacher's rewrites, in turn."""

    def __init__(self, kinds: Sequence[str]) -> None:
        self.feedback: list[str] = []
        self.asked: list[str] = []
        self._kinds = kinds

    async def complete(self, request: ChatRequest, attempt: int) -> Completion:
        if request.template.model == TEACHER:
            self.feedback.append(request.user)
            text = taught(request.user, self._kinds)
        else:
            self.asked.append(request.digest)
            chances = estimates(request.messages, request.template.answer_schema)
            text = answer(chances, weighed=False).text
        return Completion(request.digest, attempt, request.template.model, text, "stop", False, 100, 10, 0, 0.0)

    async def close(self) -> None:
        return


class InboxStudio:
    """A Label Studio with one project, in this process. `truths`: tasks with a ground truth."""

    def __init__(self, truths: Sequence[LabelledText], others: Sequence[LabelledText] = ()) -> None:
        self._truths = truths
        self._others = others

    @property
    def person(self) -> Person:
        return Person(1, "someone@example.com")

    def project(self, project: int) -> Project:
        return Project(project, "Inbox", CONFIG, "", len(self._truths) + len(self._others))

    def columns(self, project: int) -> dict[str, int]:
        return {"text": len(self._truths) + len(self._others)}

    def annotated(self, project: int) -> Iterator[AnnotatedTask]:
        for task, found in zip(_tasks(self._truths), self._truths, strict=True):
            region = {"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": [found.topic]}}
            yield AnnotatedTask(task, ({"ground_truth": True, "result": [region]},), {})

    def tasks(self, project: int, *, page: int = 1000) -> Iterator[list[Task]]:
        yield _tasks([*self._truths, *self._others])[:page]


def _tasks(found: Sequence[LabelledText]) -> list[Task]:
    return [Task(number, {"text": one.text}) for number, one in enumerate(found, 1)]


class OneModel(ConnectionRegistry):
    """Whose connections all lead to a model in this process."""

    def answered_by(self, world: Any) -> Self:
        self._world = world
        return self

    def chat(self, name: str = DEFAULT, timeout_s: float | None = None) -> Any:
        return self._world


class InProcess(Container):
    """A container whose Label Studio and models are in this process."""

    def __init__(self, settings: Settings, studio: Any, world: Any) -> None:
        super().__init__(settings)
        self._in_process = studio
        self._world = world

    @cached_property
    def studio(self) -> Any:
        return self._in_process

    @cached_property
    def connections(self) -> ConnectionRegistry:
        return OneModel.of(self.settings).answered_by(self._world)


def in_process(folder: Path, studio: Any, world: Any, **changed: Any) -> App:
    settings: dict[str, Any] = {"data_dir": folder, "openai_api_key": "none", "openai_model": "stand-in", **changed}
    return App(InProcess(Settings(_env_file=None, **settings), studio, world))


@dataclass(frozen=True, slots=True)
class Trial:
    """One search. `after`: what was saved against the base on tasks the search was not given; None for nothing."""

    found: OptimizationResult
    world: ScriptedModels
    judged: Sequence[str]
    after: Comparison | None


def trial(seed: int, folder: Path, truths: int = TRUTHS) -> Trial:
    """Ground truths and the teacher's script are drawn by `seed`."""
    chance = random.Random(seed)
    drawn = chance.sample(messages(), len(messages()))
    mine, untouched = drawn[:truths], drawn[truths:]
    world = ScriptedModels([chance.choice(KINDS) for _ in range(20)])
    app = in_process(folder, InboxStudio(mine), world)
    base = app.save(draft()).version
    found = app.enhance(base.tag, OptimizerOptions(SearchOptions(TEACHER, seed=seed)))
    judged = [] if found.halves is None else [str(item.task.data["text"]) for item in found.halves.judge]
    return Trial(found, world, judged, measured(base, found.saved, untouched) if found.saved else None)


def draft() -> Any:
    from backend.domain.prompts.prompt_file import PromptFile
    from backend.services.prompts.draft import Draft

    text = (DATA / "prompt-1.txt").read_text(encoding="utf-8")
    return Draft("topic", 7, PromptFile(text))


def measured(base: PromptVersion, saved: PromptVersion, untouched: Sequence[LabelledText]) -> Comparison:
    """What the stand-in makes of the tasks with both."""
    tasks = _tasks(untouched)
    outcomes = {BASE: _outcomes(base, tasks), SAVED: _outcomes(saved, tasks)}
    truths = [Truth(task.id, {"topic": Labels((one.topic,))}) for task, one in zip(tasks, untouched, strict=True)]
    return compare(outcomes, truths, read_config(CONFIG))


def _outcomes(version: PromptVersion, tasks: Sequence[Task]) -> list[Outcome]:
    schema = read_config(CONFIG)
    builder = RequestBuilder(version, schema, RequestResources(lambda _: "http://in.process/v1"))
    found = []
    for task in tasks:
        request = expected(builder.request(task), ChatRequest)
        text = answer(estimates(request.messages, request.template.answer_schema), weighed=False).text
        made = Completion(request.digest, 0, "stand-in", text, "stop", False, 100, 10, 0, 0.0)
        found.append(expected(resolve(task.id, [[made]], schema, lambda model, _: price_of(model)), Outcome))
    return found


def main() -> None:
    saved, lower, leaks, verdicts, fates = 0, 0, 0, Counter[str](), Counter[str]()
    gains = []
    for seed in range(SEARCHES):
        with tempfile.TemporaryDirectory() as folder:
            done = trial(seed, Path(folder))
        verdicts[done.found.verdict or "nothing better to learn from"] += 1
        fates |= Counter(one.fate for one in done.found.tried if one.text is None)
        leaks += sum(text in feedback_text for text in done.judged for feedback_text in done.world.feedback)
        if done.after is not None:
            pair = done.after.pairs[0]
            saved += 1
            lower += pair.verdict == "worse"
            gains.append(pair.difference or 0.0)
    print(f"searches                                                  {SEARCHES}")
    for verdict, number in sorted(verdicts.items()):
        print(f"  {verdict:<56}{number}")
    print(f"saved                                                     {saved}")
    print(f"  significantly lower on {200 - TRUTHS} tasks not given to the search    {lower}")
    print(f"  lower at all                                            {sum(gain < 0 for gain in gains)}")
    print(f"  mean difference there                                   {sum(gains) / max(1, len(gains)):+.3f}")
    print(f"texts that judge, found in the teacher's requests         {leaks}")


if __name__ == "__main__":
    main()
