"""Ground truths from annotations: which annotation of a task is its ground truth, and which answer it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.domain.answer import Answer
from backend.domain.dataset.stored_otherwise import KINDS as OTHERWISE
from backend.domain.dataset.stored_otherwise import stored_otherwise
from backend.domain.labels.regions import from_result, others_of, regions_in
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Truth
from backend.domain.prompts.version import belongs

KINDS = ("ground-truth", "any")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Tasks whose ground truth is left out, or included by request.

    self_predicted: it was made from a prediction of the prompt that it would evaluate
    accepted: it was too, but counts because the user asked for it
    unknown_labels: label that the config no longer has -> tasks with that ground truth
    examples: the version shows them, or copies of them, to other tasks as examples
    unseen: all their annotations were made from predictions, and no person has looked at them
    otherwise: what the screen stores otherwise than it shows it -> tasks whose ground truth has that; they count
    """

    self_predicted: tuple[int, ...] = ()
    accepted: tuple[int, ...] = ()
    unknown_labels: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    examples: tuple[int, ...] = ()
    unseen: tuple[int, ...] = ()
    otherwise: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


NOTHING = LeftOut()


def truth_of(task_id: int, annotations: Sequence[Mapping[str, Any]], kind: str, schema: LabelSchema) -> Truth | None:
    """The ground truth of a task, or None if no annotation qualifies.

    An annotation does not qualify if it leaves a visible control empty that takes one label or is required, unless that
    control may stay empty.
    annotations: submitted ones, oldest first
    kind: `ground-truth` takes the one with the star, `any` the latest
    """
    serving = [a for a in annotations if kind == "any" or a.get("ground_truth")]
    if not serving:
        return None
    result = regions_in(serving[-1].get("result"))
    answer = from_result(result, schema)
    on_screen = schema.on_screen(answer, others_of(result, schema)).fields
    if any(answer[f.name] is None and f.must_answer for f in on_screen):
        return None
    return Truth(task_id, answer, stored_otherwise(result, answer, schema))


def otherwise_of(truths: Sequence[Truth]) -> dict[str, tuple[int, ...]]:
    """What of them is stored otherwise than the screen shows it -> tasks."""
    tasks = {kind: tuple(truth.task_id for truth in truths if kind in truth.otherwise) for kind in OTHERWISE}
    return {kind: ids for kind, ids in tasks.items() if ids}


def is_own(annotation: Mapping[str, Any], versions: Mapping[int, str | None], names: Sequence[str]) -> bool:
    """Whether an annotation began as a prediction of a prompt with one of these `names`, accepted or corrected.

    Corrections alone would make the prompt look as bad as acceptances make it look good. Label Studio forgets the
    parent of an annotation when that prediction is deleted; if only the regions show that there was one, it counts as
    the prompt's.
    versions: id -> model_version of the task's predictions
    """
    parent = annotation.get("parent_prediction")
    if parent is not None:
        return belongs(versions.get(parent) or "", *names)
    return any(str(r.get("origin")).startswith("prediction") for r in regions_in(annotation.get("result")))


def gone_labels(answer: Answer, schema: LabelSchema) -> list[str]:
    """Labels of a ground truth that the config does not have any more, as scores name them."""
    return [
        schema.class_name(field.name, label)
        for field in schema.fields
        if not field.dynamic
        for label in field.removed_classes(answer.get(field.name))
    ]
