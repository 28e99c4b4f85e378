from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from backend.domain.statistics.intervals import tasks_needed, wilson, wilson_of
from tests.properties import COMPARED, cases


@pytest.mark.slow
@cases(COMPARED)
@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_as_statsmodels(case: Any) -> None:
    successes, trials = case
    assert wilson(successes, trials) == pytest.approx(proportion_confint(successes, trials, method="wilson"), abs=1e-9)


def test_nothing_has_no_interval() -> None:
    assert wilson(0, 0) is None


def test_trials_need_not_be_whole() -> None:
    assert wilson_of(0.7, 20) == wilson(14, 20)
    low, high = wilson_of(1.0, 7.5)
    assert 0.5 < low < high == 1.0


def test_seventy_percent_of_twenty() -> None:
    assert wilson(14, 20) == pytest.approx((0.481, 0.855), abs=0.001)


def test_tasks_needed_is_the_sample_size_of_mcnemar() -> None:
    """Connor's formula by hand: 0.8 against 0.75, discordant 0.8 * 0.25 + 0.75 * 0.2 = 0.35."""
    assert tasks_needed(0.8) == 1097
    assert tasks_needed(0.2) == tasks_needed(0.8)
    assert tasks_needed(0.8, 0.1) < 300


@given(st.floats(0, 1))
def test_tasks_needed_exists_everywhere(accuracy: Any) -> None:
    assert 100 < tasks_needed(accuracy) < 1600
