"""Truths from annotations: which annotation of a task is its ground truth, and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.domain.answer import Answer
from backend.domain.labels.regions import from_result, others_of
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Truth
from backend.domain.prompts.version import belongs

KINDS = ("ground-truth", "any")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Tasks with a truth that does not count. `own`: it was made from a prediction of the very prompt it would judge;
    `taken`: so it was too, but counts because that was asked for; `gone`: label that the config no longer has -> the
    tasks it is the truth of; `shown`: the version shows them, or copies of them, to other tasks as examples; `unseen`:
    all they have are annotations that were made of predictions, and no person has looked at those."""

    own: tuple[int, ...] = ()
    taken: tuple[int, ...] = ()
    gone: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    shown: tuple[int, ...] = ()
    unseen: tuple[int, ...] = ()


NOTHING = LeftOut()


def truth_of(task_id: int, annotations: Sequence[Mapping[str, Any]], kind: str, schema: LabelSchema) -> Truth | None:
    """The truth of a task, or None when no annotation serves.

    `annotations`: submitted ones, oldest first. `kind`: `ground-truth` takes the one marked so, `any` the latest. An
    annotation that leaves a control on its screen empty which takes one label, or which is required, says nothing about
    it and does not serve, unless that control may stay empty.
    """
    serving = [a for a in annotations if kind == "any" or a.get("ground_truth")]
    if not serving:
        return None
    result = serving[-1].get("result") or []
    answer = from_result(result, schema)
    on_screen = schema.on_screen(answer, others_of(result, schema)).fields
    if any(answer[f.name] is None and f.must_answer for f in on_screen):
        return None
    return Truth(task_id, answer)


def is_own(annotation: Mapping[str, Any], versions: Mapping[int, str | None], names: Sequence[str]) -> bool:
    """Whether an annotation began as a prediction of a prompt with one of these `names`, accepted or corrected:
    corrections alone would make the prompt look as bad as acceptances make it look good.

    `versions`: id -> model_version of the task's predictions. Label Studio forgets the parent of an annotation when
    that prediction is deleted; where only the regions still tell that there was one, it counts as the prompt's.
    """
    parent = annotation.get("parent_prediction")
    if parent is not None:
        return belongs(versions.get(parent) or "", *names)
    regions = annotation.get("result") or []
    return any(isinstance(r, Mapping) and str(r.get("origin")).startswith("prediction") for r in regions)


def gone_labels(answer: Answer, schema: LabelSchema) -> list[str]:
    """Labels of a truth that the config does not have (any more), as scores name them."""
    return [
        schema.class_name(field.name, label)
        for field in schema.fields
        if not field.dynamic
        for label in field.gone(answer.get(field.name))
    ]
