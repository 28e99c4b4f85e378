"""Consensus: one value from the values of several samples, and how much the samples agree on it.

Only values that have parts are joined. For other kinds of value, the most frequent value is taken. If two values are
equally good, the one that came first among the samples is taken.

- An order: by the Borda count (Borda 1781), the item with the smallest sum of places comes first. Agreement: the mean
  of Kendall's tau over all pairs of samples, but at least 0.
- Items in buckets: each item is in the bucket in which most samples have it. Agreement: the share of samples that have
  an item in that bucket, as the mean over items. All labels of a picture together count as one bucket.
- Spans: the spans that at least half of the samples have, each with its most frequent attributes. Agreement: the share
  of samples that agree with the result on whether a span is marked, as the mean over all spans that any sample has. A
  quote without a place is treated like a span.
- Marks in a picture: the marks of the sample that is most like the others (the medoid). Agreement: the F1 of the marks
  that two samples share, as the mean over all pairs of samples.
- A value for each item of a list: for each item, the most frequent value. Agreement: the share of samples that have
  this value, as the mean over items.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from math import comb
from statistics import fmean

from backend.domain.answer import (
    AnswerValue,
    Groups,
    MarkedSpan,
    Ranking,
    Spans,
    buckets_of,
    spans_of,
    spans_or_none,
    unlocated_of,
)
from backend.domain.repeated import Repeated, repeated_of, repeated_or_none
from backend.domain.shapes.marked_box import Boxes
from backend.domain.shapes.pairing import pairs_of
from backend.domain.statistics.f1 import f1
from backend.domain.statistics.rank_correlation import kendall_tau

LEAST = 0.5


def span_consensus(values: Sequence[AnswerValue | None], samples: int) -> tuple[Spans | None, float]:
    """Returns the joined spans and how much the samples agree on them.

    values: of all usable samples; None for a sample without spans
    samples: number of all samples; one that can't be used agrees with nothing
    """
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


JOINED = (Ranking, Groups, Boxes, Repeated)
"""The kinds of value that are built from all samples; of other kinds the most frequent one counts."""


def consensus(values: Sequence[AnswerValue | None], samples: int) -> tuple[AnswerValue | None, float] | None:
    """Returns the value that is joined from `values`, and how much all `samples` agree on it; None if no value can be
    joined. Values of another kind than the first one that can be joined do not count. Some samples may have no
    value."""
    if any(isinstance(value, Spans) for value in values):
        return span_consensus(values, samples)
    rankings = [value for value in values if isinstance(value, Ranking)]
    groups = [value for value in values if isinstance(value, Groups)]
    boxes = [value for value in values if isinstance(value, Boxes)]
    if any(isinstance(value, Repeated) for value in values):
        return _by_item(values, samples)
    if rankings:
        return _borda(rankings), _concordance(rankings, samples)
    if boxes:
        return _medoid(boxes, samples)
    return _majority(groups, samples) if groups else None


def _borda(rankings: Sequence[Ranking]) -> Ranking:
    places: Counter[str] = Counter()
    for ranking in rankings:
        places.update({item: rank for rank, item in enumerate(ranking.ids)})
    return Ranking(tuple(sorted(rankings[0].ids, key=places.__getitem__)))


def _concordance(rankings: Sequence[Ranking], samples: int) -> float:
    """A pair with a sample that has no order agrees as little as chance."""
    taus = [_agreement(ranking, other) for ranking, other in combinations(rankings, 2)]
    return max(0.0, sum(taus) / comb(samples, 2))


def _agreement(ranking: Ranking, other: Ranking) -> float:
    """-1..1; orders of a single item are equal."""
    tau = kendall_tau(ranking.ids, other.ids)
    return float(ranking == other) if tau is None else tau


def _majority(groups: Sequence[Groups], samples: int) -> tuple[Groups | None, float]:
    """A picture that a sample gives no label is in none of its buckets."""
    held = [buckets_of(sample) for sample in groups]
    ids = dict.fromkeys(item for sample in groups for _, of in sample.groups for item in of)
    votes = {item: Counter(buckets.get(item, ()) for buckets in held).most_common(1)[0] for item in ids}
    order = dict.fromkeys(bucket for sample in groups for bucket, _ in sample.groups)
    joined = ((bucket, tuple(item for item in ids if bucket in votes[item][0])) for bucket in order)
    kept = tuple(group for group in joined if group[1])
    agreement = sum(count for _, count in votes.values()) / (samples * len(votes))
    return Groups(kept) if kept else None, agreement


def _by_item(values: Sequence[AnswerValue | None], samples: int) -> tuple[AnswerValue | None, float]:
    """A sample that says nothing of an item votes for nothing."""
    held = [repeated_of(value) for value in values]
    votes = {
        number: Counter(answer.get(number) for answer in held).most_common(1)[0] for answer in held for number in answer
    }
    agreement = sum(count for _, count in votes.values()) / (samples * len(votes))
    return repeated_or_none({number: value for number, (value, _) in votes.items()}), agreement


def _medoid(boxes: Sequence[Boxes], samples: int) -> tuple[Boxes, float]:
    """A pair with a sample that has no marks agrees in none."""
    alike = [[_common(answer, other) for other in boxes] for answer in boxes]
    agreement = sum(alike[i][j] for i, j in combinations(range(len(boxes)), 2)) / comb(samples, 2)
    return max(zip(boxes, alike, strict=True), key=lambda held: sum(held[1]))[0], agreement


def _common(answer: Boxes, other: Boxes) -> float:
    """The F1 of the same marks."""
    return f1(len(pairs_of(answer, other)), len(answer.boxes), len(other.boxes)) or 0.0
