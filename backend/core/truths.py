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


def is_accepted(annotation: Mapping[str, Any]) -> bool:
    """Whether it says what a prediction said, because somebody accepted that as it was: made of a prediction, and
    nothing in it was changed or added by hand since."""
    result = annotation.get("result")
    regions = [region for region in result if isinstance(region, Mapping)] if isinstance(result, list) else []
    origins = {region.get("origin") for region in regions}
    made = annotation.get("parent_prediction") is not None or "prediction" in origins
    return made and not origins & {"prediction-changed", "manual"}
