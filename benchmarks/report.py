"""`python -m benchmarks.report [TASKS] [FILE]`: how long a report takes, and how large it is.

The database is a real one, with what the stand-in answers to the demo's messages; tasks and truths are handed over from
memory, because how fast Label Studio lists them is Label Studio's matter. FILE keeps the page to look at.
"""

import json
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from backend.adapters.database.canaries import CanaryStore
from backend.adapters.database.projects.draws import DrawStore
from backend.adapters.database.projects.looks import LookStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.run_tasks import RunTask
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.annotated_task import AnnotatedTask
from backend.domain.answer import Labels
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.chat.request_resources import RequestResources
from backend.domain.dataset.subset import Subset
from backend.domain.labels.config import read_config
from backend.domain.labels.regions import to_result
from backend.domain.project import Project
from backend.domain.prompts.version import PromptVersion
from backend.domain.task import Task
from backend.interfaces.presentation.report_page import page
from backend.services.analysis.report import ReportSources, report
from backend.services.dataset.drawing import Drawing
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.truth_bases import TruthBases
from backend.services.prompts.resolver import Resolver
from backend.services.runs.stored_outcomes import StoredOutcomes
from benchmarks.expected import expected
from demo.stand_in.answer import answer
from demo.stand_in.prompt import estimates

DATA = Path(__file__).resolve().parent.parent / "demo" / "data"
CONFIG = (DATA / "config.xml").read_text(encoding="utf-8")
SCHEMA = read_config(CONFIG)
PROJECT = Project(1, "Support inbox", CONFIG, "", 0)
PROMPTS = ("prompt-1.txt", "prompt-2.txt")
NOTES = ("labels alone", "says what belongs to each label")


class ListedStudio:
    """A Label Studio that lists what it was given."""

    def __init__(self, number: int) -> None:
        rows = json.loads((DATA / "tasks.json").read_text(encoding="utf-8"))
        self.topics = [rows[n % len(rows)]["topic"] for n in range(number)]
        texts = [rows[n % len(rows)]["text"] for n in range(number)]
        more = ["" if n < len(rows) else f" (message {n})" for n in range(number)]
        self.tasks = [Task(n, {"text": text + end}) for n, (text, end) in enumerate(zip(texts, more, strict=True))]

    def annotated(self, _project: int) -> Iterator[AnnotatedTask]:
        for task, topic in zip(self.tasks, self.topics, strict=True):
            result = to_result({"topic": Labels((topic,))}, SCHEMA)
            yield AnnotatedTask(task, ({"id": task.id, "result": result, "ground_truth": True},), {})

    def task_url(self, project: int, task: int | str) -> str:
        return f"http://localhost:8080/projects/{project}/data?task={task}"


def main(tasks: str = "10000", file: str | None = None) -> None:
    number = int(tasks)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/record.db")
        studio: Any = ListedStudio(number)
        resolved_versions = [_answered(store, studio, name, note) for name, note in zip(PROMPTS, NOTES, strict=True)]
        record, bases = RunStore(store), TruthBases(Drawing(studio, DrawStore(store)), LookStore(store))
        stored, resolver = StoredOutcomes(store, record, studio, _price), Resolver(store, studio)
        sources = ReportSources(bases, stored, resolver, CanaryStore(store))
        start, cpu = perf_counter(), process_time()
        found = report(sources, resolved_versions[1], resolved_versions[0], Subset("ground-truth"))
        read = perf_counter()
        html = page(found, Subset("ground-truth"), "today")
        end, cpu = perf_counter(), process_time() - cpu
    print(
        f"report on {number:,} tasks of 2 versions: {end - start:.1f} s (under 10), {len(html) / 1e6:.1f} MB (under 10)"
    )
    print(f"  database read and answers judged {read - start:.1f} s, page made {end - read:.1f} s; {cpu:.1f} s of CPU")
    if file:
        Path(file).write_bytes(html)


def _answered(store: Store, studio: ListedStudio, name: str, note: str) -> ResolvedVersion:
    """A saved version with the stand-in's answers to all tasks in the database."""
    template = (DATA / name).read_text(encoding="utf-8")
    plain = PromptVersion("inbox", 0, 1, template, "stand-in", ("text",), SCHEMA.digest, {"temperature": 0}, note)
    version, _ = store.save(plain)
    record, builder = (
        RunStore(store),
        RequestBuilder(version, SCHEMA, RequestResources(lambda _: "http://stand-in.test/v1")),
    )
    run = record.create(NewRun(version.tag, 1, Subset("ground-truth")))
    asks, completions = [], []
    for task in studio.tasks:
        request = expected(builder.request(task), ChatRequest)
        asks.append(RunTask(task.id, request.digest, sent=1))
        completions.append(_completion(request))
    store.add_completions(completions)
    record.run_tasks.note(run.id, asks)
    record.finish(run.id, "completed")
    return ResolvedVersion(version, PROJECT, SCHEMA)


def _completion(request: ChatRequest) -> Completion:
    said = answer(estimates(request.messages, request.template.answer_schema))
    pairs = tuple((token.text, token.logprob) for token in said.tokens)
    length = sum(len(message["content"]) for message in request.messages) // 4
    seconds = random.Random(request.digest).lognormvariate(-0.5, 0.4)
    return Completion(request.digest, 0, "stand-in", said.text, "stop", False, length, len(pairs), 0, seconds, pairs)


def _price(_model: str, _connection: str) -> Any:
    return lambda prompt, _cached, completion: prompt * 1.5e-7 + completion * 6e-7


if __name__ == "__main__":
    main(*sys.argv[1:])
