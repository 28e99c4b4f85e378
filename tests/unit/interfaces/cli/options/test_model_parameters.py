"""The options for parameters: what is given, as JSON or as text."""

from typing import Any

import click
import pytest
from click.testing import CliRunner

from backend.errors import PromptError
from backend.interfaces.cli.options.model_parameters import parameter_options


def given(*argv: str) -> dict[str, Any]:
    found: dict[str, Any] = {}

    @click.command()
    @parameter_options
    def command(parameters: dict[str, Any]) -> None:
        found.update(parameters)

    CliRunner().invoke(command, argv, catch_exceptions=False)
    return found


def test_what_is_left_out_is_no_parameter() -> None:
    assert given() == {}
    assert given("--temperature", "0", "--max-tokens", "7") == {"temperature": 0.0, "max_tokens": 7}


def test_others_are_json_or_else_text() -> None:
    assert given("--param", "top_p=0.9", "--param", 'stop=["a"]', "--param", "reasoning_effort=low=x") == {
        "top_p": 0.9,
        "stop": ["a"],
        "reasoning_effort": "low=x",
    }
    assert given("--seed", "1", "--param", "seed=2") == {"seed": 2}


@pytest.mark.parametrize("item", ["top_p", "=0.9", " =1"])
def test_what_has_no_name_or_value_is_refused(item: str) -> None:
    with pytest.raises(PromptError, match="write NAME=VALUE"):
        given("--param", item)
