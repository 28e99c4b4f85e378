"""Commands that judge versions: evaluate, compare."""

from typing import TYPE_CHECKING

import click

from backend.domain.dataset.subset import Subset
from backend.interfaces.cli.options.quality_gate import QualityGateOptions, end_by, gate_options
from backend.interfaces.cli.options.run_options import ending_options
from backend.interfaces.cli.options.task_selection import some_truths_options, truths_options
from backend.interfaces.cli.render.comparison import comparison_json, print_comparison
from backend.interfaces.cli.render.console import as_json, print_json, the_app
from backend.interfaces.cli.render.evaluation import evaluation_json, print_evaluation
from backend.interfaces.cli.render.progress import RunProgress
from backend.interfaces.cli.render.run import notify_unanswered

if TYPE_CHECKING:
    from backend.services.runs.options import RunOptions


@click.command()
@click.argument("version")
@some_truths_options
@ending_options
@gate_options
@as_json
def evaluate(version: str, subset: Subset, ending: "RunOptions", gate: QualityGateOptions, json_wanted: bool) -> None:
    """Score a version against the project's ground truths. As a gate it ends with 3 when the version is below the bar.

    \b
    ls-prompts evaluate sentiment@1 --truth any --json
    ls-prompts evaluate sentiment@1 --split dev:0.5
    ls-prompts evaluate sentiment@2 --vs sentiment@1 --fail-under 0.85 --strict --junit junit.xml
    """
    if gate.vs and subset.kind != "ground-truth":
        raise click.UsageError("--vs compares on all ground truths: leave out --on sample.")
    app = the_app()
    ending = app.evaluating(ending)
    if gate.vs:
        app.version(gate.vs)  # one that is not there is told of before anything is paid
    with RunProgress(version, pushes=ending.push) as bar:
        finished = app.run(version, subset, ending, bar)
    compared = app.compare([gate.vs, finished.run.tag], subset) if gate.vs else None
    checks = list(gate.checks(finished, compared))
    gate.write(finished, checks)
    if json_wanted:
        versus = {"vs": comparison_json(compared)} if compared else {}
        checked = {"checks": checks} if checks else {}
        print_json({**evaluation_json(finished, app.calibrated(version) is not None), **versus, **checked})
        notify_unanswered(finished)
    else:
        print_evaluation(finished, app.calibrated(version) is not None)
        if compared:
            print_comparison(compared)
    end_by(checks)


@click.command()
@click.argument("versions", nargs=-1, required=True, metavar="VERSION...")
@truths_options
@as_json
def compare(versions: tuple[str, ...], subset: Subset, json_wanted: bool) -> None:
    """Compare versions on the same ground truths, from what is stored: nothing is asked.

    \b
    ls-prompts compare sentiment@1 sentiment@2
    ls-prompts compare sentiment@1 sentiment@2 sentiment@3 --split test:0.5 --json
    """
    if len(versions) < 2:
        raise click.UsageError("A comparison takes two versions or more, like sentiment@1 sentiment@2.")
    compared = the_app().compare(versions, subset)
    print_json(comparison_json(compared)) if json_wanted else print_comparison(compared)


COMMANDS = (evaluate, compare)
