"""The texts of tasks that are loaded or decoded, for what is read with them: ground truths and stored answers."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.annotated_task import AnnotatedTask
from backend.domain.labels.schema import LabelSchema
from backend.domain.pictures.texts import linked_texts, with_texts

AT_A_TIME = 100
"""Tasks whose texts are read together."""


def annotated_with_texts(
    studio: LabelStudioClient, project: int, schema: LabelSchema, annotated: Iterable[AnnotatedTask] | None = None
) -> Iterator[AnnotatedTask]:
    """The annotated tasks of a project with the texts in which the schema's controls mark something.

    annotated: those of `studio` if not given
    """
    linked, items = linked_texts(schema), iter(studio.annotated(project) if annotated is None else annotated)
    while linked and (some := list(islice(items, AT_A_TIME))):
        tasks = with_texts([item.task for item in some], linked, studio.texts, project)
        yield from (replace(item, task=task) for item, task in zip(some, tasks, strict=True))
    yield from items
