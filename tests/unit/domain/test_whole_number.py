import pytest

from backend.domain.whole_number import whole_number


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("007", 7), ("0", 0), ("2147483647", 2_147_483_647)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "-1", "+1", "1.0", " 1", "1e3", "\u00b2", "\u0661", "2147483648", "1" * 21, "1" * 5000],
)
def test_anything_else_is_none(text: str) -> None:
    assert whole_number(text) is None


def test_another_largest_number_can_be_given() -> None:
    assert (whole_number("999", 999), whole_number("1000", 999)) == (999, None)
