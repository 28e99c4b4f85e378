"""SpanRegions: how Label Studio holds the spans of a control: regions of one id are one span and its attributes."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from backend.domain.answer import MarkedSpan
from backend.domain.labels.controls.base import Held, Region
from backend.domain.labels.controls.region_score import SCORE_DIGITS, score_of
from backend.domain.labels.controls.spans.attributes import Attributes
from backend.domain.relations import SpanEnd

Row = Sequence[MarkedSpan]
"""The labels of one region, at least one."""


@dataclass(frozen=True, slots=True)
class SpanRegions:
    """control, to_name, kind: what its regions say of themselves
    several: whether labels of one place are one region, which then has one set of attributes
    referable: relations may mean them
    stored_labels: its labels
    """

    control: str
    to_name: str
    kind: str
    several: bool
    attributes: Attributes
    referable: bool
    stored_labels: Collection[str]

    def write(self, spans: Row) -> list[dict[str, Any]]:
        """With the characters of each span: Label Studio shows what `text` says in its side panel."""
        return [region for row in self._regions_of(spans) for region in self._written(row)]

    def read(self, regions: Sequence[Region], marked_by: Callable[[Mapping[str, Any]], Row]) -> Iterator[MarkedSpan]:
        """`marked_by`: the spans that the value of a region marks, one for each label."""
        by_span = self.attributes.by_span(regions)
        for region in regions:
            value = region.get("value")
            if region.get("from_name") not in self.attributes.names and isinstance(value, Mapping):
                yield from self._saying(marked_by(value), region.get("id"), by_span)

    def agreed(self, spans: Row) -> Row:
        """With the attributes that the screen shows. Labels of one region share them: of each the first value that was
        given."""
        if not self.attributes:
            return spans
        return [region for row in self._regions_of(spans) for region in self._with_attributes(row, _first_values(row))]

    def _regions_of(self, spans: Row) -> Sequence[Row]:
        return _rows(spans) if self.several else [[span] for span in spans]

    def _written(self, row: Row) -> list[dict[str, Any]]:
        first = row[0]
        position = first.position or {"start": first.start, "end": first.end, "text": first.text}
        value = {**position, self.kind: [span.label for span in row]}
        region = {"from_name": self.control, "to_name": self.to_name, "type": self.kind, "value": value}
        region |= score_of(row)
        if not self.attributes and not self.referable:
            return [region]
        name = SpanEnd(self.control, first.start, first.end, "" if self.several else first.label).region_id
        of_attributes = (part | _score(first, part) for part in self.attributes.to_regions(first.attributes, position))
        return [{"id": name, **part} for part in (region, *of_attributes)]

    def _saying(self, row: Row, name: Any, by_span: Mapping[str, Mapping[str, Held]]) -> Row:
        """With what is said of the region with the id `name`, and with that id where relations may mean it."""
        named = [replace(span, refs=(name,)) for span in row] if self.referable and isinstance(name, str) else row
        return self._with_attributes(named, by_span.get(name, {})) if by_span and isinstance(name, str) else named

    def _with_attributes(self, row: Row, values: Mapping[str, Held]) -> Row:
        """With those of `values` that the screen shows; with all where a label is not known, which may have a new name
        that is not known here."""
        labels = [span.label for span in row]
        current = all(label in self.stored_labels for label in labels)
        visible = self.attributes.as_shown(values, labels) if current else self.attributes.listed(values)
        return [replace(span, attributes=visible) for span in row]


def _score(span: MarkedSpan, part: Region) -> dict[str, Any]:
    """The score of the region of an attribute; {} where it has none."""
    score = span.attribute_scores.get(part["from_name"])
    return {} if score is None else {"score": round(score, SCORE_DIGITS)}


def _rows(spans: Row) -> list[list[MarkedSpan]]:
    """Those of one place together."""
    ordered = sorted(spans, key=lambda span: (span.start, span.end))
    return [list(row) for _, row in groupby(ordered, lambda span: (span.start, span.end))]


def _first_values(row: Row) -> dict[str, Held]:
    return {name: value for span in reversed(row) for name, value in span.attributes}
