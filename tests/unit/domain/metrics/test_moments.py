"""Dates and times compared."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error, median_absolute_error

from backend.domain.metrics.moments import apart, moment_score

days = st.dates(date(1990, 1, 1), date(2030, 1, 1))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(days, days), min_size=1, max_size=20))
def test_errors_are_scikit_learns(pairs: list[tuple[date, date]]) -> None:
    score = moment_score(pairs)
    truth, answer = ([pair[side].toordinal() * 86400 for pair in pairs] for side in (0, 1))
    assert score.mean_error_s == pytest.approx(mean_absolute_error(truth, answer))
    assert score.median_error_s == pytest.approx(median_absolute_error(truth, answer))


def test_a_score_by_hand() -> None:
    at = datetime(2024, 2, 3, 4, 5)
    score = moment_score([(at, at), (at, at + timedelta(minutes=5)), (at, None)], tolerance=timedelta(minutes=5))
    assert (score.outputs, score.answered) == (3, 2)
    assert (score.exact, score.within) == pytest.approx((1 / 3, 2 / 3))
    assert score.mean_error_s == score.median_error_s == 150


def test_times_of_day_go_round() -> None:
    assert apart(time(23, 59), time(0, 1)) == timedelta(minutes=2)
    assert apart(time(0, 0), time(12, 0)) == timedelta(hours=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [(date(2024, 1, 1), datetime(2024, 1, 1)), (time(1), date(2024, 1, 1)), (datetime(2024, 1, 1), time(1))],
)
def test_two_kinds_cannot_be_compared(one: object, other: object) -> None:
    with pytest.raises(TypeError, match="cannot be compared"):
        apart(one, other)  # type: ignore[arg-type]


def test_what_does_not_exist() -> None:
    assert moment_score([]).exact is None
    assert moment_score([(date(2024, 1, 1), None)]).mean_error_s is None
