"""The command that says how often each label occurs in a project."""

from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Column, Table

from backend.interfaces.cli.options.prompt_names import version_argument
from backend.interfaces.cli.render.console import as_json, cell, notify, print_json, the_app, waiting_for
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.caveats import left_out_caveats
from backend.interfaces.presentation.json.trust import shares_json
from backend.interfaces.presentation.truth_basis import basis_caveats

if TYPE_CHECKING:
    from backend.services.analysis.shares import ShareEstimate


@click.command()
@version_argument
@as_json
def shares(version: str, json_wanted: bool) -> None:
    """Estimate how often each label occurs in the project, from all stored answers and the ground truths.

    \b
    ls-prompts shares sentiment@1
    ls-prompts shares sentiment@1 --json
    """
    with waiting_for("the shares"):
        estimate = the_app().shares(version)
    print_json(shares_json(estimate)) if json_wanted else Console().print(_table(estimate))
    _notify(estimate)


def _table(estimate: "ShareEstimate") -> Table:
    table = Table(Column("label", overflow="fold"), box=None, header_style="bold", pad_edge=False)
    for name in ("by the model", "estimated", "95 % interval", "ground truths"):
        table.add_column(name, justify="right")
    for share in estimate.shares:
        cells = (numbers.proportion(share.by_model), numbers.proportion(share.share), numbers.interval(share.interval))
        table.add_row(cell(share.label), *cells, numbers.count(share.truths))
    return table


def _notify(estimate: "ShareEstimate") -> None:
    """What the figures rest on."""
    answered = f"{numbers.count(estimate.answered)} of {numbers.things(estimate.tasks, 'task')}"
    rest = "" if estimate.answered >= estimate.tasks else "; of the other tasks they say nothing"
    truths = numbers.things(estimate.truths, "ground truth")
    notify(f"The shares are of the {answered} that {estimate.version} answered, corrected by {truths}{rest}.")
    if few := [share.label for share in estimate.shares if share.by_truths]:
        names = ", ".join(few[:10]) + (f" and {len(few) - 10} more" if len(few) > 10 else "")
        notify(f"From the ground truths alone, because fewer than 5 have the label or lack it: {names}.")
    for caveat in (*basis_caveats(estimate.basis, estimate.project), *left_out_caveats(estimate.left_out)):
        notify(in_commands(caveat))
