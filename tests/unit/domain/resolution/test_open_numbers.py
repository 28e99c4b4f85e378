"""A number's ending counts where the number could go on."""

from typing import Any

import pytest

from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.resolution.resolve import resolve
from tests.scripted import some, tokens

TEXT = '<Text name="text" value="$text"/>'


def schema(inside: str) -> LabelSchema:
    return read_config(f"<View>{TEXT}{inside}</View>")


def sure(asked: LabelSchema, number: str) -> float:
    """The confidence in a number whose token has 0.5, and what ends it 0.25."""
    said: Any = tokens(('{"n": ', 1.0), (number, 0.5), ("}", 0.25))
    found = some(resolve(1, [[said]], asked, lambda *_: lambda *_: None))
    return some(found.confidence)


@pytest.mark.parametrize(
    ("most", "number", "expected"),
    [(5, "1", 0.5), (9, "9", 0.5), (10, "1", 0.125), (10, "2", 0.5), (10, "10", 0.5), (100, "9", 0.125)],
)
def test_one_star_is_told_from_ten(most: int, number: str, expected: float) -> None:
    rating = schema(f'<Rating name="n" toName="text" maxRating="{most}"/>')
    assert sure(rating, number) == pytest.approx(expected)


def test_a_number_without_an_end_is_told_by_what_follows() -> None:
    assert sure(schema('<Number name="n" toName="text"/>'), "-2.5") == pytest.approx(0.125)


def test_labels_are_as_before() -> None:
    said = tokens(('{"n": "', 1.0), ('A"', 0.5), ("}", 0.25))
    found = some(
        resolve(
            1,
            [[said]],
            schema('<Choices name="n" toName="text"><Choice value="A"/><Choice value="B"/></Choices>'),
            lambda *_: lambda *_: None,
        )
    )
    assert found.confidence == pytest.approx(0.5)
