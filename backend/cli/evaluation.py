"""Commands that judge versions: evaluate."""

from typing import TYPE_CHECKING

import click

from backend.cli.common import as_json, print_json, the_app
from backend.cli.ending import ending_options
from backend.cli.progress import Bar
from backend.cli.subset import split_option, truth_option
from backend.cli.tables import evaluation_json, print_finished
from backend.core.subsets import Subset

if TYPE_CHECKING:
    from backend.core.splits import Split
    from backend.flows.runs import Ending


@click.command()
@click.argument("version")
@truth_option
@split_option
@click.option("--leave-one-out", is_flag=True, help="Judge examples of the version too, each shown the others only.")
@ending_options
@as_json
def evaluate(
    version: str, truth: str, split: "Split | None", leave_one_out: bool, ending: "Ending", json_wanted: bool
) -> None:
    """Score a version against the project's ground truths.

    \b
    ls-prompts evaluate sentiment@1
    ls-prompts evaluate sentiment@1 --truth any --json
    ls-prompts evaluate sentiment@1 --split dev:0.5
    """
    app, subset = the_app(), Subset("ground-truth", truth=truth, split=split, leave_one_out=leave_one_out)
    with Bar(version, pushes=ending.push) as bar:
        finished = app.run(version, subset, ending, bar)
    print_json(evaluation_json(finished)) if json_wanted else print_finished(finished)


COMMANDS = (evaluate,)
