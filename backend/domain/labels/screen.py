"""Screen: says which controls an annotator sees when certain choices are made in the others."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from backend.domain.answer import Answer, names_of, texts_of
from backend.domain.labels.conditions import Selection, has_choices
from backend.domain.labels.controls.base import Control, Held
from backend.domain.repeated import repeated_of

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
    chosen = Selection(dict(others))
    for field in fields:
        visible = all(condition.holds(chosen) for condition in field.conditions)
        yield field, visible
        if conditional and visible:
            _select(field, answer.get(field.name), chosen)


def _select(field: Control, value: Held, chosen: Selection) -> None:
    """Adds to `chosen` what a control on the screen holds. Paths are stored as lists, which equal no text."""
    called = chosen.by_control[field.name] = field.called(value)
    each = [value, *repeated_of(value).values()]
    chosen.stored.update(text for item in each for text in texts_of(item))
    if has_choices(field):
        chosen.in_choices.update(called)
        chosen.stored.update(name for item in each for name in names_of(item))
