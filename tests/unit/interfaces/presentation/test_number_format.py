"""Numbers as people see them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.statistics.intervals import wilson
from backend.interfaces.presentation import number_format as numbers


def test_what_does_not_exist_is_never_a_number() -> None:
    assert numbers.proportion(None) == numbers.count(None) == numbers.seconds(None) == "n/a"
    assert numbers.usd(None) == "n/a"


@pytest.mark.parametrize(("number", "shown"), [(0, "0 tasks"), (1, "1 task"), (2, "2 tasks"), (1000, "1,000 tasks")])
def test_one_thing_is_no_things(number: int, shown: str) -> None:
    assert numbers.things(number, "task") == shown


@pytest.mark.parametrize(("value", "shown"), [(0, "0.000"), (1, "1.000"), (2 / 3, "0.667"), (0.0006, "0.001")])
def test_proportions_have_three_digits(value: float, shown: str) -> None:
    assert numbers.proportion(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.9996, "0.999"), (0.0004, "0.001"), (-0.0004, "-0.001"), (1 - 1e-9, "0.999"), (1 - 1e-15, "1.000")],
)
def test_a_proportion_that_is_not_all_or_nothing_does_not_look_so(value: float, shown: str) -> None:
    assert numbers.proportion(value) == shown
    assert numbers.interval((value, 1)) == f"{shown} to 1.000"


@given(st.floats(min_value=-1, max_value=1))
def test_a_proportion_is_shown_within_a_thousandth(value: float) -> None:
    assert float(numbers.proportion(value)) == pytest.approx(value, abs=0.001)


@pytest.mark.parametrize(("value", "shown"), [(0, "0"), (999, "999"), (1000, "1,000"), (1234567, "1,234,567")])
def test_counts_are_grouped(value: int, shown: str) -> None:
    assert numbers.count(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "$0.00"),
        (0.01, "$0.01"),
        (1234.5, "$1,234.50"),
        (0.0099, "$0.0099"),
        (0.00012, "$0.00012"),
        (0.000012, "$0.000012"),
        (0.0000012, "$0.0000012"),
        (0.00000007, "$0.000000070"),
    ],
)
def test_small_costs_show_the_digits_that_count(value: float, shown: str) -> None:
    assert numbers.usd(value) == shown


@given(st.floats(min_value=1e-12, max_value=1e6))
def test_a_cost_is_never_shown_as_nothing_or_in_powers_of_ten(value: float) -> None:
    shown = numbers.usd(value)
    assert "e" not in shown
    assert float(shown.strip("$").replace(",", "")) == pytest.approx(value, rel=0.06, abs=0.005 if value >= 0.01 else 0)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0.00 s"),
        (0.004, "0.00 s"),
        (1.5, "1.50 s"),
        (9.999, "10 s"),
        (12.3, "12 s"),
        (59.7, "1 min 00 s"),
        (60, "1 min 00 s"),
        (3599.6, "1 h 00 min"),
        (3725, "1 h 02 min"),
    ],
)
def test_durations(value: float, shown: str) -> None:
    assert numbers.seconds(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0.000"),
        (0.5, "0.500"),
        (-12345.6789, "-12,345.679"),
        (0.00001234, "1.2e-05"),
        (1.1e-17, "0.000"),
        (-1.1e-17, "0.000"),
        (None, "n/a"),
    ],
)
def test_measured_numbers_of_any_size(value: float | None, shown: str) -> None:
    assert numbers.measured(value) == shown


def test_intervals_and_differences() -> None:
    assert numbers.measured_interval((-1250.5, 0.0001)) == "-1,250.500 to 0.0001"
    assert numbers.measured_interval(None) == "n/a"
    assert numbers.interval((0.48101, 0.8545)) == "0.481 to 0.855"
    assert (numbers.signed(0.15), numbers.signed(-0.05), numbers.signed(0.0)) == ("+0.150", "-0.050", "+0.000")
    assert numbers.signed_interval((-0.05, 0.25)) == "-0.050 to +0.250"
    assert (numbers.points(0.125), numbers.points(-0.05)) == ("+12.5 points", "-5.0 points")
    assert numbers.points_interval((-0.05, 0.25)) == "-5.0 to +25.0 points"
    assert (numbers.percent(0.875), numbers.percent(None)) == ("87.5 %", "n/a")
    assert numbers.points(None) == numbers.points_interval(None) == "n/a"
    assert numbers.interval(None) == numbers.signed(None) == numbers.signed_interval(None) == "n/a"


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "p = n/a"), (0.0134, "p = 0.013"), (1, "p = 1"), (1e-7, "p < 0.0001")]
)
def test_p_values(value: Any, shown: Any) -> None:
    assert numbers.p_value(value) == shown


def test_an_amount_below_zero_has_its_sign_before_the_dollar() -> None:
    assert [numbers.usd(value) for value in (-12.3456, -0.01, -0.000123, -0.0)] == [
        "-$12.35",
        "-$0.01",
        "-$0.00012",
        "$0.00",
    ]


@pytest.mark.parametrize(
    ("ends", "shown"),
    [
        ((0.7, 0.95), "70 to 95 %"),
        ((0.81, 1.0), "81 to 100 %"),
        ((0.0, 0.1), "0 to 10 %"),
        ((-5.6e-17, 0.1), "0 to 10 %"),
        ((1 - 1e-16, 1.0), "100 to 100 %"),
        (wilson(9970, 10_000), "99.6 to 99.8 %"),
        (wilson(4990, 5000), "99.6 to 99.9 %"),
        (wilson(997, 1000), "99.1 to 99.9 %"),
        (wilson(30, 10_000), "0.2 to 0.4 %"),
        (wilson(999_999, 1_000_000), "99.99943 to 99.99998 %"),
        (None, "n/a"),
    ],
)
def test_an_end_that_is_neither_0_nor_100_does_not_look_so(ends: tuple[float, float] | None, shown: str) -> None:
    assert numbers.percent_interval(ends) == shown


@pytest.mark.parametrize(
    ("share", "shown"), [(0.875, "87.5 %"), (1.0, "100.0 %"), (0.9998, "99.98 %"), (0.00001, "0.001 %")]
)
def test_a_share_that_is_not_all_does_not_look_so(share: float, shown: str) -> None:
    assert numbers.percent(share) == shown
