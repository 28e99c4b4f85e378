"""Screen: which controls an annotator sees, given what is chosen in the others."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from backend.domain.answer import Answer
from backend.domain.labels.controls.base import Control

NO_OTHERS: Mapping[str, Sequence[str]] = MappingProxyType({})


def screen(
    fields: Sequence[Control], answer: Answer, others: Mapping[str, Sequence[str]] = NO_OTHERS
) -> Iterator[tuple[Control, bool]]:
    """Each field, and whether it is shown.

    fields: in the order in which they are asked for; see `in_asking_order`
    answer: must hold a field's value when the next field is asked for
    others: what is chosen in controls that are not fields
    """
    conditional = any(field.conditions for field in fields)
    any_other: set[str] = set()
    chosen: dict[str | None, Collection[str]] = {None: any_other}
    chosen.update(others)
    for field in fields:
        visible = all(condition.holds(chosen) for condition in field.conditions)
        yield field, visible
        chosen[field.name] = field.called(answer.get(field.name)) if conditional and visible else ()
        any_other.update(chosen[field.name])
