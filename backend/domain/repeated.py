"""Repeated: what a control that is repeated for each item of a task's list holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Repeated:
    """The value for each item, an AnswerValue, with the item's number from 0, in that order; nothing of items that were
    left empty."""

    values: tuple[tuple[int, Any], ...]


def repeated_of(value: object) -> dict[int, Any]:
    """Number of an item -> the value for it; {} for a value of another kind."""
    return dict(value.values) if isinstance(value, Repeated) else {}


def repeated_or_none(held: Mapping[int, Any]) -> Repeated | None:
    """Of the items that have a value; None where none has."""
    values = tuple((number, value) for number, value in sorted(held.items()) if value is not None)
    return Repeated(values) if values else None
