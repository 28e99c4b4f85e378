"""Characters of a text that are marked, which gives credit for parts of spans."""

from collections import defaultdict
from collections.abc import Iterable

from backend.domain.metrics.controls.set_match import SetMatch
from backend.domain.metrics.controls.span_schemes import LabelledSpan


def character_match(expected: Iterable[LabelledSpan], answered: Iterable[LabelledSpan]) -> SetMatch:
    """Of one task: (label, character) pairs that are marked."""
    sides = [_stretches(expected), _stretches(answered)]
    hits = sum(_common(sides[0][label], sides[1][label]) for label in sides[0].keys() & sides[1].keys())
    return SetMatch(hits, _length(sides[1]), _length(sides[0]))


Stretches = dict[str, list[tuple[int, int]]]
"""Label -> stretches of text in order, none touching another."""


def _stretches(spans: Iterable[LabelledSpan]) -> Stretches:
    by_label: Stretches = defaultdict(list)
    for start, end, label in sorted(spans):
        row = by_label[label]
        if row and start <= row[-1][1]:
            row[-1] = (row[-1][0], max(end, row[-1][1]))
        elif start < end:
            row.append((start, end))
    return by_label


def _length(stretches: Stretches) -> int:
    return sum(end - start for row in stretches.values() for start, end in row)


def _common(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> int:
    """How many characters are in both."""
    first = second = common = 0
    while first < len(left) and second < len(right):
        start, end = max(left[first][0], right[second][0]), min(left[first][1], right[second][1])
        common += max(0, end - start)
        if left[first][1] < right[second][1]:
            first += 1
        else:
            second += 1
    return common
