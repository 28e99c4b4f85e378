"""Options that say which models a version asks, and how: parameters, and the source of confidence.

Options for the parameters that a model is asked with.
"""

import json
from dataclasses import dataclass
from typing import Any

import click

from backend.domain.prompts.confidence_option import SWAP
from backend.errors import PromptError
from backend.interfaces.cli.options.cascade import CascadeRequest, cascade_options
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


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """None for what is not given.

    model: the first one that is asked
    cascade: the second one
    parameters: name -> value
    confidence: its source
    """

    model: str | None
    cascade: CascadeRequest
    parameters: dict[str, Any]
    confidence: str | None


def _source(confidence: str | None, swap: bool) -> str | None:
    if swap and confidence is not None:
        raise click.UsageError("--swap has a source of confidence of its own, both orders: leave --confidence out.")
    return SWAP if swap else confidence


confidence_options = option_group(
    "confidence",
    _source,
    (
        click.option(
            "--confidence",
            metavar="auto|samples:K|none",
            help="Source of confidence: log-probabilities (auto, default), agreement of K answers (2 to 20), or none.",
        ),
        click.option(
            "--swap",
            is_flag=True,
            help="Ask in both orders of a <Pairwise>, in two requests; answers that depend on the order are not used.",
        ),
    ),
)
"""Hands over `confidence`: its source."""

model_options = option_group(
    "model_choice",
    ModelChoice,
    (
        click.option("--model", help="Model to ask. Default: the model in FILE, else OPENAI_MODEL."),
        cascade_options,
        parameter_options,
        confidence_options,
    ),
)
"""Hands over `model_choice`: a ModelChoice."""
