"""What several samples agree on where it is built from all of them: orders, buckets and marks."""

from typing import Any, get_args

import pytest

from backend.domain.answer import (
    Answer,
    AnswerValue,
    Groups,
    LabelDefinitions,
    Labels,
    MarkedSpan,
    Moment,
    Number,
    Paths,
    Ranking,
    Spans,
    Texts,
    UnlocatedQuote,
    spans_of,
)
from backend.domain.consensus import JOINED, consensus, span_consensus
from backend.domain.outcome import Rejection
from backend.domain.prompts.confidence_option import vote
from backend.domain.relations import Relation, Relations, SpanEnd
from backend.domain.shapes.marked_box import Boxes, MarkedBox
from tests.scripted import some

VOTED = {Labels, Texts, Relations, Number, Moment, Paths, LabelDefinitions}
"""Kinds of value of which the most frequent one counts."""
WRONG = Rejection("incomplete", "It lacks an item.")


def order(ids: str) -> Ranking:
    return Ranking(tuple(ids))


def groups(**buckets: str) -> Groups:
    return Groups(tuple((bucket, tuple(ids)) for bucket, ids in buckets.items()))


@pytest.mark.parametrize(
    ("said", "joined", "agreement"),
    [
        (["abc", "abc"], "abc", 1),
        (["abc", "abc", "bac"], "abc", (1 + 1 / 3 + 1 / 3) / 3),
        (["abc", "cab", "bca"], "abc", 0),
        (["cba", "abc"], "cba", 0),
        (["abcd", "abdc", "badc"], "abdc", (2 / 3 + 1 / 3 + 2 / 3) / 3),
        (["a", "a"], "a", 1),
    ],
)
def test_orders_are_joined_by_borda_count(said: list[str], joined: str, agreement: float) -> None:
    value, agreed = some(consensus([order(ids) for ids in said], len(said)))
    assert value == order(joined)
    assert agreed == pytest.approx(agreement)


def test_an_order_may_win_that_no_sample_gave() -> None:
    (value, confidence) = vote([{"rank": order(ids)} for ids in ("abcd", "badc", "abdc", "bacd", "cabd")])
    assert value == {"rank": order("abcd")}
    assert confidence is not None
    assert 0 < confidence.joint < 1


def test_an_item_is_in_the_bucket_of_most_samples() -> None:
    said: list[AnswerValue] = [groups(good="ab", _="c"), groups(good="a", bad="bc"), groups(good="abc")]
    value, agreed = some(consensus(said, 3))
    assert value == groups(good="ab", _="c"), "of equally frequent ones the first"
    assert agreed == pytest.approx((3 + 2 + 1) / 9)


def test_all_labels_of_a_picture_count_as_one_bucket() -> None:
    said: list[AnswerValue] = [groups(red="01", blue="0"), groups(red="0", blue="01"), groups(blue="0", red="0")]
    value, agreed = some(consensus(said, 3))
    assert value == groups(red="01", blue="0"), "of equally frequent ones the first"
    assert agreed == pytest.approx((3 + 1) / 6)


def test_a_picture_stays_without_a_label_where_most_samples_give_it_none() -> None:
    said: list[AnswerValue] = [groups(red="0"), groups(red="01"), groups(red="0")]
    value, agreed = some(consensus(said, 4))
    assert value == groups(red="0")
    assert agreed == pytest.approx((3 + 2) / 8)
    nothing, _ = some(consensus([groups(red="0"), groups(red="1"), groups(red="2")], 3))
    assert nothing is None


def marks(*places: float) -> Boxes:
    """Boxes of 10 x 10 %."""
    return Boxes(tuple(MarkedBox("a", "rectangle", place, 0, 10, 10) for place in places))


def test_of_marks_the_sample_counts_that_is_most_like_the_others() -> None:
    said: list[AnswerValue] = [marks(0, 50, 80), marks(1, 51), marks(2, 52)]
    value, agreed = some(consensus(said, 3))
    assert value == marks(1, 51), "of two that are as much like the others the first"
    assert agreed == pytest.approx((4 / 5 + 4 / 5 + 1) / 3)
    assert consensus([marks(0), marks(60)], 2) == (marks(0), 0)


def test_a_sample_without_marks_or_without_an_answer_agrees_with_none() -> None:
    value, confidence = vote([{"box": marks(0)}, {"box": marks(1)}, {"box": None}, WRONG])
    assert value == {"box": marks(0)}
    assert confidence is not None
    assert confidence.controls == {"box": pytest.approx(1 / 6)}
    assert vote([{"box": None}, {"box": marks(1)}, {"box": None}])[0] == {"box": None}


def test_each_kind_of_value_is_joined_or_voted_on() -> None:
    """A new kind is a line in JOINED or in VOTED; spans are joined by `span_consensus`."""
    assert {*JOINED, Spans, *VOTED} == set(get_args(AnswerValue))
    assert not {*JOINED, Spans} & VOTED


def test_nothing_else_is_joined() -> None:
    assert consensus([Labels(("a",)), None], 2) is None


def test_a_rejection_counts_against_an_order_and_labels_still_vote() -> None:
    said: list[Answer | Rejection] = [
        {"kind": Labels((kind,)), "rank": order(ids)} for kind, ids in (("x", "ab"), ("y", "ab"), ("y", "ba"))
    ]
    value, confidence = vote([*said, WRONG])
    assert value == {"kind": Labels(("y",)), "rank": order("ab")}
    assert confidence is not None
    assert confidence.controls == {"kind": 2 / 4, "rank": 0}, "a pair of three agrees, two don't"
    assert confidence.joint == 0


def test_equal_orders_are_as_sure_as_equal_labels() -> None:
    value, confidence = vote([{"rank": order("ab")}] * 3)
    assert value == {"rank": order("ab")}
    assert confidence is not None
    assert (confidence.joint, confidence.controls) == (1, {"rank": 1})


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
