"""Acceptance: annotations made of predictions without a person, and whether a person has touched them since.

`annotate` and the Data Manager's "Create Annotations From Predictions" make them. Label Studio signs them with
whoever gave the order, and forgets the prediction when that is deleted. On the labelling screen nobody saves an
annotation without leaving a time or a name on it.
"""

from collections.abc import Container, Mapping
from typing import Any

from backend.domain.hashing import digest
from backend.domain.predictions.marks import is_marked

Annotation = Mapping[str, Any]
"""As Label Studio's JSON has it."""


def is_unseen(annotation: Annotation, known: Container[int] = ()) -> bool:
    """Whether it was made of a prediction, as it shows or because it is `known` by its id, and no person has touched
    it since."""
    return is_untouched(annotation) and (annotation["id"] in known or _is_of_a_prediction(annotation))


def is_untouched(annotation: Annotation) -> bool:
    """Whether nobody saved it on the screen, which notes where each region is from, changed it or marked it as ground
    truth."""
    if annotation.get("lead_time") is not None or annotation.get("updated_by") or annotation.get("ground_truth"):
        return False
    return not any(isinstance(region, Mapping) and "origin" in region for region in annotation.get("result") or [])


def _is_of_a_prediction(annotation: Annotation) -> bool:
    return annotation.get("parent_prediction") is not None or is_marked(annotation.get("result") or [])


def seal(annotation: Annotation) -> str:
    """What changes when somebody changes it."""
    return digest([annotation.get(name) for name in ("result", "completed_by", "updated_at", "was_cancelled")])
