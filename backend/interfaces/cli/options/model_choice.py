"""Options that say which models a version asks, and how: parameters, and the source of confidence."""

from dataclasses import dataclass
from typing import Any

import click

from backend.domain.prompts.confidence_option import SWAP
from backend.interfaces.cli.options.cascade import CascadeRequest, cascade_options
from backend.interfaces.cli.options.model_parameters import parameter_options
from backend.interfaces.cli.options.option_group import option_group


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
    "asked",
    ModelChoice,
    (
        click.option("--model", help="Model to ask. Default: the model in FILE, else OPENAI_MODEL."),
        cascade_options,
        parameter_options,
        confidence_options,
    ),
)
"""Hands over `asked`: a ModelChoice."""
