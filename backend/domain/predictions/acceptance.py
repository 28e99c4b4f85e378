"""Accepted predictions: annotations made from predictions without a person, and whether a person has changed them
since.

`annotate` and the Data Manager's "Create Annotations From Predictions" make them. Label Studio names the user who
started this as their author, and forgets the prediction when it is deleted. Nobody saves an annotation on the labelling
screen without leaving a time or a name on it.
"""

from collections.abc import Container, Mapping
from typing import Any

from backend.domain.hashing import digest
from backend.domain.labels.regions import regions_in
from backend.domain.predictions.marks import is_marked

Annotation = Mapping[str, Any]
"""As Label Studio's JSON has it."""


def is_unseen(annotation: Annotation, accepted: Container[int] = ()) -> bool:
    """Whether the annotation was made from a prediction (as it shows, or as its id is `accepted`) and no person has
    changed it."""
    return is_untouched(annotation) and (annotation["id"] in accepted or _is_of_a_prediction(annotation))


def is_untouched(annotation: Annotation) -> bool:
    """Whether nobody saved it on the screen (which notes the origin of each region), changed it or gave it the star."""
    if annotation.get("lead_time") is not None or annotation.get("updated_by") or annotation.get("ground_truth"):
        return False
    return not any("origin" in region for region in regions_in(annotation.get("result")))


def _is_of_a_prediction(annotation: Annotation) -> bool:
    return annotation.get("parent_prediction") is not None or is_marked(regions_in(annotation.get("result")))


def seal(annotation: Annotation) -> str:
    """A value that changes when somebody changes the annotation."""
    return digest([annotation.get(name) for name in ("result", "completed_by", "updated_at", "was_cancelled")])
