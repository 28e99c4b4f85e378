"""Options of cascades: the share of tasks that may differ, and the threshold."""

import click

AUTO = "auto"
DIFFERS = 0.03
"""The share of tasks that may differ by default."""

differs_option = click.option(
    "--differs",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
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
