"""Scores of spans: which stretches of a text an answer marked, beside those of the truth.

The headline is the micro F1 of spans that are equal: start, end and label. Beside it the four schemes of nervaluate,
and the F1 of characters, which gives credit for parts. An unusable answer marks nothing; intervals resample tasks.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.domain.metrics.set_match import SetMatch, by_class, f1_interval, set_match, total
from backend.domain.metrics.span_schemes import SCHEMES, LabelledSpan, SchemeCounts, scheme_counts
from backend.domain.statistics.intervals import Interval, ratio

SpanPair = tuple[Collection[LabelledSpan], Collection[LabelledSpan] | None]
"""What is wanted in a task and what is given; None for an unusable answer."""


@dataclass(frozen=True, slots=True)
class SpanScore:
    """`match`: equal spans; `per_label`: label -> the same; `places`: without regard to labels; `characters`: of each
    label; `schemes`: nervaluate's; `exact_tasks`: share of tasks with all spans right and no other."""

    tasks: int
    match: SetMatch
    f1_ci: Interval | None
    per_label: Mapping[str, SetMatch]
    places: SetMatch
    characters: SetMatch
    schemes: Mapping[str, SchemeCounts]
    exact_tasks: float | None


def span_score(pairs: Sequence[SpanPair], unlocated: Sequence[int] | None = None) -> SpanScore:
    """Of one control. `unlocated`: for each task how many quotes have no place; each is a span given in vain."""
    extra = unlocated or [0] * len(pairs)
    known = [(wanted, given or ()) for wanted, given in pairs]
    matches = [set_match(*pair) + SetMatch(given=more) for pair, more in zip(known, extra, strict=True)]
    answered = (given is not None for _, given in pairs)
    right = sum(usable and match.is_exact for usable, match in zip(answered, matches, strict=True))
    return SpanScore(
        tasks=len(pairs),
        match=total(matches),
        f1_ci=f1_interval(matches),
        per_label=_per_label(known),
        places=total(set_match(_places(wanted), _places(given)) for wanted, given in known),
        characters=total(character_match(*pair) for pair in known),
        schemes={scheme: _sum(scheme_counts(*pair, scheme) for pair in known) for scheme in SCHEMES},
        exact_tasks=ratio(right, len(pairs)),
    )


def character_match(wanted: Iterable[LabelledSpan], given: Iterable[LabelledSpan]) -> SetMatch:
    """Of one task: (label, character) pairs that are marked."""
    sides = [_stretches(wanted), _stretches(given)]
    hits = sum(_common(sides[0][label], sides[1][label]) for label in sides[0].keys() & sides[1].keys())
    return SetMatch(hits, _length(sides[1]), _length(sides[0]))


def _per_label(pairs: Iterable[tuple[Collection[LabelledSpan], Collection[LabelledSpan]]]) -> dict[str, SetMatch]:
    found: dict[str, SetMatch] = defaultdict(SetMatch)
    for wanted, given in pairs:
        for label, match in by_class(wanted, given, lambda span: span[2]).items():
            found[label] += match
    return dict(sorted(found.items()))


def _places(spans: Iterable[LabelledSpan]) -> set[tuple[int, int]]:
    return {(start, end) for start, end, _ in spans}


def _sum(counts: Iterable[SchemeCounts]) -> SchemeCounts:
    return sum(counts, SchemeCounts())


Stretches = dict[str, list[tuple[int, int]]]
"""Label -> stretches of text in order, none touching another."""


def _stretches(spans: Iterable[LabelledSpan]) -> Stretches:
    found: Stretches = defaultdict(list)
    for start, end, label in sorted(spans):
        row = found[label]
        if row and start <= row[-1][1]:
            row[-1] = (row[-1][0], max(end, row[-1][1]))
        elif start < end:
            row.append((start, end))
    return found


def _length(stretches: Stretches) -> int:
    return sum(end - start for row in stretches.values() for start, end in row)


def _common(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> int:
    """How many characters are in both."""
    first = second = common = 0
    while first < len(one) and second < len(other):
        start, end = max(one[first][0], other[second][0]), min(one[first][1], other[second][1])
        common += max(0, end - start)
        if one[first][1] < other[second][1]:
            first += 1
        else:
            second += 1
    return common
