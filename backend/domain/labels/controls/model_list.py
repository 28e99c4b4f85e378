"""Lists that a model gives: each item is read, and the first one that cannot be used says why the list cannot."""

from collections.abc import Callable
from typing import Any, TypeVar

from backend.domain.labels.controls.wording import excerpt
from backend.domain.outcome import Rejection

T = TypeVar("T")


def read_list(
    value: Any, control: str, items: str, read: Callable[[Any], T | Rejection], most: int | None = None
) -> list[T] | Rejection:
    """What the items of a model's JSON list say, in its order.

    control: its name
    items: what it takes a list of, in people's words
    read: what one item says, or why it cannot be used
    most: items that it takes; None for any number
    """
    if not isinstance(value, list):
        return Rejection("wrong_type", f"{excerpt(value)} is not a list of {items}, which '{control}' takes.")
    if most is not None and len(value) > most:
        return Rejection("too_many", f"'{control}' takes at most {most:,} {items}, the answer has {len(value):,}.")
    elements: list[T] = []
    for item in value:
        element = read(item)
        if isinstance(element, Rejection):
            return element
        elements.append(element)
    return elements
