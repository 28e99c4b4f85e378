"""Answered tasks: each task that a version was run on, with its data, its truth and what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.answer import Answer
from backend.domain.cascade import answered_by
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome
from backend.domain.task import Task
from backend.services.analysis.results import truths_by_task
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.runs.stored_outcomes import StoredOutcomes


@dataclass(frozen=True, slots=True)
class AnsweredTask:
    """truth: None where there is none
    correct: None without a truth, and where the model said nothing
    link: where a browser finds it in Label Studio
    model: who answered
    schema: what may be answered
    """

    task: Task
    outcome: Outcome
    truth: Answer | None
    correct: bool | None
    link: str
    model: str
    schema: LabelSchema


def answered_tasks(studio: LabelStudioClient, stored: StoredOutcomes, resolved: ResolvedVersion) -> list[AnsweredTask]:
    """By id; tasks that are no longer in the project are left out."""
    truths = truths_by_task(studio, resolved, "ground-truth")
    return list(_answered(studio, stored, resolved, truths))


def _answered(
    studio: LabelStudioClient, stored: StoredOutcomes, resolved: ResolvedVersion, truths: dict[int, Answer]
) -> Iterator[AnsweredTask]:
    project, version = resolved.project.id, resolved.version
    for outcomes in stored.of_version(resolved):
        by_task = {outcome.task_id: outcome for outcome in outcomes}
        for tasks in studio.tasks_by_id(project, list(by_task)):
            for task in tasks:
                outcome, truth = by_task[task.id], truths.get(task.id)
                judged = truth is not None and outcome.spoke
                correct = resolved.schema.equal(truth or {}, outcome.answer) if judged else None
                model = answered_by(version.reference, version.cascade, outcome) or version.reference
                yield AnsweredTask(
                    task, outcome, truth, correct, studio.task_url(project, task.id), model, resolved.schema
                )
