"""Audit of a project: what its prompts, copies of tasks and other annotations say against its ground truths.

Truths accepted from a prediction are left out unless they are wanted: they say what the model said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.core.audit import audit
from backend.core.doubts import ConfusionPair, confusion_pairs, disagreements, duplicates
from backend.core.labels.config import read_config
from backend.core.labels.schema import LabelSchema
from backend.core.outcomes import Answer, Failure, Outcome, Truth
from backend.core.results import from_result
from backend.core.scoring import score
from backend.core.tasks import Task
from backend.core.truths import is_accepted, truth_of
from backend.edges.studio import Annotated, Project
from backend.flows.baseline import no_truths
from backend.flows.prompts import Bound
from backend.flows.runs import Runs


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A truth that several versions contradict; answers as people read them. `score`: 0..1, how probable it is that the
    truth is wrong; `accepted`: it was accepted from a prediction."""

    task: int
    truth: str
    suggested: str
    score: float
    versions: tuple[str, ...]
    accepted: bool
    link: str


@dataclass(frozen=True, slots=True)
class Marked:
    """What a task was marked with: its truth, or the different answers of its annotations."""

    task: int
    answers: tuple[str, ...]
    link: str


@dataclass(frozen=True, slots=True)
class Audit:
    """`truths`: how many were audited; `accepted`: tasks whose truth was accepted from a prediction; `versions`: the
    tags that were heard, `stale` those saved with another labelling config, which were not."""

    truths: int
    accepted: tuple[int, ...]
    versions: tuple[str, ...]
    stale: tuple[str, ...]
    suspects: tuple[Doubtful, ...]
    confusions: tuple[ConfusionPair, ...]
    duplicates: tuple[tuple[Marked, ...], ...]
    disagreements: tuple[Marked, ...]


@dataclass(slots=True)
class _Marks:
    """What people marked the tasks of a project with."""

    tasks: list[Task] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)
    accepted: set[int] = field(default_factory=set)
    given: dict[int, list[Answer]] = field(default_factory=dict)

    def add(self, item: Annotated, schema: LabelSchema, kind: str, with_accepted: bool) -> None:
        bound = schema.for_task(item.task.data)
        known = schema if isinstance(bound, Failure) else bound
        by_hand = [annotation for annotation in item.annotations if not is_accepted(annotation)]
        self.given[item.task.id] = [_answer(annotation, known) for annotation in by_hand]
        truth = truth_of(item.task.id, by_hand, kind, known)
        if truth is None:
            truth = truth_of(item.task.id, item.annotations, kind, known)
            if truth is not None:
                self.accepted.add(item.task.id)
            if not with_accepted:
                return
        if truth is not None:
            self.tasks.append(item.task)
            self.truths.append(truth)


def audit_project(runs: Runs, project: int, truth: str, with_accepted: bool) -> Audit:
    """Hears every version of the project's prompts that has an answer to a task with a truth. Raises SubsetError when
    there are no truths (see `core.truths.truth_of`), StudioError when Label Studio can't be read."""
    found = runs.studio.project(project)
    schema = read_config(found.label_config)
    marks = _Marks()
    for item in runs.studio.annotated(project):
        marks.add(item, schema, truth, with_accepted)
    if not marks.truths and not marks.accepted:
        raise no_truths(project, truth)
    heard, stale = _heard(runs, found, schema, {truth.task_id for truth in marks.truths})
    told = _Telling(runs, project, schema)
    return Audit(
        truths=len(marks.truths),
        accepted=tuple(sorted(marks.accepted)),
        versions=tuple(heard),
        stale=tuple(stale),
        suspects=tuple(told.suspects(heard, marks)),
        confusions=tuple(confusion_pairs(score(outcomes, marks.truths, schema) for outcomes in heard.values())),
        duplicates=tuple(
            tuple(told.marked(one.task_id, one.answer) for one in group.truths)
            for group in duplicates(marks.tasks, marks.truths, schema.variables)
        ),
        disagreements=tuple(told.marked(one.task_id, *one.answers) for one in disagreements(marks.given)),
    )


def _heard(
    runs: Runs, project: Project, schema: LabelSchema, tasks: set[int]
) -> tuple[dict[str, list[Outcome]], list[str]]:
    """What each version says about these tasks, and the tags of versions that can't be heard."""
    mine = [version for version in runs.store.versions() if version.project == project.id]
    heard = {}
    for version in mine:
        if version.schema_digest == schema.digest:
            pages = runs.stored(Bound(version, project, schema), only=tasks)
            heard[version.tag] = [outcome for page in pages for outcome in page]
    stale = [version.tag for version in mine if version.schema_digest != schema.digest]
    return {tag: outcomes for tag, outcomes in heard.items() if outcomes}, stale


@dataclass(frozen=True, slots=True)
class _Telling:
    """Answers and tasks, for people."""

    runs: Runs
    project: int
    schema: LabelSchema

    def suspects(self, heard: Mapping[str, list[Outcome]], marks: _Marks) -> list[Doubtful]:
        return [
            Doubtful(
                task=one.task_id,
                truth=self.schema.show(one.truth),
                suggested=self.schema.show(one.suggested),
                score=one.score,
                versions=one.versions,
                accepted=one.task_id in marks.accepted,
                link=self.link(one.task_id),
            )
            for one in audit(heard, marks.truths, self.schema)
        ]

    def marked(self, task: int, *answers: Answer) -> Marked:
        return Marked(task, tuple(map(self.schema.show, answers)), self.link(task))

    def link(self, task: int) -> str:
        return self.runs.studio.task_url(self.project, task)


def _answer(annotation: Mapping[str, Any], schema: LabelSchema) -> Answer:
    return from_result(annotation.get("result") or [], schema)
