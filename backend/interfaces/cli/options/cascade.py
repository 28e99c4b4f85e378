"""Options of cascades: the second model, the threshold, and the share of tasks that may differ."""

from dataclasses import dataclass

import click

from backend.domain.prompts.second_model import SecondModel
from backend.interfaces.cli.options.option_group import option_group
from backend.interfaces.cli.options.share import Share

AUTO = "auto"
DIFFERS = 0.03
"""The share of tasks that may differ by default."""

differs_option = click.option(
    "--differs",
    type=Share(between=True),
    default=DIFFERS,
    show_default=True,
    metavar="E",
    help="Share of all tasks on which the outcome may differ from SECOND's.",
)


def threshold_of(_context: click.Context, _option: click.Parameter, text: str | None) -> float | str | None:
    """A confidence, or `auto`."""
    if text is None or text == AUTO:
        return text
    try:
        confidence = float(text)
    except ValueError:
        confidence = 0.0
    if not 0 < confidence <= 1:
        raise click.BadParameter(f"'{text[:20]}' is not a confidence: give a number above 0, to 1, or auto.")
    return confidence


@dataclass(frozen=True, slots=True)
class CascadeRequest:
    """The second model that a user wants.

    second: with the threshold, if that is given
    differs: the share of tasks that may differ, from which the threshold is to be found; None where it is not
    """

    second: SecondModel
    differs: float | None = None


def _request(then: str | None, below: float | str | None, differs: float | None) -> CascadeRequest:
    if below == AUTO:
        return CascadeRequest(SecondModel(then), DIFFERS if differs is None else differs)
    if differs is not None:
        raise click.UsageError("--differs belongs to --below auto: leave it out.")
    return CascadeRequest(SecondModel(then, below=below if isinstance(below, float) else None))


cascade_options = option_group(
    "cascade",
    _request,
    (
        click.option(
            "--then", metavar="MODEL", help="Second model, asked where the first is unsure, unusable or failing."
        ),
        click.option(
            "--below",
            callback=threshold_of,
            metavar="C|auto",
            help="With --then: confidence (0 to 1) below which the second model is asked; auto finds it from answers.",
        ),
        click.option(
            "--differs",
            type=Share(between=True),
            metavar="E",
            help=f"With --below auto: share of all tasks that may differ from the second model's. [default: {DIFFERS}]",
        ),
    ),
)
"""Hands over `cascade`: a CascadeRequest."""
