"""`value` of object tags, as Label Studio's front end reads it."""

import pytest

from backend.domain.labels.inputs.values import value_of

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
        ("Before $text after $gone.", "Before Hi after "),
        ("Q: $text, $a.b", "Q: Hi, 3"),
        ("always the same", "always the same"),
        ("", ""),
    ],
)
def test_a_value(template: str, expected: object) -> None:
    assert value_of(template, DATA) == expected
