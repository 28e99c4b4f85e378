"""Scores of spans, counted by hand; the schemes have their own tests."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.metrics.set_match import SetMatch
from backend.domain.metrics.span_schemes import STRICT, TYPE, LabelledSpan
from backend.domain.metrics.spans import character_match, span_score

LABELS = ("PER", "LOC", "ORG")

spans = st.tuples(st.integers(0, 30), st.integers(1, 12) | st.integers(100, 300), st.sampled_from(LABELS)).map(
    lambda drawn: (drawn[0], drawn[0] + drawn[1], drawn[2])
)
sides = st.lists(spans, max_size=6, unique=True)
tasks = st.lists(st.tuples(sides, sides), min_size=1, max_size=4)


@settings(max_examples=50, deadline=None)
@given(tasks)
def test_the_strict_scheme_finds_no_more_than_equal_spans(pairs: list[Any]) -> None:
    """Less where a span takes a wanted one that another given span equals."""
    found = span_score(pairs)
    assert found.schemes[STRICT].correct <= found.match.hits
    assert found.match.given == sum(len(given) for _, given in pairs)


@given(tasks)
def test_characters_are_counted_one_by_one(pairs: list[tuple[list[LabelledSpan], list[LabelledSpan]]]) -> None:
    for wanted, given_ in pairs:
        both = [{(label, i) for start, end, label in side for i in range(start, end)} for side in (wanted, given_)]
        assert character_match(wanted, given_) == SetMatch(len(both[0] & both[1]), len(both[1]), len(both[0]))


ANNA, BOB, OSLO = (0, 4, "PER"), (9, 12, "PER"), (16, 20, "LOC")


def test_a_score_by_hand() -> None:
    score = span_score([([ANNA, BOB, OSLO], [ANNA, (9, 12, "ORG"), (15, 20, "LOC")]), ([ANNA], [ANNA]), ([BOB], None)])
    assert (score.match.hits, score.match.given, score.match.wanted) == (2, 4, 5)
    assert score.match.f1 == pytest.approx(4 / 9)
    assert score.places.hits == 3
    assert score.per_label["PER"].recall == pytest.approx(2 / 4)
    assert score.per_label["ORG"] == SetMatch(0, 1, 0)
    assert score.characters.hits == 4 + 4 + 4
    assert score.exact_tasks == pytest.approx(1 / 3)
    low, high = score.f1_ci or (2, 2)
    assert 0 <= low <= 4 / 9 <= high <= 1


def test_what_has_no_place_is_given_in_vain() -> None:
    score = span_score([([ANNA], [ANNA]), ([], [])], unlocated=[0, 1])
    assert score.match == SetMatch(1, 2, 1)
    assert score.exact_tasks == 0.5


def test_nothing_wanted_and_nothing_given_has_no_f1() -> None:
    score = span_score([([], [])])
    assert (score.match.f1, score.f1_ci, score.exact_tasks) == (None, None, 1)
    assert score.schemes[STRICT].f1 is None
    assert span_score([]).exact_tasks is None


def test_ten_thousand_spans() -> None:
    many = [(10 * n, 10 * n + 5, "PER") for n in range(10_000)]
    assert span_score([(many, many)]).schemes[TYPE].correct == 10_000
