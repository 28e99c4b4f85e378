"""The controls of a config with what a task brings filled in."""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.lists.repeated import RepeatedControl
from backend.domain.outcome import Failure


def for_task(fields: Sequence[Control], data: Mapping[str, Any]) -> tuple[Control, ...] | Failure:
    """See `Control.for_task`. A Failure also where all of them are about the items of lists that have none."""
    bound: list[Control] = []
    for field in fields:
        resolved = field.for_task(data)
        if isinstance(resolved, Failure):
            return resolved
        bound.append(resolved)
    empty = [field for field in bound if isinstance(field, RepeatedControl) and field.count == 0]
    if empty and len(empty) == len(bound):
        return Failure("bad_task", f"'{empty[0].on}' has no items, of which '{empty[0].name}' says something.")
    return tuple(bound)
