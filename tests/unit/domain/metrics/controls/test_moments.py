"""Dates and times compared."""

from datetime import date, datetime, time, timedelta

import pytest

from backend.domain.metrics.controls.moments import Moment, apart


def test_the_gap_has_no_direction() -> None:
    at = datetime(2024, 2, 3, 4, 5)
    for one, other in ((at, at + timedelta(minutes=5)), (at + timedelta(minutes=5), at)):
        assert apart(one, other) == timedelta(minutes=5)
    assert apart(date(2024, 2, 29), date(2024, 3, 1)) == timedelta(days=1)


def test_times_of_day_go_round() -> None:
    assert apart(time(23, 59), time(0, 1)) == timedelta(minutes=2)
    assert apart(time(0, 0), time(12, 0)) == timedelta(hours=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [(date(2024, 1, 1), datetime(2024, 1, 1)), (time(1), date(2024, 1, 1)), (datetime(2024, 1, 1), time(1))],
)
def test_two_kinds_cannot_be_compared(one: Moment, other: Moment) -> None:
    with pytest.raises(TypeError, match="cannot be compared"):
        apart(one, other)
