"""Commands that judge versions: evaluate, compare."""

from typing import TYPE_CHECKING

import click

from backend.domain.dataset.subset import Subset
from backend.errors import NoTruthsError
from backend.interfaces.cli.options.prompt_names import complete_versions, version_argument
from backend.interfaces.cli.options.quality_gate import QualityGateOptions, end_by, gate_options
from backend.interfaces.cli.options.run_options import run_options
from backend.interfaces.cli.options.task_selection import some_truths_options, truths_options
from backend.interfaces.cli.render.comparison import print_comparison
from backend.interfaces.cli.render.console import as_json, notify, print_json, the_app, waiting_for
from backend.interfaces.cli.render.evaluation import print_evaluation
from backend.interfaces.cli.render.headline import notify_unanswered
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.cli.render.progress import RunProgress
from backend.interfaces.presentation.json.evaluation import comparison_json, evaluation_json
from backend.interfaces.presentation.json.trust import drawn_accuracy_json
from backend.interfaces.presentation.truth_basis import comparison_basis_caveats, drawn_accuracy_caveats

if TYPE_CHECKING:
    from backend.app import App
    from backend.domain.metrics.evaluation import Evaluation
    from backend.services.runs.options import RunOptions, RunResult


@click.command()
@version_argument
@some_truths_options
@run_options
@gate_options
@as_json
def evaluate(version: str, subset: Subset, options: "RunOptions", gate: QualityGateOptions, json_wanted: bool) -> None:
    """Score a version against the project's ground truths. With --vs or --fail-under, exit with 3 if it fails.

    \b
    ls-prompts evaluate sentiment@1 --truth any --json
    ls-prompts evaluate sentiment@1 --split dev:0.5
    ls-prompts evaluate sentiment@2 --vs sentiment@1 --fail-under 0.85 --strict --junit junit.xml
    """
    if gate.vs and subset.kind != "ground-truth":
        raise click.UsageError("--vs compares on all ground truths: leave out --on sample.")
    app = the_app()
    finished = _finished(app, version, subset, app.evaluating(options), gate.vs)
    evaluation, calibrated = _evaluation(finished), app.calibrated(version) is not None
    with waiting_for("the comparison"):
        compared = app.compare([gate.vs, finished.run.tag], subset) if gate.vs else None
    checks = list(gate.checks(evaluation, compared))
    basis = app.drawn_accuracy(finished)
    gate.write(finished, evaluation, checks)
    if json_wanted:
        ground_truths = {"ground_truths": drawn_accuracy_json(basis)}
        print_json(evaluation_json(finished, evaluation, calibrated, compared, checks) | ground_truths)
        notify_unanswered(finished)
    else:
        print_evaluation(finished, evaluation, calibrated)
        if compared:
            print_comparison(compared)
    for caveat in drawn_accuracy_caveats(basis, finished.run.project):
        notify(in_commands(caveat))
    end_by(checks)


def _finished(app: "App", version: str, subset: Subset, options: "RunOptions", against: str | None) -> "RunResult":
    """A missing version to compare with (`against`) is an error before anything is paid."""
    if against:
        app.version(against)
    with RunProgress(version, pushes=options.push) as bar:
        return app.run(version, subset, options, bar)


def _evaluation(finished: "RunResult") -> "Evaluation":
    if finished.evaluation is None:
        raise NoTruthsError(f"Run {finished.run.id} has no ground truths: mark some in Label Studio.")
    return finished.evaluation


@click.command()
@click.argument("versions", nargs=-1, required=True, metavar="VERSION...", shell_complete=complete_versions)
@truths_options
@as_json
def compare(versions: tuple[str, ...], subset: Subset, json_wanted: bool) -> None:
    """Compare versions on the same ground truths, with stored answers: the model is not asked.

    \b
    ls-prompts compare sentiment@1 sentiment@2
    ls-prompts compare sentiment@1 sentiment@2 sentiment@3 --split test:0.5 --json
    """
    if len(versions) < 2:
        raise click.UsageError("A comparison takes two versions or more, like sentiment@1 sentiment@2.")
    with waiting_for("the comparison"):
        compared = the_app().compare(versions, subset)
    print_json(comparison_json(compared)) if json_wanted else print_comparison(compared)
    for caveat in comparison_basis_caveats(compared):
        notify(in_commands(caveat))
