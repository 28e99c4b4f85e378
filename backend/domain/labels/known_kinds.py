"""What a release read of a labelling config that knew some kinds of controls alone.

This also covers places where a kind that the release did not know stands beside kinds that it knew: inside a
<Repeater>, among the attributes of spans, and at an end of relations.
"""

from collections.abc import Collection, Sequence

from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.spans.attributes import Attribute, Attributes
from backend.domain.labels.controls.spans.marking import attributes_of, if_marking
from backend.domain.labels.related import without
from backend.domain.labels.unreachable import unreachable


def of_kinds(fields: Sequence[Control], tags: Collection[str]) -> tuple[Control, ...]:
    """Those of `fields` that are made of these kinds, without those that only others bring onto the screen.

    tags: keys of `registry.KINDS`, and that of relations
    """
    present = [field for field in fields if _is_known(field, tags)]
    kept = {field.name for field in present} - unreachable(present).keys()
    left = without(fields, {field.name for field in fields} - kept)
    return tuple(if_marking(field, attributes=_attributes(attributes_of(field), tags)) for field in left)


def _is_known(control: Control, tags: Collection[str]) -> bool:
    return all(kind in tags for kind in control.kinds)


def _attributes(of_span: Attributes, tags: Collection[str]) -> Attributes:
    """See `of_kinds`. Conditions on what was no attribute made a control none either."""
    unknown_names = {part.name for part in of_span.parts if not _is_known(part.control, tags)}
    present = [part for part in of_span.parts if part.name not in unknown_names and not _looks_at(part, unknown_names)]
    never = unreachable([part.control for part in present])
    return Attributes(tuple(part for part in present if part.name not in never))


def _looks_at(part: Attribute, names: Collection[str]) -> bool:
    return any(condition.control in names for condition in part.conditions)
