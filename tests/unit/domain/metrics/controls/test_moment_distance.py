"""How far dates are from the truths: by hand and by scikit-learn, and what does not exist with its reason."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error

from backend.domain.answer import Answer, Moment
from backend.domain.labels.config import read_config
from backend.domain.metrics.cases import count_cases
from backend.domain.metrics.controls.measure import Measure
from backend.domain.metrics.controls.measures import measures_of
from backend.domain.metrics.controls.moment_distance import NO_MOMENT
from backend.domain.outcome import Outcome, Rejection, Truth
from tests.properties import cases

WRONG = Rejection("bad_date", "It is not in the calendar.")
NONE = ""


def measured(attributes: str, *pairs: tuple[str | None, str]) -> dict[str, Measure]:
    """Of (answer, truth); None is an answer that can't be used, NONE no date."""
    schema = read_config(f'<View><Text name="t" value="$t"/><DateTime name="at" toName="t" {attributes}/></View>')
    outcomes = [Outcome(n, WRONG if said is None else _held(said)) for n, (said, _) in enumerate(pairs)]
    truths = [Truth(n, _held(truth)) for n, (_, truth) in enumerate(pairs)]
    return dict(measures_of(count_cases(outcomes, truths, schema), schema)["at"])


def _held(text: str) -> Answer:
    return {"at": Moment(text) if text else None}


def test_dates_are_days_apart() -> None:
    pairs = [("2024-02-03", "2024-02-03"), ("2024-03-01", "2024-02-29"), ("2024-01-01", "2024-01-06")]
    found = measured('only="date"', *pairs, (None, "2024-01-01"), (NONE, NONE))
    assert found["accuracy"].value == pytest.approx(2 / 5), "none is right where there is none"
    assert found["within_1_day"].value == pytest.approx(3 / 5)
    assert found["mean_error_days"].value == pytest.approx(6 / 3), "of the tasks with two dates"
    assert found["mean_error_days"].interval is not None


@pytest.mark.parametrize(
    ("attributes", "pairs"),
    [
        ("", [("2024-02-03T04:05", "2024-02-03T04:05"), ("2024-02-04T00:10", "2024-02-03T23:50")]),
        ('only="time"', [("04:05", "04:05"), ("00:10", "23:50")]),
    ],
)
def test_times_are_minutes_apart_also_around_midnight(attributes: str, pairs: list[tuple[str | None, str]]) -> None:
    found = measured(attributes, *pairs)
    assert {name: one.value for name, one in found.items()} == pytest.approx(
        {"accuracy": 0.5, "within_1_hour": 1, "mean_error_minutes": 10}
    )


def test_months_and_years_are_days_apart() -> None:
    assert measured('only="year"', ("2024", "2023"))["mean_error_days"].value == 365
    assert measured('only="month,year"', ("2024-03", "2024-02"))["mean_error_days"].value == 29


def test_an_error_without_a_pair_does_not_exist() -> None:
    found = measured('only="date"', (NONE, "2024-01-01"), (None, "2024-01-01"), ("2024-01-01", NONE))
    assert found["mean_error_days"] == Measure(None, None, NO_MOMENT)
    assert found["accuracy"].value == 0


days = st.dates(date(1000, 1, 1))


@pytest.mark.slow
@cases(50)
@given(st.lists(st.tuples(days, days), min_size=20, max_size=20))
def test_the_error_is_scikit_learns(pairs: list[tuple[date, date]]) -> None:
    found = measured('only="date"', *((said.isoformat(), truth.isoformat()) for said, truth in pairs))
    ordinals = [[one.toordinal() for one in side] for side in zip(*pairs, strict=True)]
    assert found["mean_error_days"].value == pytest.approx(mean_absolute_error(*ordinals))
