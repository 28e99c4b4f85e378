"""Equal answers that look different, and different ones that look equal."""

from typing import Any

import pytest

from backend.domain.answer import Answer
from backend.domain.labels.config import read_config
from backend.domain.labels.equal_answers import distinct, texts_of
from backend.domain.labels.schema import LabelSchema

LONG = "x" * 61 + " and its end"


def _pair(control: str, data: dict[str, str], *values: Any) -> tuple[LabelSchema, Answer, Answer]:
    """A schema and the two answers that hold these values of control `c`."""
    schema = read_config(f'<View><Text name="t" value="$t"/><Image name="i" value="$i"/>{control}</View>').for_task(
        data
    )
    assert isinstance(schema, LabelSchema)
    first, second = (schema.parse({"c": value}) for value in values)
    assert isinstance(first, dict), first
    assert isinstance(second, dict), second
    return schema, first, second


def _box(left: int) -> list[dict[str, Any]]:
    return [{"label": "cat", "x_min": left, "y_min": 100, "x_max": 500, "y_max": 500}]


def _span(text: str) -> list[dict[str, str]]:
    return [{"label": "P", "text": text, "before": ""}]


DIFFERENT_LOOKS = (
    _pair(
        '<Taxonomy name="c" toName="t"><Choice value="A"/><Choice value="B"/><Choice value="C"/></Taxonomy>',
        {"t": "text"},
        ["A", "B"],
        ["B", "A"],
    ),
    _pair(
        '<RectangleLabels name="c" toName="i"><Label value="cat"/></RectangleLabels>', {"i": "u"}, _box(100), _box(103)
    ),
    _pair('<TextArea name="c" toName="t"/>', {"t": "text"}, ["cafe\u0301 bar"], ["caf\u00e9  bar"]),
)
"""(schema, answer, answer): labels in another order, a box moved a little, the same text in another form."""

EQUAL_LOOKS = _pair(
    '<Labels name="c" toName="t"><Label value="P"/></Labels>', {"t": LONG}, _span(LONG), _span(LONG[:-4])
)
"""Spans that differ after the characters that are shown."""


@pytest.mark.parametrize("pair", DIFFERENT_LOOKS, ids=["order", "box", "spaces"])
def test_equal_answers_have_the_text_of_the_first(pair: Any) -> None:
    schema, first, second = pair
    assert schema.show(first) != schema.show(second)
    assert texts_of([first, second], schema) == [schema.show(first)] * 2
    assert distinct([second, first, second], schema) == [second]


def test_different_answers_have_different_texts() -> None:
    schema, first, second = EQUAL_LOOKS
    assert schema.show(first) == schema.show(second)
    assert texts_of([first, second, first], schema) == [
        schema.show(first),
        f"{schema.show(first)} (2)",
        schema.show(first),
    ]
    assert distinct([first, second], schema) == [first, second]
