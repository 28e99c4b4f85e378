"""The four schemes by which spans of named entities are compared (SemEval 2013 task 9, Segura-Bedmar et al.).

strict: same place and label. exact: same place. partial: same place, half a hit for an overlap; labels do not matter.
type: an overlap with the same label. Counts as nervaluate 1.2 has them: spans in order, each given one takes the best
of the expected ones that are left, and an overlap of less than one percent of the expected span does not count. Where
spans of one side overlap each other, the result depends on their order. That of equal spans, in `span_match`, does not.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from backend.domain.statistics.f1 import f1
from backend.domain.statistics.intervals import ratio

STRICT, EXACT, PARTIAL, TYPE = "strict", "exact", "partial", "type"
SCHEMES = (STRICT, EXACT, PARTIAL, TYPE)

FEW = 200
"""Spans that are compared without arrays, which take longer to set up than to use."""

LabelledSpan = tuple[int, int, str]
"""[start, end) and the label."""


@dataclass(frozen=True, slots=True)
class SchemeCounts:
    """incorrect: overlaps that are wrong
    partial: that count half
    spurious: given without any overlap
    missed: expected and not taken
    """

    correct: int = 0
    incorrect: int = 0
    partial: int = 0
    missed: int = 0
    spurious: int = 0

    def __add__(self, other: "SchemeCounts") -> "SchemeCounts":
        return SchemeCounts(
            self.correct + other.correct,
            self.incorrect + other.incorrect,
            self.partial + other.partial,
            self.missed + other.missed,
            self.spurious + other.spurious,
        )

    @property
    def precision(self) -> float | None:
        """(correct + partial / 2) / given."""
        return ratio(self._hits, self._answered)

    @property
    def recall(self) -> float | None:
        """(correct + partial / 2) / expected."""
        return ratio(self._hits, self._expected)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both."""
        return f1(self._hits, self._answered, self._expected)

    @property
    def _hits(self) -> float:
        return self.correct + self.partial / 2

    @property
    def _answered(self) -> int:
        return self.correct + self.incorrect + self.partial + self.spurious

    @property
    def _expected(self) -> int:
        return self.correct + self.incorrect + self.partial + self.missed


def scheme_counts(expected: Iterable[LabelledSpan], answered: Iterable[LabelledSpan], scheme: str) -> SchemeCounts:
    """Of one task. Empty spans are left out on both sides."""
    true_spans, answer_spans = ([span for span in sorted(side) if span[0] < span[1]] for side in (expected, answered))
    matching = _Matching(true_spans) if len(true_spans) <= FEW else _MatchingOfMany(true_spans)
    return matching.counts(answer_spans, scheme)


class _Matching:
    """The expected spans of a task, by place, and which of them are left."""

    def __init__(self, expected: list[LabelledSpan]) -> None:
        self.expected, self.left = expected, [True] * len(expected)
        self._starts = [start for start, _, _ in expected]
        self._furthest = list(accumulate((end for _, end, _ in expected), max))

    def counts(self, answered: list[LabelledSpan], scheme: str) -> SchemeCounts:
        correct = touched = spurious = 0
        for span in answered:
            best, first = self._chosen(span, scheme)
            chosen = first if best is None else best
            correct += best is not None
            touched += best is None and chosen is not None
            spurious += chosen is None
            if chosen is not None:
                self._take(chosen)
        partial = touched if scheme == PARTIAL else 0
        return SchemeCounts(correct, touched - partial, partial, sum(self.left), spurious)

    def _take(self, number: int) -> None:
        self.left[number] = False

    def _chosen(self, span: LabelledSpan, scheme: str) -> tuple[int | None, int | None]:
        """Of those that are left and overlap `span`, the numbers of the nearest one that agrees and of the first."""
        near = [n for n in range(*self._about(span)) if self.left[n] and _overlap(self.expected[n], span)]
        fits = [(_apart(self.expected[n], span), n) for n in near if _agree(self.expected[n], span, scheme)]
        return min(fits)[1] if fits else None, near[0] if near else None

    def _about(self, span: LabelledSpan) -> tuple[int, int]:
        """The numbers, from and to, between which all that overlap `span` are."""
        return bisect_right(self._furthest, span[0]), bisect_left(self._starts, span[1])


class _MatchingOfMany(_Matching):
    """The same with arrays: of thousands of spans, all may overlap all."""

    def __init__(self, expected: list[LabelledSpan]) -> None:
        import numpy

        super().__init__(expected)
        self._numbers = {label: number for number, label in enumerate({span[2] for span in expected})}
        self._true_spans = numpy.array([(start, end, self._numbers[label]) for start, end, label in expected]).T
        self._free = numpy.ones(len(expected), bool)

    def _take(self, number: int) -> None:
        super()._take(number)
        self._free[number] = False

    def _chosen(self, span: LabelledSpan, scheme: str) -> tuple[int | None, int | None]:
        import numpy

        first, last = self._about(span)
        starts, ends, labels = self._true_spans[:, first:last]
        common = numpy.minimum(ends, span[1]) - numpy.maximum(starts, span[0])
        near = numpy.flatnonzero(self._free[first:last] & (100 * common >= ends - starts))
        starts, ends, labels = starts[near], ends[near], labels[near]
        same_place, same_label = (starts == span[0]) & (ends == span[1]), labels == self._numbers.get(span[2], -1)
        agree = same_label if scheme == TYPE else same_place & same_label if scheme == STRICT else same_place
        apart = numpy.where(agree, abs(starts - span[0]) + abs(ends - span[1]), numpy.iinfo(int).max)
        best = int(near[apart.argmin()]) + first if agree.any() else None
        return best, int(near[0]) + first if near.size else None


def _apart(expected: LabelledSpan, span: LabelledSpan) -> int:
    return abs(expected[0] - span[0]) + abs(expected[1] - span[1])


def _overlap(expected: LabelledSpan, span: LabelledSpan) -> bool:
    """By at least one percent of the expected span."""
    return 100 * (min(expected[1], span[1]) - max(expected[0], span[0])) >= expected[1] - expected[0]


def _agree(expected: LabelledSpan, span: LabelledSpan, scheme: str) -> bool:
    if scheme == STRICT:
        return expected == span
    return expected[2] == span[2] if scheme == TYPE else expected[:2] == span[:2]
