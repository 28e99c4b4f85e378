"""The spans on which several samples agree: those that at least half of the samples have, each with its share of them.

Quotes without a place are treated alike. The agreement is the mean, over all spans that some sample has, of the share
of samples that have it, or have it not, as the result does. What is said of a span beside its label is what most of
them say.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from backend.domain.answer import AnswerValue, MarkedSpan, Spans, spans_of, spans_or_none, unlocated_of

LEAST = 0.5


def span_consensus(values: Sequence[AnswerValue | None], samples: int) -> tuple[Spans | None, float]:
    """Of the values of all usable samples, None for one without spans. `samples`: also those that can't be used, which
    agree with nothing."""
    held = [{span.key: span for span in spans_of(value)} for value in values]
    marked = Counter(key for spans in held for key in spans)
    lost = Counter(span for value in values for span in {*unlocated_of(value)})
    kept = [key for key, count in marked.items() if count / samples >= LEAST]
    joined = [_joined([spans[key] for spans in held if key in spans], samples) for key in kept]
    result = spans_or_none(joined, (span for span, count in lost.items() if count / samples >= LEAST))
    counts = [*marked.values(), *lost.values()]
    agreeing = [count if count / samples >= LEAST else len(values) - count for count in counts]
    return result, fmean(agreeing or [len(values)]) / samples


def _joined(spans: Sequence[MarkedSpan], samples: int) -> MarkedSpan:
    """One span of that many of all samples."""
    attributes = Counter(span.attributes for span in spans).most_common(1)[0][0]
    first = next(span for span in spans if span.attributes == attributes)
    return replace(first, score=len(spans) / samples)
