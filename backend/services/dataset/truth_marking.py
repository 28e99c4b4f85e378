"""Marking a ground truth: a person says what is right for a task, and Label Studio gets that person's annotation."""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.answer import Answer, Labels
from backend.domain.labels.controls.base import Control
from backend.domain.labels.regions import regions_in, replaced, to_result
from backend.domain.labels.schema import LabelSchema
from backend.errors import PromptError

MOST_LABELS = 30
"""Labels that a person chooses from with one click."""


def only_choice(schema: LabelSchema) -> Control | None:
    """The control that one click answers: the only one, a <Choices> whose labels are in the labelling config."""
    (field, *others) = schema.fields
    one_click = (
        not others
        and field.tag == "Choices"
        and not field.many
        and not field.dynamic
        and 0 < len(field.labels) <= MOST_LABELS
    )
    return field if one_click else None


def chosen_answer(schema: LabelSchema, label: str) -> Answer:
    """The answer that has this label, as annotators see it. Raises PromptError where one label is not a whole answer,
    and for one that there is not."""
    control = only_choice(schema)
    stored = control.find(label) if control is not None else None
    if control is None or stored is None:
        raise PromptError(f"'{label[:70]}' cannot be chosen here: annotate the task in Label Studio.")
    return {control.name: Labels((stored,))}


def mark_truth(studio: LabelStudioClient, schema: LabelSchema, task: int, answer: Answer) -> int:
    """Makes `answer` the ground truth of a task: in the newest annotation of the client's person, where there is one,
    else in a new one. What that annotation says about other controls stays. Returns the annotation's id.

    Raises PromptError for an answer without a region, which Label Studio would show as nothing, and where the person
    has related or described a region that the answer would replace.
    """
    regions: Sequence[Mapping[str, Any]] | None = to_result(answer, schema)
    if not regions:
        raise PromptError("An empty answer cannot be marked here: annotate the task in Label Studio.")
    own = _newest([row for row in studio.annotations_of(task) if author_of(row) == studio.person.id])
    if own is not None:
        regions = replaced(regions_in(own.get("result")), answer, schema)
    if regions is None:
        raise PromptError(
            f"Your annotation of task {task} has values of regions that this answer would replace: change it in "
            "Label Studio."
        )
    return studio.set_truth(task, None if own is None else int(own["id"]), regions)


def author_of(annotation: Mapping[str, Any]) -> Any:
    """The id of the person who made an annotation; None if Label Studio does not say it."""
    author = annotation.get("completed_by")
    return author.get("id") if isinstance(author, Mapping) else author


def _newest(annotations: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return max((row for row in annotations if not row.get("was_cancelled")), key=lambda row: row["id"], default=None)
