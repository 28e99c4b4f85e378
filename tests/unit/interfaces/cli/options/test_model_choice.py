"""The options that say which models a version asks, and how, as one argument of a command."""

from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from backend.domain.prompts.confidence_option import SWAP
from backend.domain.prompts.second_model import NONE, SecondModel
from backend.errors import PromptError
from backend.interfaces.cli.options.cascade import CascadeRequest
from backend.interfaces.cli.options.model_choice import ModelChoice, model_options, parameter_options


def invoked(*argv: str) -> tuple[Result, list[ModelChoice]]:
    found: list[ModelChoice] = []

    @click.command()
    @model_options
    def command(model_choice: ModelChoice) -> None:
        found.append(model_choice)

    return CliRunner().invoke(command, argv), found


def test_nothing_given_is_nothing() -> None:
    assert invoked()[1] == [ModelChoice(None, CascadeRequest(NONE), {}, None)]


def test_all_that_is_given_is_handed_over_together() -> None:
    argv = ("--model", "cheap", "--then", "dear", "--below", "0.8", "--seed", "7", "--confidence", "samples:3")
    asked = CascadeRequest(SecondModel("dear", below=0.8))
    assert invoked(*argv)[1] == [ModelChoice("cheap", asked, {"seed": 7}, "samples:3")]
    assert [found.confidence for found in invoked("--swap")[1]] == [SWAP]


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        (("--swap", "--confidence", "none"), "leave --confidence out"),
        (("--differs", "0.1"), "--differs belongs to --below auto"),
    ],
)
def test_what_does_not_go_together_is_refused(argv: tuple[str, ...], why: str) -> None:
    result, found = invoked(*argv)
    assert (result.exit_code, found) == (2, [])
    assert why in result.output


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
