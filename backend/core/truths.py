"""Truths from annotations: which annotation of a task is its ground truth, and what it says."""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.core.labels.schema import LabelSchema
from backend.core.outcomes import Truth
from backend.core.results import from_result

KINDS = ("ground-truth", "any")


def truth_of(task_id: int, annotations: Sequence[Mapping[str, Any]], kind: str, schema: LabelSchema) -> Truth | None:
    """The truth of a task, or None when no annotation serves.

    `annotations`: submitted ones, oldest first. `kind`: `ground-truth` takes the one marked so, `any` the latest. An
    annotation that leaves a control of one label empty says nothing about it and does not serve, unless that control
    may stay empty.
    """
    serving = [a for a in annotations if kind == "any" or a.get("ground_truth")]
    if not serving:
        return None
    answer = from_result(serving[-1].get("result") or [], schema)
    if any(field.single and not field.optional and not answer[field.name] for field in schema.fields):
        return None
    return Truth(task_id, answer)
