"""`value` of object tags, as Label Studio's front end reads it."""

from typing import Any

import pytest

from backend.domain.data_paths import MISSING
from backend.domain.labels.config import read_config
from backend.domain.labels.inputs.values import javascript_text, value_of
from backend.domain.labels.regions import to_result

DATA = {"text": "Hi", "a": {"b": 3}, "items": [{"x": "one"}, {"x": "two"}], "turns": [1, 2], "none": None}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("$text", "Hi"),
        ("$a.b", 3),
        ("$a", {"b": 3}),
        ("$items[1].x", "two"),
        ("$turns", [1, 2]),
        ("$gone", ""),
        ("$none", ""),
        ("Before $text after $gone.", "Before Hi after undefined"),
        ("$none, $turns: $a", "null, 1,2: [object Object]"),
        ("Q: $text, $a.b", "Q: Hi, 3"),
        ("always the same", "always the same"),
        ("", ""),
    ],
)
def test_a_value(template: str, expected: object) -> None:
    assert value_of(template, DATA) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((MISSING, "undefined"), (None, "null"), (True, "true"), (False, "false"), ("x", "x"), ("", "")),
        *((3, "3"), (3.0, "3"), (-2.5, "-2.5"), (-0.0, "0"), (0.1, "0.1"), (1234.5678, "1234.5678")),
        *((1e20, "100000000000000000000"), (1e21, "1e+21"), (1.5e300, "1.5e+300"), (0.000001, "0.000001")),
        *((1e-7, "1e-7"), (-1.25e-9, "-1.25e-9"), (12345678901234567890, "12345678901234567000"), (5e-324, "5e-324")),
        *((10**400, "Infinity"), (-(10**400), "-Infinity"), (float("-inf"), "-Infinity"), (float("nan"), "NaN")),
        *((["x", "y"], "x,y"), ([1.0, None, [2, ["z"]], True], "1,,2,z,true"), ([], ""), ({"a": 1}, "[object Object]")),
    ],
)
def test_a_value_within_a_sentence(value: Any, text: str) -> None:
    """The texts are what Node says."""
    assert javascript_text(value) == text


@pytest.mark.parametrize(
    ("data", "start"), [({}, 16), ({"a": None}, 11), ({"a": 3.0}, 8), ({"a": ["x", "y"]}, 10), ({"a": True}, 11)]
)
def test_spans_are_where_the_screen_shows_them(data: dict[str, Any], start: int) -> None:
    config = """<View><Text name="t" value="Q: $a B: $b"/>
    <Labels name="l" toName="t"><Label value="P"/></Labels></View>"""
    schema: Any = read_config(config)
    bound = schema.for_task({**data, "b": "Bob"})
    (region,) = to_result(bound.parse({"l": [{"label": "P", "text": "Bob", "before": ""}]}), bound)
    assert region["value"] == {"start": start, "end": start + 3, "text": "Bob", "labels": ["P"]}
