import pytest

from backend.domain.whole_number import whole_number


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("007", 7), ("0", 0), ("2147483647", 2_147_483_647)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", " 1", "1e3", "\u00b2", "\u0661", "1" * 11, "1" * 5000, "nan"])
def test_anything_else_is_none(text: str) -> None:
    assert whole_number(text) is None


def test_the_number_of_digits_is_limited() -> None:
    assert (whole_number("123", 3), whole_number("1234", 3)) == (123, None)
