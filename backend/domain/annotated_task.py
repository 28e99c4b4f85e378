"""Annotated task: where ground truths are found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.domain.task import Task


@dataclass(frozen=True, slots=True)
class AnnotatedTask:
    """A task with its submitted annotations, oldest first, as Label Studio's JSON.

    versions: id -> model_version of its predictions
    unseen: ids of annotations that were made of predictions, and no person has touched since
    drafted: of those that somebody has begun to change
    """

    task: Task
    annotations: tuple[Mapping[str, Any], ...]
    versions: Mapping[int, str | None]
    unseen: frozenset[int] = frozenset()
    drafted: frozenset[int] = frozenset()

    @property
    def human_annotations(self) -> tuple[Mapping[str, Any], ...]:
        """The annotations that a person had to do with."""
        return tuple(a for a in self.annotations if a.get("id") not in self.unseen)
