"""What several samples agree on where it is built from all of them: orders and buckets."""

import pytest

from backend.domain.answer import Answer, AnswerValue, Groups, Labels, Ranking
from backend.domain.consensus import consensus
from backend.domain.outcome import Rejection
from backend.domain.prompts.confidence_option import vote
from tests.scripted import some

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
