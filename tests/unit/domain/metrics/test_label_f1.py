"""Sums that F1s are computed from, where a control takes several labels."""

import numpy
import pytest

from backend.domain.answer import Labels
from backend.domain.metrics.cases import Case
from backend.domain.metrics.label_f1 import drawn_label_sums, label_counts, label_sums
from tests.scripted import some
from tests.unit.domain.metrics.test_classification import BOTH, MULTIPLE

HALF_RIGHT = Case({"c": Labels(("b", "a"))}, {"c": Labels(("b", "d"))}, 30, False)


def test_counts_are_of_both_sides_of_the_answer_and_of_the_truth() -> None:
    counts = some(label_counts([HALF_RIGHT], MULTIPLE))
    assert counts.tolist() == [[0, 1, 0, 0, 1, 1, 1, 1, 0]], "a, b, d"
    assert label_counts([Case({"c": None}, {"c": None}, 1, True)], MULTIPLE) is None


def test_only_the_controls_that_are_asked_for_count() -> None:
    case = Case({"one": Labels(("a",)), "many": None}, {"one": Labels(("a",)), "many": Labels(("b",))}, 1, False)
    counts = some(label_counts([case], BOTH, [field for field in BOTH.fields if not field.exclusive]))
    assert counts.tolist() == [[0, 1, 0]], "many: b is a false alarm"


def test_draws_for_the_low_end_have_errors_that_nobody_has_seen_and_those_for_the_high_end_hits() -> None:
    tasks, counts = numpy.array([2.0]), some(label_counts([HALF_RIGHT], MULTIPLE))
    low, high = drawn_label_sums(tasks, counts)
    plain, prior = label_sums(tasks[None], counts), 0.25 / 2
    assert plain.hits.tolist() == [[0, 1, 0]], "a, b, d"
    assert low.hits.mean(axis=0) == pytest.approx([0, 1, 0], abs=0.06)
    assert (low.answered - low.hits).mean(axis=0) == pytest.approx([prior, prior, 1 + prior], abs=0.06)
    assert (low.expected - low.hits).mean(axis=0) == pytest.approx([1 + prior, prior, prior], abs=0.06)
    assert high.hits.mean(axis=0) == pytest.approx([prior, 1 + prior, prior], abs=0.06)
    assert (high.answered - high.hits).mean(axis=0) == pytest.approx([0, 0, 1], abs=0.06)
    assert (high.expected - high.hits).mean(axis=0) == pytest.approx([1, 0, 0], abs=0.06)
