"""Relations: which spans of an answer are related, and how."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from backend.domain.hashing import digest

_ID_DIGITS = 10


@dataclass(frozen=True, slots=True, order=True)
class SpanEnd:
    """A span at one end of a relation: its control, [start, end) in code points, its label, "" where a region of the
    control may have several. `text`: the characters there."""

    control: str
    start: int
    end: int
    label: str = ""
    text: str = field(default="", compare=False)

    @property
    def region_id(self) -> str:
        """The id of its region: the same each time, and of no other span."""
        return digest([self.control, self.start, self.end, self.label])[:_ID_DIGITS]


@dataclass(frozen=True, slots=True, order=True)
class Relation:
    """From `head` to `tail`. `label`: as it is stored."""

    head: SpanEnd
    tail: SpanEnd
    label: str


@dataclass(frozen=True, slots=True, order=True)
class UnlocatedRelation:
    """A relation of which an end has no place in the text. `head`, `tail`: what the model quoted there."""

    label: str
    head: str
    tail: str


@dataclass(frozen=True, slots=True)
class Relations:
    """Relations between the spans of one answer, each once, with those that lack an end; at least one of them."""

    relations: tuple[Relation, ...]
    unlocated: tuple[UnlocatedRelation, ...] = ()


def related_of(value: object) -> tuple[Relation, ...]:
    """The relations in a value of an answer; () for one of another kind."""
    return value.relations if isinstance(value, Relations) else ()


def half_related_of(value: object) -> tuple[UnlocatedRelation, ...]:
    """The relations that lack an end; () for a value of another kind."""
    return value.unlocated if isinstance(value, Relations) else ()


def relations_or_none(relations: Iterable[Relation], unlocated: Iterable[UnlocatedRelation] = ()) -> Relations | None:
    """Equal relations once, in the order of the text; None for nothing."""
    value = Relations(tuple(sorted(dict.fromkeys(relations))), tuple(sorted(unlocated)))
    return value if value.relations or value.unlocated else None


def relations_json(value: object) -> list[dict[str, Any]]:
    """A list of what a value of an answer relates."""
    lost = [{"label": o.label, "from": o.head, "to": o.tail, "unlocated": True} for o in half_related_of(value)]
    return [*({"label": o.label, "from": _json(o.head), "to": _json(o.tail)} for o in related_of(value)), *lost]


def _json(end: SpanEnd) -> dict[str, Any]:
    return {"control": end.control, "start": end.start, "end": end.end, "label": end.label, "text": end.text}
