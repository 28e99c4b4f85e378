"""Audit of a project: what its prompts, copies of tasks and other annotations say against its ground truths.

Ground truths that came from a prompt's own predictions are left out unless they are wanted: they repeat the model's
answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from backend.adapters.label_studio.client import LabelStudioClient
from backend.advice import Advice
from backend.domain.annotated_task import AnnotatedTask
from backend.domain.answer import Answer
from backend.domain.audit.conflicts import confused_labels, disagreements, duplicates
from backend.domain.audit.label_errors import audit
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.ground_truth import LeftOut, is_own, truth_of
from backend.domain.dataset.subset import Subset
from backend.domain.labels.relabel import same_answers
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.classification import score
from backend.domain.metrics.confusions import Confusion
from backend.domain.outcome import Outcome, Truth
from backend.domain.project import Project
from backend.domain.prompts.version import PromptVersion
from backend.domain.task import Task
from backend.errors import ConfigChangedError, SubsetError
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import truths_among
from backend.services.dataset.task_texts import annotated_with_texts
from backend.services.dataset.truth_bases import TruthBases
from backend.services.dataset.truth_selection import schema_of
from backend.services.prompts.resolver import Resolver
from backend.services.runs.stored_outcomes import StoredOutcomes

AnswersByTask = dict[int, list[Answer]]
"""Task -> the answers of its annotations."""


@dataclass(frozen=True, slots=True)
class SuspectTruth:
    """A ground truth that several versions contradict; answers as people read them.

    suggested: None if no version contradicts it, and none is sure of it
    score: probability (0..1) that the ground truth is wrong
    accepted: whether it came from a prediction of one of our prompts
    """

    task: int
    truth: str
    suggested: str | None
    score: float
    versions: tuple[str, ...]
    accepted: bool
    link: str


@dataclass(frozen=True, slots=True)
class MarkedTask:
    """A task with its ground truth, or with the different answers of its annotations."""

    task: int
    answers: tuple[str, ...]
    link: str


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of an audit.

    truths: how many ground truths were audited
    left_out: how many were not
    versions: the tags of the versions that were used
    stale: tags of versions with another labelling config, which were not used
    basis: what the figures rest on
    """

    truths: int
    left_out: LeftOut
    versions: tuple[str, ...]
    stale: tuple[str, ...]
    suspects: tuple[SuspectTruth, ...]
    confusions: tuple[Confusion, ...]
    duplicates: tuple[tuple[MarkedTask, ...], ...]
    disagreements: tuple[MarkedTask, ...]
    basis: TruthBasis | None = None


def audit_project(bases: TruthBases, stored: StoredOutcomes, resolver: Resolver, project: int, subset: Subset) -> Audit:
    """Hears every version of the project's prompts that has an answer to a task with a truth. `subset`: which truths.

    Raises SubsetError when there are none, StudioError when Label Studio can't be read.
    """
    studio = bases.drawing.studio
    details = studio.project(project)
    schema = _labelled(resolver, details)
    versions = [version for version in stored.store.versions() if version.project == project]
    names = tuple(dict.fromkeys(name for version in versions for name in version.names))
    by_task: AnswersByTask = {}
    annotated = _noted(annotated_with_texts(studio, project, schema), schema, names, by_task)
    everything = replace(subset, leave_one_out=True)  # no version was shown a task's own answer
    base = truths_among(annotated, details, schema, everything, versions)
    resolved_versions = list(_readable(resolver, versions, details, schema))
    by_version = _outcomes_by_version(stored, resolved_versions, {truth.task_id for truth in base.truths})
    tasks = [task for page in base.pages for task in page]
    telling = _Telling(studio, project, schema)
    return Audit(
        truths=len(base.truths),
        left_out=base.left_out,
        basis=bases.of(project, (), subset, [truth.task_id for truth in base.truths], base.left_out),
        versions=tuple(by_version),
        stale=_stale(versions, resolved_versions),
        suspects=tuple(telling.suspects(by_version, base.truths, base.left_out)),
        confusions=tuple(confused_labels(score(outcomes, base.truths, schema) for outcomes in by_version.values())),
        duplicates=tuple(telling.duplicates(tasks, base.truths)),
        disagreements=tuple(telling.disagreements(by_task)),
    )


