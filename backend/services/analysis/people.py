"""People: how far those who annotated the same tasks agree with each other and with a version's stored answers."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from backend.domain.annotated_task import AnnotatedTask
from backend.domain.answer import Answer
from backend.domain.dataset.ground_truth import is_own, truth_of
from backend.domain.labels.equal_answers import texts_of
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.human_agreement import HumanAgreement, MultipleAnnotation, human_agreement
from backend.services.dataset.drawing import Drawing
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_texts import annotated_with_texts
from backend.services.dataset.truth_marking import author_of
from backend.services.dataset.truth_selection import schema_of
from backend.services.runs.stored_outcomes import StoredOutcomes


def agreement_of_people(drawing: Drawing, stored: StoredOutcomes, resolved: ResolvedVersion) -> HumanAgreement:
    """On all tasks that two people or more annotated. What began as a prediction of the version's prompt is left out,
    because who accepts an answer agrees with it beforehand."""
    project, schema = resolved.project.id, resolved.schema
    annotated = annotated_with_texts(drawing.studio, project, schema)
    by_task = {item.task.id: people for item in annotated if len(people := _answers(item, resolved)) > 1}
    pages = stored.of_version(resolved, set(by_task)) if by_task else ()
    model_answers = {
        outcome.task_id: outcome.answer for page in pages for outcome in page if outcome.answer is not None
    }
    answers, draw = list(_annotations(by_task, model_answers, schema)), drawing.store.of(project)
    drawn = None if draw is None else sum(draw.has(annotation.task_id) for annotation in answers)
    return replace(human_agreement(answers), drawn=drawn)


def _answers(item: AnnotatedTask, resolved: ResolvedVersion) -> dict[int, Answer]:
    """Person -> their newest answer to the task."""
    schema = schema_of(item.task, resolved.schema)
    answers: dict[int, Answer] = {}
    for annotation in item.human_annotations:
        person, truth = author_of(annotation), _answer(item, annotation, schema)
        if person is not None and truth is not None and not is_own(annotation, item.versions, resolved.version.names):
            answers[int(person)] = truth
    return answers


def _answer(item: AnnotatedTask, annotation: Mapping[str, Any], schema: LabelSchema) -> Answer | None:
    truth = truth_of(item.task.id, [annotation], "any", schema)
    return None if truth is None else truth.answer


def _annotations(
    by_task: Mapping[int, Mapping[int, Answer]], model_answers: Mapping[int, Answer], schema: LabelSchema
) -> Iterator[MultipleAnnotation]:
    """Equal answers have equal texts."""
    for task, people in by_task.items():
        if task in model_answers:
            texts = texts_of([*people.values(), model_answers[task]], schema)
            yield MultipleAnnotation(task, dict(zip(people, texts, strict=False)), texts[-1])
