"""The bootstrap's F1s are those of a Score of the tasks that were drawn; so they are scikit-learn's."""

from dataclasses import replace
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.answer import Labels
from backend.domain.labels.config import read_config
from backend.domain.metrics.cases import Case, count_cases
from backend.domain.metrics.classification import score_of
from backend.domain.metrics.confusion_f1 import f1s_of
from backend.domain.metrics.label_f1 import label_counts, label_sums
from backend.domain.metrics.score_intervals import _micro, score_intervals
from backend.domain.outcome import Outcome, Truth
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

WITH_TEXT = read_config(
    '<View><Text name="t" value="$text"/><Choices name="c" toName="t"><Choice value="a"/><Choice value="b"/></Choices>'
    '<TextArea name="why" toName="t"/></View>'
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
    counts = label_counts(cases, schema)
    drawn = [random.randrange(3) for _ in cases]
    score = score_of([replace(c, tasks=n) for c, n in zip(cases, drawn, strict=True) if n], schema)
    if counts is None or not any(drawn):
        assert score.f1_macro is None
        return
    tasks = numpy.array(drawn, float)
    found = f1s_of([label_sums(tasks[None], counts)])[0]
    expected = (score.f1_macro, score.f1_weighted)
    assert [None if numpy.isnan(f1) else pytest.approx(f1) for f1 in found] == list(expected)
    micro = _micro(tasks, counts)
    assert (micro is None) == (score.f1_micro is None)
    assert micro is None or micro[0] - 1e-9 <= some(score.f1_micro) <= micro[1] + 1e-9


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
    assert found.f1_micro == pytest.approx(found.accuracy)
    unusable = score_intervals(cases_of([("a", "a"), ("a", REJECTION), ("b", "b")] * 10, many=False), SINGLE)
    assert unusable.f1_micro != pytest.approx(unusable.accuracy)


def test_several_controls_are_one_list_of_labels() -> None:
    case = Case(
        {"one": Labels(("a",)), "many": Labels(("a", "b"))}, {"one": Labels(("a",)), "many": Labels(("b",))}, 5, False
    )
    low, high = some(score_intervals([case], BOTH).f1_micro)
    assert 0.4 < low < 0.8 < high < 1


def test_a_text_beside_a_choice_changes_no_interval_of_the_choice() -> None:
    alone = [Case({"c": Labels((label,))}, {"c": Labels((label,))}, 50, True) for label in "ab"]
    beside = [
        replace(case, truth={**case.truth, "why": None}, answer={**some(case.answer), "why": None}) for case in alone
    ]
    assert score_intervals(beside, WITH_TEXT) == score_intervals(alone, SINGLE)
    low, high = some(score_intervals(beside, WITH_TEXT).f1_macro)
    assert 0.96 < low < high == 1


@pytest.mark.parametrize("pair", ["aa", "ab"])
def test_several_labels_all_right_or_all_wrong_so_far_are_no_certainty(pair: str) -> None:
    found = score_intervals(cases_of([pair] * 20, many=True), MULTIPLE)
    for low, high in (some(found.f1_macro), some(found.f1_micro)):
        assert high - low > 0.05


@pytest.mark.slow
@pytest.mark.parametrize("tasks", [20, 50, 100])
def test_of_several_labels_nearly_always_right_the_interval_contains_the_true_f1(tasks: int) -> None:
    """The percentiles of a bootstrap alone did too rarely: they know only the errors that were seen."""
    rng, shares, right = numpy.random.default_rng(1), numpy.array([0.4, 0.3, 0.2, 0.1]), 0.99
    true = (right + (1 - right) * shares).mean()
    held = 0
    for _ in range(100):
        wanted = rng.random((tasks, 4)) < shares
        given = numpy.where(rng.random((tasks, 4)) < right, wanted, rng.random((tasks, 4)) < shares)
        pairs = [
            tuple("".join(numpy.array([*"abcd"])[row]) for row in both) for both in zip(wanted, given, strict=True)
        ]
        low, high = some(score_intervals(cases_of(pairs, many=True), MULTIPLE).f1_macro)
        held += low <= true <= high
    assert held >= 93