def _labelled(resolver: Resolver, project: Project) -> LabelSchema:
    """The controls with labels. Raises SubsetError if there is none."""
    schema = resolver.configs.now(project).labelled
    if not schema.fields:
        raise SubsetError("An audit compares labels, which this config does not have:", Advice.LIST_WRONG)
    return schema


def _stale(versions: Iterable[PromptVersion], readable: Iterable[ResolvedVersion]) -> tuple[str, ...]:
    """Tags of those that are not readable."""
    read = [resolved.version for resolved in readable]
    return tuple(version.tag for version in versions if version not in read)


def _readable(
    resolver: Resolver, versions: Iterable[PromptVersion], project: Project, schema: LabelSchema
) -> Iterator[ResolvedVersion]:
    """Versions that could give the answers that the config accepts now."""
    for version in versions:
        with suppress(ConfigChangedError):
            resolved = resolver.read_by(version, project)
            if same_answers(resolved.schema.labelled, schema):
                whole = resolved.schema if resolved.schema.labelled is not resolved.schema else None
                yield replace(resolved, schema=schema, origin=resolved.origin or whole)


def _noted(
    annotated: Iterable[AnnotatedTask], schema: LabelSchema, names: Sequence[str], by_task: AnswersByTask
) -> Iterator[AnnotatedTask]:
    """Passes the annotated tasks through and notes what people answered; who left a control empty did not answer."""
    for item in annotated:
        by_hand = [a for a in item.human_annotations if not is_own(a, item.versions, names)]
        task_schema = schema_of(item.task, schema)
        answers = (truth_of(item.task.id, [annotation], "any", task_schema) for annotation in by_hand)
        by_task[item.task.id] = [truth.answer for truth in answers if truth is not None]
        yield item


def _outcomes_by_version(
    stored: StoredOutcomes, resolved_versions: Iterable[ResolvedVersion], tasks: set[int]
) -> dict[str, list[Outcome]]:
    """Tag -> the version's answers to these tasks, if it has any."""
    by_version = {
        resolved.version.tag: [o for page in stored.of_version(resolved, tasks) for o in page]
        for resolved in resolved_versions
    }
    return {tag: outcomes for tag, outcomes in by_version.items() if outcomes}


@dataclass(frozen=True, slots=True)
class _Telling:
    """Answers and tasks, for people."""

    studio: LabelStudioClient
    project: int
    schema: LabelSchema

    def suspects(
        self, by_version: Mapping[str, list[Outcome]], truths: Sequence[Truth], left_out: LeftOut
    ) -> Iterator[SuspectTruth]:
        accepted = set(left_out.accepted)
        for suspect in audit(by_version, truths, self.schema):
            yield SuspectTruth(
                task=suspect.task_id,
                truth=self.schema.show(suspect.truth),
                suggested=None if suspect.suggested is None else self.schema.show(suspect.suggested),
                score=suspect.score,
                versions=suspect.versions,
                accepted=suspect.task_id in accepted,
                link=self.link(suspect.task_id),
            )

    def duplicates(self, tasks: Sequence[Task], truths: Sequence[Truth]) -> Iterator[tuple[MarkedTask, ...]]:
        for group in duplicates(tasks, truths, self.schema):
            yield tuple(self.marked(truth.task_id, truth.answer) for truth in group.truths)

    def disagreements(self, by_task: AnswersByTask) -> Iterator[MarkedTask]:
        for item in disagreements(by_task, self.schema):
            yield self.marked(item.task_id, *item.answers)

    def marked(self, task: int, *answers: Answer) -> MarkedTask:
        return MarkedTask(task, tuple(map(self.schema.show, answers)), self.link(task))

    def link(self, task: int) -> str:
        return self.studio.task_url(self.project, task)
