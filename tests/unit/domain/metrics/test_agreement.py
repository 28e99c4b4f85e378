from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from backend.domain.answer import Labels
from backend.domain.metrics.agreement import agreement, kappa
from backend.domain.outcome import Outcome, Rejection
from tests.properties import COMPARED, cases
from tests.scripted import some
from tests.unit.domain.labels.test_equal_answers import DIFFERENT_LOOKS, EQUAL_LOOKS
from tests.unit.domain.metrics.test_classification import SINGLE

letters = st.sampled_from("abcd")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:invalid value encountered")
@cases(COMPARED)
@given(st.lists(st.tuples(letters, letters), min_size=1, max_size=60))
def test_kappa_as_scikit_learn_and_its_interval_as_statsmodels(pairs: Any) -> None:
    found = kappa(pairs)
    first, second = zip(*pairs, strict=True)
    if len({*first, *second}) == 1:
        assert found is None
        return
    value, (low, high) = some(found)
    assert value == pytest.approx(cohen_kappa_score(first, second))
    if first == second:
        assert low < high == 1
        return
    expected = cohens_kappa(numpy.array([[pairs.count((a, b)) for b in "abcd"] for a in "abcd"]))
    # One version that always says the same has a variance of 0, which rounding makes negative there.
    margin = 1.959963984540054 * numpy.sqrt(max(expected.var_kappa, 0))
    assert (low, high) == pytest.approx((max(-1, value - margin), min(1, value + margin)), abs=1e-6)


def test_only_tasks_that_both_answered_count() -> None:
    first = [Outcome(1, {"c": Labels(("a",))}), Outcome(2, {"c": Labels(("b",))}), Outcome(3, {"c": Labels(("b",))})]
    second = [
        Outcome(2, {"c": Labels(("b",))}),
        Outcome(1, {"c": Labels(("a",))}),
        Outcome(3, Rejection("refused", "")),
    ]
    found = agreement(first, second, SINGLE)
    assert (found.tasks, found.agreed, found.kappa, found.reason) == (2, 1, 1, None)


def test_no_kappa_has_a_reason() -> None:
    nothing = agreement([], [Outcome(1, {"c": Labels(("a",))})], SINGLE)
    assert (nothing.tasks, nothing.agreed, nothing.agreed_ci, nothing.kappa, nothing.kappa_ci) == (0, *[None] * 4)
    assert "no task" in some(nothing.reason)
    one = [Outcome(task, {"c": Labels(("a",))}) for task in range(3)]
    found = agreement(one, one, SINGLE)
    assert (found.agreed, found.kappa) == (1, None)
    assert "same answer" in some(found.reason)


@pytest.mark.parametrize("pair", DIFFERENT_LOOKS, ids=["order", "box", "spaces"])
def test_equal_answers_agree_however_they_look(pair: Any) -> None:
    schema, first, second = pair
    found = agreement([Outcome(n, first) for n in range(5)], [Outcome(n, second) for n in range(5)], schema)
    assert (found.tasks, found.agreed) == (5, 1.0)


def test_different_answers_that_look_equal_do_not_agree() -> None:
    schema, first, second = EQUAL_LOOKS
    assert agreement([Outcome(1, first)], [Outcome(1, second)], schema).agreed == 0.0
