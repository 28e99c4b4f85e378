"""How well the spans of an answer match those of the truth: equal ones, overlapping ones, and their characters.

A quote without a place is a span that was given in vain.
"""

from collections.abc import Callable, Mapping, Sequence

from backend.domain.answer import spans_of, unlocated_of
from backend.domain.labels.controls.base import Control, Held
from backend.domain.metrics.cases import Case
from backend.domain.metrics.measure import Measure, graded
from backend.domain.metrics.set_match import SetMatch, f1_interval, set_match, total
from backend.domain.metrics.span_schemes import TYPE, LabelledSpan, scheme_counts
from backend.domain.metrics.spans import character_match
from backend.domain.metrics.text_match import exact_match

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


_EXACT = graded({"exact_match": exact_match})
_F1S = {"span_f1": equal_spans, "overlap_f1": overlapping_spans, "character_f1": marked_characters}


def of_spans(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    """The share of outputs with all spans right, and F1s over the spans of all outputs."""
    return {**_EXACT(cases, field), **{name: _micro_f1(cases, field.name, match) for name, match in _F1S.items()}}


def _micro_f1(cases: Sequence[Case], name: str, match: Callable[[Held, Held], SetMatch]) -> Measure:
    """An answer that can't be used marks nothing."""
    counted = [(match((case.answer or {}).get(name), case.truth.get(name)), case.tasks) for case in cases]
    matches = [result for result, tasks in counted for _ in range(tasks)]
    value = total(matches).f1
    return Measure(value, f1_interval(matches), NO_SPAN if value is None else "")


def _places(value: Held) -> list[LabelledSpan]:
    return [(span.start, span.end, span.label) for span in spans_of(value)]


def _in_vain(answer: Held) -> SetMatch:
    return SetMatch(answered=len(unlocated_of(answer)))
