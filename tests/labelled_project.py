"""A labelled project: tasks and ground truths as Label Studio has them, with versions and their stored answers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backend.adapters.database.projects.draws import DrawStore
from backend.adapters.database.projects.looks import LookStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.run_tasks import RunTask
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.annotated_task import AnnotatedTask
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.dataset.subset import Subset
from backend.domain.labels.config import read_config
from backend.domain.outcome import Failure
from backend.domain.project import Project
from backend.domain.runs.run import Run
from backend.domain.task import Task
from backend.services.dataset.drawing import Drawing
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.truth_bases import TruthBases
from backend.services.runs.stored_outcomes import StoredOutcomes
from tests.scripted import CONFIG, answer, at, completion, version

PROJECT = 7
URL = "http://model.test/v1"
STUDIO = "http://studio.test"


def result_of(label: str) -> list[dict[str, Any]]:
    """An annotation's regions, as Label Studio has them."""
    return [{"from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": [label]}}]


class LabelledStudio:
    """The part of LabelStudioClient that reads tasks and annotations. `truths`: task -> label; `more`: task -> the
    labels of other annotations, "" for an empty one; `read`: the ids that were asked for."""

    def __init__(self, tasks: Sequence[Task], truths: Mapping[int, str]) -> None:
        self.by_id = {task.id: task for task in tasks}
        self.truths = dict(truths)
        self.read: list[list[int]] = []
        self.texts = None
        self.now: Project | None = None
        self.more: dict[int, list[str]] = {}

    def tasks(self, _project: int, **_how: Any) -> Iterator[list[Task]]:
        yield list(self.by_id.values())

    def task_ids(self, _project: int) -> list[int]:
        return sorted(self.by_id)

    def tasks_by_id(self, _project: int, ids: Sequence[int]) -> Iterator[list[Task]]:
        self.read.append(list(ids))
        yield [self.by_id[number] for number in ids if number in self.by_id]

    def annotated(self, _project: int) -> Iterator[AnnotatedTask]:
        for number, label in self.truths.items():
            others = enumerate(self.more.get(number, []), 1)
            seen = [{"id": 100 * number + n, "result": result_of(other) if other else []} for n, other in others]
            truth = {"id": 100 * number, "ground_truth": True, "result": result_of(label)}
            yield AnnotatedTask(self.by_id[number], (truth, *seen), {})

    def project(self, _project: int) -> Project:
        assert self.now is not None
        return self.now

    def task_url(self, project: int, task: int) -> str:
        return f"{STUDIO}/projects/{project}/data?task={task}"


class LabelledProject:
    """`studio` and the database; each request costs a dollar a prompt token."""

    def __init__(self, store: Store, tasks: int = 4, truths: Mapping[int, str] | None = None, config: str = CONFIG):
        self.store, self.run_store, self.schema = store, RunStore(store), read_config(config)
        named = [Task(number, {"text": f"text {number}"}) for number in range(1, tasks + 1)]
        self.fake = LabelledStudio(named, truths or {})
        self.project = Project(PROJECT, "Moods", config, "", tasks)
        self.fake.now = self.project
        self.stored = StoredOutcomes(store, self.run_store, self.studio, self.price)

    @property
    def studio(self) -> Any:
        return self.fake

    @property
    def bases(self) -> TruthBases:
        return TruthBases(Drawing(self.studio, DrawStore(self.store)), LookStore(self.store))

    @staticmethod
    def price(model: str, _connection: str) -> Any:
        return lambda prompt, _cached, _completion: None if model == "unknown" else float(prompt)

    def saved(self, template: str = "How is {text}?", **changed: Any) -> ResolvedVersion:
        schema = self.schema
        saved, _ = self.store.save(version(template, schema, project=PROJECT, **changed))
        return ResolvedVersion(saved, self.project, schema)

    def builder(self, of: ResolvedVersion) -> RequestBuilder:
        return RequestBuilder(of.version, self.schema, at(URL))

    def run(self, of: ResolvedVersion, said: Mapping[int, str | Failure], server: str = URL, **how: Any) -> Run:
        """A completed run in which these tasks got these labels, texts that are not JSON as they are, or failed.
        `how`: fields of its completions."""
        run = self.run_store.create(NewRun(of.version.tag, PROJECT, Subset("all"), server=server))
        self.answered(run, of, said, **how)
        self.run_store.claim(run.id, "host:1")
        self.run_store.complete(run.id)
        return self.run_store.run(run.id)

    def answered(self, run: Run, of: ResolvedVersion, said: Mapping[int, str | Failure], **how: Any) -> None:
        """The same, in a run that goes on."""
        for number, verdict in said.items():
            request: Any = self.builder(of).request(self.fake.by_id[number])
            trouble = verdict if isinstance(verdict, Failure) else None
            self.run_store.run_tasks.note(run.id, [RunTask(number, request.digest, trouble, sent=1)])
            if isinstance(verdict, str):
                text = answer(mood=verdict) if verdict.isalpha() else verdict
                self.store.add_completions([completion(text, request.digest, **how)], run_id=run.id)
