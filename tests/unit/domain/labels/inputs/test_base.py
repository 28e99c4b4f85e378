"""Offsets as the screen reads them."""

import pytest

from backend.domain.labels.inputs.base import offset_of, within


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (9, 9),
        (9.0, 9),
        ("9", 9),
        ("9.0", 9),
        (-3, -3),
        (9.5, None),
        ("x", None),
        (None, None),
        (True, None),
        ([9], None),
    ],
)
def test_a_number(value: object, expected: int | None) -> None:
    assert offset_of(value) == expected


def test_a_number_that_is_none() -> None:
    assert offset_of(float("nan")) is None
    assert offset_of(float("inf")) is None
    assert offset_of("9" * 400) is None
    assert offset_of(10**400) is None


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(1, 3, (1, 3)), (-2, 3, (0, 3)), (1, 99, (1, 5)), (3, 3, None), (4, 2, None), (7, 9, None), (None, 3, None)],
)
def test_what_lies_within(start: int | None, end: int | None, expected: object) -> None:
    assert within(start, end, 5) == expected
