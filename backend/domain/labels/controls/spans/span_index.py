"""SpanIndex: the spans of one answer by the ids that relations mean them by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.domain.answer import UnlocatedQuote, spans_of, unlocated_of
from backend.domain.labels.controls.base import Held
from backend.domain.labels.controls.spans.quotes import ref_of
from backend.domain.relations import SpanEnd

End = SpanEnd | UnlocatedQuote
"""A span, or a quote that has no place."""


@dataclass(frozen=True, slots=True)
class SpanIndex:
    """ends: id, in a model's answer or of a region -> what has it, in the order of the config
    refs: span -> its id in an example
    """

    ends: Mapping[str, Sequence[End]]
    refs: Mapping[SpanEnd, str]


def span_index(answer: Mapping[str, Held], markers: Sequence[tuple[str, bool]]) -> SpanIndex:
    """`markers`: controls whose spans count -> whether a region may have several labels, which are then one span."""
    ends: dict[str, dict[End, None]] = {}
    refs: dict[SpanEnd, str] = {}
    for control, several in markers:
        for number, span in enumerate(spans_of(answer.get(control)), 1):
            end = SpanEnd(control, span.start, span.end, "" if several else span.label, span.text)
            refs.setdefault(end, ref_of(control, number))
            for ref in span.refs:
                ends.setdefault(ref, {})[end] = None
        for lost in unlocated_of(answer.get(control)):
            ends.setdefault(lost.ref, {})[lost] = None
    return SpanIndex({ref: tuple(held) for ref, held in ends.items()}, refs)
