"""The bootstrap's F1s are those of a Score of the tasks that were drawn; so they are scikit-learn's."""

from dataclasses import replace
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.answer import Labels
from backend.domain.metrics.cases import Case, count_cases
from backend.domain.metrics.classification import score_of
from backend.domain.metrics.score_intervals import _cells, _f1s, score_intervals
from backend.domain.outcome import Outcome, Truth
from backend.domain.statistics import bootstrap
from tests.properties import cases
from tests.scripted import some
from tests.unit.domain.metrics.test_classification import (
    BOTH,
    FAILURE,
    MULTIPLE,
    REJECTION,
    SINGLE,
    multiple_cases,
    ordered,
    single_cases,
)


def cases_of(pairs: Any, many: bool) -> list[Case]:
    value = ordered if many else lambda label: Labels((label,))
    truths = [Truth(task, {"c": value(truth)}) for task, (truth, _) in enumerate(pairs)]
    verdicts = [said if said is REJECTION else {"c": value(said)} for _, said in pairs]
    return count_cases(
        [Outcome(task, verdict) for task, verdict in enumerate(verdicts)], truths, MULTIPLE if many else SINGLE
    )


@pytest.mark.slow
@cases(1000)
@given(single_cases, st.randoms())
def test_one_label_drawn_again_is_scored_as_it_would_be(pairs: Any, random: Any) -> None:
    check_resample(cases_of(pairs, many=False), SINGLE, random)


@pytest.mark.slow
@cases(1000)
@given(multiple_cases, st.randoms())
def test_many_labels_drawn_again_are_scored_as_they_would_be(pairs: Any, random: Any) -> None:
    check_resample(cases_of(pairs, many=True), MULTIPLE, random)


def check_resample(cases: Any, schema: Any, random: Any) -> None:
    cells = _cells(cases, schema)
    drawn = [random.randrange(3) for _ in cases]
    score = score_of([replace(c, tasks=n) for c, n in zip(cases, drawn, strict=True) if n], schema)
    if cells is None:
        assert score.f1_macro is None
        return
    found = _f1s(numpy.array([drawn], float), cells)[0]
    expected = (score.f1_macro, score.f1_micro, score.f1_weighted)
    assert [None if numpy.isnan(f1) else pytest.approx(f1) for f1 in found] == list(expected)


def test_the_interval_holds_the_number_and_shrinks_with_the_tasks() -> None:
    widths = []
    for times in (1, 10, 100):
        cases = cases_of([("a", "a"), ("a", "a"), ("b", "b"), ("b", "a"), ("d", REJECTION)] * 4 * times, many=False)
        found, score = score_intervals(cases, SINGLE), score_of(cases, SINGLE)
        for name in ("accuracy", "f1_macro", "f1_micro", "f1_weighted"):
            low, high = getattr(found, name)
            assert low <= getattr(score, name) <= high
        low, high = some(found.f1_macro)
        widths.append(high - low)
        assert found.few == (times == 1)
    assert widths[0] > 2 * widths[1] > 4 * widths[2]


def test_the_same_seed_says_the_same() -> None:
    cases = cases_of([("a", "a"), ("b", "a"), ("b", "b")] * 9, many=False)
    assert score_intervals(cases, SINGLE, 7) == score_intervals(cases, SINGLE, 7) != score_intervals(cases, SINGLE, 8)


def test_what_does_not_exist_has_no_interval() -> None:
    nothing = score_intervals([], SINGLE)
    assert (nothing.accuracy, nothing.f1_macro, nothing.f1_micro, nothing.f1_weighted) == (None, None, None, None)
    empty = score_intervals([Case({"c": None}, {"c": None}, 3, True)], MULTIPLE)
    assert empty.accuracy is not None
    assert empty.f1_macro is None
    assert count_cases([Outcome(1, FAILURE)], [Truth(1, {"c": Labels(("a",))})], SINGLE) == []


def test_perfection_and_failure_so_far_are_no_certainty() -> None:
    rejected = some(score_intervals([Case({"c": Labels(("a",))}, None, 10, False)], SINGLE).f1_macro)
    assert rejected[0] == 0 < rejected[1] < 0.4
    perfect = score_intervals([Case({"c": Labels(("a",))}, {"c": Labels(("a",))}, 20, True)], SINGLE)
    low, high = some(perfect.f1_macro)
    assert 0.8 < low < high == 1


def test_micro_f1_of_one_label_is_the_accuracy_and_so_is_its_interval() -> None:
    found = score_intervals(cases_of([("a", "a"), ("a", "b"), ("b", "b")] * 10, many=False), SINGLE)
    assert found.f1_micro == found.accuracy
    unusable = score_intervals(cases_of([("a", "a"), ("a", REJECTION), ("b", "b")] * 10, many=False), SINGLE)
    assert unusable.f1_micro != unusable.accuracy


def test_several_controls_are_one_list_of_labels() -> None:
    case = Case(
        {"one": Labels(("a",)), "many": Labels(("a", "b"))}, {"one": Labels(("a",)), "many": Labels(("b",))}, 5, False
    )
    assert score_intervals([case], BOTH).f1_micro == pytest.approx((0.8, 0.8))


@pytest.mark.parametrize("tasks", [[1.0] * 50, [500.0, 300.0, 200.0]])
def test_both_ways_to_draw_take_as_many_tasks_as_there_are(tasks: Any) -> None:
    found = bootstrap.resample(numpy.array(tasks), lambda drawn: drawn)
    assert found.shape == (bootstrap.TIMES, len(tasks))
    assert set(found.sum(axis=1)) == {sum(tasks)}
    assert found.mean(axis=0) == pytest.approx(tasks, rel=0.2)
