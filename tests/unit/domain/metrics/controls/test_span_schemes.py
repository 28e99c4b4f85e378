"""The four schemes count as nervaluate does."""

from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nervaluate import Evaluator

from backend.domain.metrics.controls import span_schemes
from backend.domain.metrics.controls.span_schemes import (
    SCHEMES,
    STRICT,
    TYPE,
    LabelledSpan,
    SchemeCounts,
    scheme_counts,
)
from tests.properties import COMPARED, cases

LABELS = ("PER", "LOC", "ORG")
NERVALUATE = {STRICT: "strict", "exact": "exact", "partial": "partial", TYPE: "ent_type"}

spans = st.tuples(st.integers(0, 30), st.integers(1, 12) | st.integers(100, 300), st.sampled_from(LABELS)).map(
    lambda drawn: (drawn[0], drawn[0] + drawn[1], drawn[2])
)
sides = st.lists(spans, max_size=6, unique=True)
tasks = st.lists(st.tuples(sides, sides), min_size=1, max_size=4)


def dictionaries(side: Collection[LabelledSpan]) -> list[dict[str, Any]]:
    """nervaluate's `end` is the last character."""
    return [{"start": start, "end": end - 1, "label": label} for start, end, label in sorted(side)]


@pytest.mark.slow
@cases(COMPARED)
@given(tasks)
def test_the_schemes_are_nervaluates(pairs: list[tuple[list[LabelledSpan], list[LabelledSpan]]]) -> None:
    truth, answer = ([dictionaries(pair[side]) for pair in pairs] for side in (0, 1))
    expected = Evaluator(truth, answer, tags=list(LABELS), loader="dict").evaluate()["overall"]
    for scheme in SCHEMES:
        one = sum((scheme_counts(*pair, scheme) for pair in pairs), SchemeCounts())
        other = expected[NERVALUATE[scheme]]
        assert (one.correct, one.incorrect, one.partial, one.missed, one.spurious) == (
            (other.correct, other.incorrect, other.partial, other.missed, other.spurious)
        )
        assert (one.precision or 0) == pytest.approx(other.precision)
        assert (one.recall or 0) == pytest.approx(other.recall)
        assert (one.f1 or 0) == pytest.approx(other.f1)


def test_one_character_of_a_long_span_is_no_overlap() -> None:
    assert scheme_counts([(0, 200, "PER")], [(0, 1, "PER")], TYPE).spurious == 1
    assert scheme_counts([(0, 100, "PER")], [(0, 1, "PER")], TYPE).correct == 1


def test_empty_spans_are_left_out() -> None:
    assert scheme_counts([(3, 3, "PER")], [(3, 3, "PER")], STRICT) == SchemeCounts()


def test_counts_without_anything_have_no_scores() -> None:
    assert (SchemeCounts().precision, SchemeCounts().recall, SchemeCounts().f1) == (None, None, None)


@cases(300)
@given(st.lists(spans, max_size=20, unique=True), st.lists(spans, max_size=20, unique=True), st.sampled_from(SCHEMES))
def test_many_spans_are_counted_as_few_are(
    expected: list[LabelledSpan], answered: list[LabelledSpan], scheme: str
) -> None:
    few = scheme_counts(expected, answered, scheme)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(span_schemes, "FEW", 0)
        assert scheme_counts(expected, answered, scheme) == few


def test_thousands_of_spans_that_all_overlap_are_not_compared_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(span_schemes, "_overlap")
    many = [(step, 10_000 + step, "PER") for step in range(2000)]
    assert scheme_counts(many, many, TYPE).correct == 2000
    assert scheme_counts(many, [(start, end, "LOC") for start, end, _ in many], TYPE).incorrect == 2000
