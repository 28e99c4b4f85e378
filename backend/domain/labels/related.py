"""Relations of an answer among its other values: they come after the spans that they are between."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

from backend.domain.answer import Answer, Spans, spans_or_none
from backend.domain.labels.choice_names import LONGEST, choices_of, listed
from backend.domain.labels.control_order import in_order
from backend.domain.labels.controls.base import Control, Held
from backend.domain.labels.controls.brought_labels import brings_labels
from backend.domain.labels.controls.spans.labels import marked_text
from backend.domain.labels.controls.spans.marking import as_marking, attributes_of, if_marking
from backend.domain.labels.controls.spans.relations import RELATION, RelationsControl
from backend.domain.relations import Relation, Relations, SpanEnd, relations_or_none

_NAME = "relations"


def with_relations(root: Element, fields: Sequence[Control]) -> tuple[list[Control], str]:
    """`fields` of a config with the control of its <Relations>, the last one as on the screen, and spans that it can
    mean; why there is none, "" where there is one or no such element."""
    element = next(reversed(list(root.iter("Relations"))), None)
    markers = tuple((marker.name, marker.several) for marker in map(as_marking, fields) if marker is not None)
    if element is None:
        return list(fields), ""
    choices = choices_of(listed(element, "Relation"))
    if not choices or not markers or any(len(choice.name) > LONGEST for choice in choices):
        return list(fields), _why(bool(choices), bool(markers))
    several = element.get("choice", "multiple") != "single"
    control = RelationsControl(_free_name(fields), choices, markers, several)
    return [*(if_marking(field, referable=True) for field in fields), control], ""


def _why(labels: bool, spans: bool) -> str:
    if not spans:
        return "without spans that a prompt marks"
    return f"a label of more than {LONGEST:,} characters" if labels else "it lists no labels"


def _free_name(fields: Sequence[Control]) -> str:
    """The key in an answer; the element has no name."""
    taken, name = {field.name for field in fields}, _NAME
    while name in taken:
        name += "_"
    return name


def without_later(fields: Sequence[Control]) -> tuple[Control, ...]:
    """The same controls without spans in texts that are loaded or decoded, and without labels of spans and items that
    the task brings; relations among the others."""
    return without(fields, {field.name for field in fields if brings_labels(field) or _is_loaded(field)})


def without(fields: Sequence[Control], names: Collection[str]) -> tuple[Control, ...]:
    """The controls that are not called so; relations among the others."""
    kept = tuple(_without_ends(field, names) for field in fields if field.name not in names)
    return (
        kept
        if any(isinstance(field, RelationsControl) and field.markers for field in kept)
        else without_relations(kept)
    )


def _is_loaded(control: Control) -> bool:
    text = marked_text(control)
    return text is not None and bool(text.form)


def _without_ends(control: Control, names: Collection[str]) -> Control:
    """Relations without those between spans of these controls."""
    if not isinstance(control, RelationsControl):
        return control
    return replace(control, markers=tuple(marker for marker in control.markers if marker[0] not in names))


def without_relations(fields: Sequence[Control]) -> tuple[Control, ...]:
    """The same controls where nobody asks for relations."""
    return tuple(if_marking(field, referable=False) for field in fields if not isinstance(field, RelationsControl))


def in_asking_order(fields: Sequence[Control]) -> tuple[Control, ...]:
    """See `in_order`; relations come last."""
    return tuple(sorted(in_order(fields), key=lambda field: isinstance(field, RelationsControl)))


def among(field: Control, answer: Answer) -> Control:
    """A control of relations with the spans that an answer has; any other as it is."""
    return field.among(answer) if isinstance(field, RelationsControl) else field


def json_of(answer: Answer, fields: Sequence[Control]) -> dict[str, Any]:
    """The JSON object that a model gives for `answer`: the inverse of `LabelSchema.parse`."""
    return {field.name: among(field, answer).to_json(answer.get(field.name)) for field in fields}


def with_related(
    answer: Answer,
    result: Sequence[Mapping[str, Any]],
    fields: Sequence[Control],
    renames: Mapping[str, Mapping[str, str]],
) -> Answer:
    """`answer` with the relations in Label Studio's `result` between its spans, with the names that they have now."""
    own = [field for field in fields if isinstance(field, RelationsControl)]
    related = [region for region in result if isinstance(region, Mapping) and region.get("type") == RELATION]
    read = {
        field.name: field.renamed(field.among(answer).from_regions(related), renames.get(field.name, {}))
        for field in own
    }
    return {**answer, **read} if read else answer


def renamed(fields: Sequence[Control], answer: Answer, renames: Mapping[str, Mapping[str, str]]) -> Answer:
    """`answer` with the names that labels have now, also those of attributes and at the ends of relations."""
    parts = {field.name: _parts_renamed(field, answer.get(field.name), renames) for field in fields}
    return {field.name: field.renamed(parts[field.name], renames.get(field.name, {})) for field in fields}


def _parts_renamed(field: Control, value: Held, renames: Mapping[str, Mapping[str, str]]) -> Held:
    """What is said of spans, and the spans at the ends of relations."""
    if not isinstance(value, Spans) or not (attributes := attributes_of(field)):
        return _ends_renamed(value, renames)
    spans = (replace(span, attributes=attributes.renamed(span.attributes, renames)) for span in value.spans)
    return spans_or_none(spans, value.unlocated)


def _ends_renamed(value: Held, renames: Mapping[str, Mapping[str, str]]) -> Held:
    def now(end: SpanEnd) -> SpanEnd:
        return replace(end, label=renames.get(end.control, {}).get(end.label, end.label))

    if not isinstance(value, Relations):
        return value
    moved = (Relation(now(relation.head), now(relation.tail), relation.label) for relation in value.relations)
    return relations_or_none(moved, value.unlocated)
