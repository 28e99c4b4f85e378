"""Prose beside an answer: whether it names another label."""

import pytest

from backend.domain.answer import Labels
from backend.domain.chat.prose import other_label
from tests.scripted import choices

SCHEMA = choices("Refund", "Refund request", "a", "Gut", "退款")
ANSWER = {"mood": Labels(("Refund",))}


@pytest.mark.parametrize(
    ("prose", "label"),
    [
        ("", None),
        ("It is a clear case.", "a"),
        ("It is clear: REFUND, refund.", None),
        ("It is rather a\u0301 Refund Request.", "Refund Request"),
        ("Refunds are meant.", None),
        ("This is gut.", "gut"),
        ("This is gute.", None),
        ("这是退款的问题", "退款"),
        ("A refund.", None),
    ],
)
def test_a_label_that_the_answer_does_not_have_is_found(prose: str, label: str | None) -> None:
    assert other_label(prose, ANSWER, SCHEMA) == label


def test_a_label_that_was_chosen_is_no_other_one() -> None:
    assert other_label("Refund request", {"mood": Labels(("Refund request",))}, SCHEMA) is None
    assert other_label("Refund request", {"mood": None}, SCHEMA) == "Refund request"
