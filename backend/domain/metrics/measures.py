"""Measures: what is told of each control by itself, chosen by its kind.

The F1s of labels go over all controls together and are in `classification`; what this adds matters where a control
holds something else than labels.
"""

from collections.abc import Mapping, Sequence

from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.relations import RelationsControl
from backend.domain.labels.controls.repeated import RepeatedControl
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics import (
    attribute_match,
    box_match,
    moment_distance,
    number_distance,
    pairwise_sides,
    path_match,
    ranking,
    relation_match,
    repeated_match,
    span_match,
    text_match,
)
from backend.domain.metrics.cases import Case
from backend.domain.metrics.measure import Measure, Measures, graded


def _of_repeated(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    return repeated_match.of_repeated(cases, field, MEASURES)


MEASURES: Mapping[str, Measures] = {
    "Choices": graded({"accuracy": text_match.exact_match}),
    "TextArea": graded(text_match.GRADES),
    "Rating": number_distance.of_ratings,
    "Number": number_distance.of_numbers,
    "Labels": span_match.of_spans,
    "HyperTextLabels": span_match.of_spans,
    "ParagraphLabels": span_match.of_spans,
    "Pairwise": pairwise_sides.of_sides,
    "DateTime": moment_distance.of_moments,
    "Taxonomy": path_match.of_paths,
    "Ranker": ranking.of_lists,
    "RectangleLabels": box_match.of_boxes,
    "EllipseLabels": box_match.of_boxes,
    "KeyPointLabels": box_match.of_points,
    "Choices allowNested": path_match.of_paths,
    RelationsControl.tag: relation_match.of_relations,
    "Choices perItem": ranking.of_buckets,
    'Choices choice="multiple" perItem': ranking.of_item_labels,
    RepeatedControl.tag: _of_repeated,
}
"""Tag of a control -> its measures."""


def measures_of(cases: Sequence[Case], schema: LabelSchema) -> dict[str, Mapping[str, Measure]]:
    """Control, or attribute of what one marks -> name -> Measure; {} where all controls are <Choices>, whose figures
    are in a Score."""
    if not cases or all(field.tag == "Choices" for field in schema.fields):
        return {}
    own = {field.name: MEASURES[field.tag](cases, field) for field in schema.fields}
    return own | attribute_match.of_attributes(cases, schema.fields)
