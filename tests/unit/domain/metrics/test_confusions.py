"""Confusions: over several tables, the most frequent first."""

from backend.domain.metrics.confusions import Confusion, confusions

ONE = {"mood": {"Good": {"Good": 9, "Bad": 1}, "Bad": {"Good": 2, "Bad": 4}}}
OTHER = {"mood": {"Good": {"Bad": 3}}, "tone": {"Dry": {"Wet": 4}}}


def test_several_tables_are_added_up_and_right_answers_left_out() -> None:
    assert confusions([ONE, OTHER]) == [
        Confusion("mood", "Good", "Bad", 4),
        Confusion("tone", "Dry", "Wet", 4),
        Confusion("mood", "Bad", "Good", 2),
    ]
    assert confusions([]) == confusions([{"mood": {"Good": {"Good": 3}}}]) == []


def test_a_confusion_begins_the_sentence_that_would_prevent_it() -> None:
    assert Confusion("mood", "Good", "Bad", 4).sentence == 'Choose "Good", not "Bad", when …'
