"""How well the relations of an answer match those of the truth: with their spans, and between spans that are right."""

from collections.abc import Callable

from backend.domain.answer import Answer
from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.spans.relations import RelationsControl
from backend.domain.metrics.controls.measure import ControlMetrics, Mean, Strictness, always
from backend.domain.metrics.controls.set_match import SetMatch, set_match
from backend.domain.metrics.controls.text_match import EXACT
from backend.domain.relations import Relation, SpanEnd, half_related_of, related_of

NO_RELATION = "No spans are related, neither in the ground truths nor in the answers."
NO_COMMON_RELATION = "No spans that are right are related, neither in the ground truths nor in the answers."


def equal_relations(answer: Answer, truth: Answer, field: Control) -> SetMatch:
    """Counts relations with the same spans (start, end, label) and the same label. A relation that lacks an end is
    wrong."""
    in_vain = SetMatch(answered=len(half_related_of(answer.get(field.name))))
    return set_match(related_of(truth.get(field.name)), related_of(answer.get(field.name))) + in_vain


def among_right_spans(answer: Answer, truth: Answer, field: Control) -> SetMatch:
    """Those of them whose spans both sides have."""
    common = _spans(answer, field) & _spans(truth, field)
    return set_match(_between(common, truth, field), _between(common, answer, field))


def _between(spans: set[SpanEnd], answer: Answer, field: Control) -> list[Relation]:
    return [relation for relation in related_of(answer.get(field.name)) if {relation.head, relation.tail} <= spans]


def _spans(answer: Answer, field: Control) -> set[SpanEnd]:
    index = field.among(answer).spans if isinstance(field, RelationsControl) else None
    return set(index.refs) if index else set()


def _f1(match: Callable[[Answer, Answer, Control], SetMatch], nothing: str) -> Mean:
    """The F1 over the relations of all outputs."""
    return Mean(lambda case, field: match(case.answer or {}, case.truth, field).sums, nothing)


RELATIONS = ControlMetrics(
    always(
        {
            "exact_match": EXACT,
            "relation_f1": _f1(equal_relations, NO_RELATION),
            "relation_f1_of_right_spans": _f1(among_right_spans, NO_COMMON_RELATION),
        }
    ),
    (Strictness("relation_f1", "relations", "with their spans, all of them"),),
)
"""The share of outputs with all relations right, and F1s over the relations of all outputs: with the same label between
equal spans, and the same where the spans at both ends are in the truth and in the answer."""
