"""Spans of several samples: what half of them have, with its share, and how far they agree."""

from typing import Any

import pytest

from backend.domain.answer import Labels, MarkedSpan, Spans, UnlocatedQuote, spans_of
from backend.domain.outcome import Rejection
from backend.domain.prompts.confidence_option import vote
from backend.domain.relations import Relation, Relations, SpanEnd
from backend.domain.span_consensus import span_consensus

A, B, C = MarkedSpan(0, 1, "x"), MarkedSpan(2, 3, "x"), MarkedSpan(2, 3, "y")
LOST = UnlocatedQuote("x", "gone", "absent")


def spans(*some: MarkedSpan, lost: tuple[UnlocatedQuote, ...] = ()) -> Spans:
    return Spans(some, lost)


def test_what_half_of_the_samples_have_is_kept_with_its_share() -> None:
    found, agreement = span_consensus([spans(A, B), spans(A), spans(A, C), spans(B)], 4)
    assert found == spans(A, B)
    assert [one.score for one in spans_of(found)] == [3 / 4, 2 / 4]
    assert agreement == pytest.approx((3 / 4 + 2 / 4 + 3 / 4) / 3)


def test_samples_without_spans_or_a_usable_answer_count() -> None:
    assert span_consensus([spans(A), None, None], 3)[0] is None
    assert span_consensus([None, spans(A)], 2) == (spans(A), 0.5)
    found, agreement = span_consensus([spans(A, B), spans(A)], 4)
    assert found == spans(A)
    assert agreement == pytest.approx((2 / 4 + 1 / 4) / 2)


def test_quotes_without_a_place_are_treated_alike() -> None:
    found, _ = span_consensus([spans(A, lost=(LOST,)), spans(A, lost=(LOST,)), spans(A)], 3)
    assert found == spans(A, lost=(LOST,))
    assert span_consensus([spans(A, lost=(LOST,)), spans(A), spans(A)], 3)[0] == spans(A)


def test_spans_do_not_vote_and_labels_beside_them_do() -> None:
    good, bad = Labels(("good",)), Labels(("bad",))
    said: list[Any] = [{"s": spans(A), "l": good}, {"s": None, "l": good}, {"s": spans(A, B), "l": bad}]
    answer, sure = vote(said)
    assert answer == {"s": spans(A), "l": good}
    assert sure is not None
    agreement = (2 / 3 + 2 / 3) / 2
    assert sure.controls == pytest.approx({"s": agreement, "l": 2 / 3})
    assert sure.joint == pytest.approx(2 / 3 * agreement)


def test_what_is_said_of_a_span_is_what_most_samples_say() -> None:
    formal, casual = (("tone", Labels((name,))) for name in ("formal", "casual"))
    said = [MarkedSpan(0, 1, "x", attributes=(one,)) for one in (casual, formal, formal)]
    (found,) = spans_of(span_consensus([spans(one) for one in said], 3)[0])
    assert (found.attributes, found.score) == ((formal,), 1)


def test_related_spans_are_those_of_one_answer() -> None:
    end = SpanEnd("s", 0, 1, "x")
    related: Any = {"s": spans(A), "r": Relations((Relation(end, end, "is"),))}
    answer, sure = vote([{"s": spans(B), "r": None}, related, related])
    assert answer == related
    assert sure is not None
    assert sure.joint == pytest.approx(2 / 3)


def test_no_sample_with_spans_agrees_on_none() -> None:
    answer, sure = vote([{"s": None}, {"s": None}, Rejection("not_json", "")])
    assert answer == {"s": None}
    assert sure is not None
    assert sure.joint == pytest.approx(2 / 3)
