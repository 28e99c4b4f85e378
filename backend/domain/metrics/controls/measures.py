"""Measures: what is told of each control by itself, chosen by its kind.

The F1s of labels go over all controls together and are in `classification`; what this adds matters where a control
holds something else than labels.
"""

from collections.abc import Iterator, Mapping, Sequence

from backend.domain.labels.controls.lists.repeated import RepeatedControl
from backend.domain.labels.controls.spans.relations import RelationsControl
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.cases import Case
from backend.domain.metrics.controls import attribute_match
from backend.domain.metrics.controls.box_match import BOXES, POINTS
from backend.domain.metrics.controls.measure import ControlMetrics, Measure, Strictness
from backend.domain.metrics.controls.moment_distance import MOMENTS
from backend.domain.metrics.controls.number_distance import NUMBERS, RATINGS
from backend.domain.metrics.controls.pairwise_sides import SIDES
from backend.domain.metrics.controls.path_match import PATHS
from backend.domain.metrics.controls.ranking import BUCKETS, ITEM_LABELS, LISTS
from backend.domain.metrics.controls.relation_match import RELATIONS
from backend.domain.metrics.controls.repeated_match import repeated_metrics
from backend.domain.metrics.controls.span_match import SPANS
from backend.domain.metrics.controls.text_match import CHOICES, TEXTS

METRICS: dict[str, ControlMetrics] = {
    "Choices": CHOICES,
    "TextArea": TEXTS,
    "Rating": RATINGS,
    "Number": NUMBERS,
    "Labels": SPANS,
    "HyperTextLabels": SPANS,
    "ParagraphLabels": SPANS,
    "Pairwise": SIDES,
    "DateTime": MOMENTS,
    "Taxonomy": PATHS,
    "Ranker": LISTS,
    "RectangleLabels": BOXES,
    "EllipseLabels": BOXES,
    "KeyPointLabels": POINTS,
    "Choices allowNested": PATHS,
    RelationsControl.tag: RELATIONS,
    "Choices perItem": BUCKETS,
    'Choices choice="multiple" perItem': ITEM_LABELS,
}
"""Kind of a control -> what is told of it."""
METRICS[RepeatedControl.tag] = repeated_metrics(METRICS)


def measures_of(cases: Sequence[Case], schema: LabelSchema) -> dict[str, Mapping[str, Measure]]:
    """Control, or attribute of what one marks -> name -> Measure; {} where all controls are <Choices>, whose figures
    are in a Score."""
    if not cases or all(field.tag == "Choices" for field in schema.fields):
        return {}
    own: dict[str, Mapping[str, Measure]] = {field.name: METRICS[field.tag].of(cases, field) for field in schema.fields}
    return own | attribute_match.of_attributes(cases, schema.fields)


def strictness() -> Iterator[Strictness]:
    """What accuracies ask of the values of all kinds, each once."""
    of_controls = (strict for metrics in METRICS.values() for strict in metrics.strict)
    yield from dict.fromkeys((*of_controls, attribute_match.STRICT))
