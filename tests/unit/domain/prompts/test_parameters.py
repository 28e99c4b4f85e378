"""Parameters of the provider's API: typed wrong they are refused, not sent."""

import json
from typing import Any

import pytest

from backend.domain.prompts.parameters import CHECKS, FIXED_PARAMETERS, check_parameters
from backend.errors import PromptError


@pytest.mark.parametrize("name", FIXED_PARAMETERS)
def test_what_the_engine_sets_no_version_may(name: Any) -> None:
    with pytest.raises(PromptError, match=name):
        check_parameters({name: 1})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}, b"x"])
def test_parameters_are_json(value: Any) -> None:
    with pytest.raises(PromptError, match="temperature"):
        check_parameters({"temperature": value})


def test_parameters_as_providers_name_them_are_taken() -> None:
    taken = {"temperature": 0, "seed": 1, "max_tokens": 5, "stop": ["a"], "reasoning": {"effort": "low"}}
    check_parameters(taken)
    for name in taken.keys() & CHECKS.keys():
        with pytest.raises(PromptError, match=name):
            check_parameters({**taken, name: {}})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", "warm"),
        ("temperature", "0"),
        ("temperature", -0.1),
        ("temperature", 2.1),
        ("temperature", True),
        ("top_p", 1.5),
        ("top_p", [1]),
        ("seed", 1.5),
        ("seed", "1"),
        ("max_tokens", -5),
        ("max_tokens", 0),
        ("max_tokens", 10.0),
        ("max_completion_tokens", False),
        ("frequency_penalty", 3),
        ("presence_penalty", "x" * 100),
        ("stop", 1),
        ("stop", ["a", 1]),
        ("reasoning_effort", 3),
    ],
)
def test_well_known_parameters_have_a_type_and_a_range(name: str, value: object) -> None:
    with pytest.raises(PromptError, match=f"The parameter '{name}' cannot be .*: use a ") as error:
        check_parameters({name: value})
    assert json.dumps(value)[:40] in str(error.value)
    assert len(str(error.value)) < 130


def test_what_is_within_its_range_is_taken() -> None:
    check_parameters(
        {"temperature": 2, "top_p": 0, "seed": -1, "max_tokens": 1, "stop": "\n", "reasoning_effort": "low"}
    )
    assert set(CHECKS).isdisjoint(FIXED_PARAMETERS)
