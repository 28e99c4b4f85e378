"""How well the spans of an answer match those of the truth: equal ones, overlapping ones, and their characters.

A quote without a place counts as a wrong span.
"""

from backend.domain.answer import spans_of, unlocated_of
from backend.domain.labels.controls.base import Held
from backend.domain.metrics.controls.measure import ControlMetrics, Strictness, always, micro_f1
from backend.domain.metrics.controls.set_match import SetMatch, set_match
from backend.domain.metrics.controls.span_schemes import TYPE, LabelledSpan, scheme_counts
from backend.domain.metrics.controls.spans import character_match
from backend.domain.metrics.controls.text_match import EXACT

NO_SPAN = "No text is marked, neither in the ground truths nor in the answers."


def equal_spans(answer: Held, truth: Held) -> SetMatch:
    """Spans with the same start, end and label."""
    return set_match(_places(truth), _places(answer)) + _in_vain(answer)


def overlapping_spans(answer: Held, truth: Held) -> SetMatch:
    """Spans that overlap one of the same label, each of which is taken once; the scheme `type` of `span_schemes`."""
    counts = scheme_counts(_places(truth), _places(answer), TYPE)
    both = counts.correct + counts.incorrect
    return SetMatch(counts.correct, both + counts.spurious, both + counts.missed) + _in_vain(answer)


def marked_characters(answer: Held, truth: Held) -> SetMatch:
    """Characters that have the same label. What has no place has no characters."""
    return character_match(_places(truth), _places(answer))


def _places(value: Held) -> list[LabelledSpan]:
    return [(span.start, span.end, span.label) for span in spans_of(value)]


def _in_vain(answer: Held) -> SetMatch:
    return SetMatch(answered=len(unlocated_of(answer)))


SPANS = ControlMetrics(
    always(
        {
            "exact_match": EXACT,
            "span_f1": micro_f1(equal_spans, NO_SPAN),
            "overlap_f1": micro_f1(overlapping_spans, NO_SPAN),
            "character_f1": micro_f1(marked_characters, NO_SPAN),
        }
    ),
    (Strictness("span_f1", "spans", "in place and label, all of them"),),
)
"""The share of outputs with all spans right, and F1s over the spans of all outputs."""
