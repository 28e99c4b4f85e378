"""Options for the parameters that a model is asked with."""

import json
from typing import Any

import click

from backend.errors import PromptError
from backend.interfaces.cli.options.option_group import option_group


def _parameters(
    temperature: float | None, seed: int | None, max_tokens: int | None, params: tuple[str, ...]
) -> dict[str, Any]:
    named = {"temperature": temperature, "seed": seed, "max_tokens": max_tokens}
    return {name: value for name, value in named.items() if value is not None} | dict(map(_pair, params))


def _pair(item: str) -> tuple[str, Any]:
    """Of `NAME=JSON`; a value that is not JSON is taken as text."""
    name, equals, value = item.partition("=")
    if not equals or not name.strip():
        raise PromptError(f"'{item[:40]}' is not a parameter: write NAME=VALUE, like top_p=0.9.")
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value


parameter_options = option_group(
    "parameters",
    _parameters,
    (
        click.option("--temperature", type=float, help="How random answers are, from 0 to 2. Default: 0."),
        click.option(
            "--seed",
            type=int,
            help="Whole number that makes answers repeatable where the server supports it. Default: none.",
        ),
        click.option(
            "--max-tokens", type=int, help="Longest answer in tokens, at least 1. Default: the provider's limit."
        ),
        click.option(
            "--param",
            "params",
            multiple=True,
            metavar="NAME=JSON",
            help="Any other parameter of the provider's API, like top_k=20.",
        ),
    ),
)
"""Hands over `parameters`: name -> value, of those that are given."""
