"""Commands about a version's confidence: calibrate, threshold."""

from shlex import quote
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from backend.domain.calibration.threshold import Threshold
from backend.domain.dataset.subset import Subset
from backend.interfaces.cli.options.prompt_names import version_argument
from backend.interfaces.cli.options.share import Share
from backend.interfaces.cli.options.task_selection import truths_options
from backend.interfaces.cli.render.console import as_json, cell, notify, print_json, the_app, waiting_for
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.caveats import left_out_caveats
from backend.interfaces.presentation.json.trust import calibration_json, threshold_json
from backend.interfaces.presentation.truth_basis import basis_caveats

if TYPE_CHECKING:
    from backend.domain.calibration.fit import Calibration
    from backend.domain.calibration.reliability import Bin
    from backend.domain.calibration.wrong_share import WrongShare
    from backend.services.analysis.calibrate import CalibrationResult, MeasuredConfidence
    from backend.services.analysis.confidence_threshold import ConfidenceThreshold

WRONG = 0.05
"""The share of wrong answers that is allowed by default."""


@click.command()
@version_argument
@truths_options
@click.option("--remove", is_flag=True, help="Remove the calibration: push confidences as the model gives them.")
@as_json
def calibrate(version: str, subset: Subset, remove: bool, json_wanted: bool) -> None:
    """Measure how well a version's confidence matches its accuracy, and calibrate the scores where that helps.

    \b
    ls-prompts calibrate sentiment@2
    ls-prompts calibrate sentiment@2 --remove
    """
    app = the_app()
    if remove:
        removed = app.uncalibrate(version)
        if json_wanted:
            print_json({"version": version, "removed": removed})
        notify(_pushing(version) if removed else f"No calibration is saved with {version}.")
        return
    with waiting_for("the calibration"):
        result = app.calibrate(version, subset)
    print_json(calibration_json(result)) if json_wanted else _print_calibration(result)
    for caveat in (*basis_caveats(result.basis, result.project), *left_out_caveats(result.left_out)):
        notify(in_commands(caveat))


@click.command()
@version_argument
@click.option(
    "--accuracy",
    type=Share(between=True),
    metavar="A",
    help="Share of the answers above the threshold that must be right, like 0.97.",
)
@click.option(
    "--wrong",
    type=Share(between=True),
    metavar="E",
    help="Share of all tasks that may get a wrong answer from the threshold up, if people label the rest. "
    f"[default: {WRONG}]",
)
@truths_options
@as_json
def threshold(version: str, accuracy: float | None, wrong: float | None, subset: Subset, json_wanted: bool) -> None:
    """Find the lowest confidence at which answers can be used: few are wrong, or most are right, with 95 % confidence.

    \b
    ls-prompts threshold sentiment@2 --wrong 0.05
    ls-prompts threshold sentiment@2 --accuracy 0.97 --json
    """
    if accuracy is not None and wrong is not None:
        raise click.UsageError("--accuracy and --wrong are two guarantees: leave out one of them.")
    app = the_app()
    with waiting_for("the threshold"):
        if accuracy is None:
            result = app.wrong_share_threshold(version, WRONG if wrong is None else wrong, subset)
        else:
            result = app.confidence_threshold(version, accuracy, subset)
    print_json(threshold_json(result)) if json_wanted else _print(result, subset)
    if result.calibration_caveat:
        notify(result.calibration_caveat)
    for caveat in (*basis_caveats(result.basis, result.project), *left_out_caveats(result.left_out)):
        notify(in_commands(caveat))


def _print(result: "ConfidenceThreshold", subset: Subset) -> None:
    if isinstance(result.lowest, Threshold):
        _print_threshold(result, result.lowest, subset)
    else:
        _print_wrong_share(result, result.lowest)


def _print_wrong_share(result: "ConfidenceThreshold", lowest: "WrongShare") -> None:
    tag = result.version
    if lowest.threshold is None:
        click.echo(f"No confidence of {tag} guarantees that at most {lowest.target:g} are wrong. {lowest.reason}")
        return
    table = _head(lowest.threshold, result.score)
    tasks = numbers.things(lowest.tasks, "ground truth")
    most = f"of {tasks}; at most {numbers.proportion(lowest.share_high)} of all tasks"
    table.add_row("wrong", numbers.proportion(lowest.wrong / lowest.tasks), most)
    table.add_row("coverage", numbers.proportion(lowest.coverage), "of the tasks; people label the rest")
    table.add_row("accuracy", numbers.proportion(lowest.accuracy), "of the answers above it, not guaranteed")
    Console().print(table)
    least = f"--min-confidence {lowest.threshold!r}"
    notify(f"{lowest.method}. `ls-prompts annotate {quote(tag)} {least}` creates annotations from them.")


def _head(threshold: float, score: float | None) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("threshold", f"{threshold!r}", "confidence as the model gives it")
    table.add_row("score", f"{score:.6g}", "the same, as pushed to Label Studio")
    return table


def _print_threshold(result: "ConfidenceThreshold", lowest: Threshold, subset: Subset) -> None:
    tag = result.version
    if lowest.threshold is None:
        click.echo(f"No confidence of {tag} guarantees an accuracy of {lowest.target:g}. {lowest.reason}")
        return
    table = _head(lowest.threshold, result.score)
    right = f"{numbers.things(lowest.tasks, 'ground truth')} above it, at least "
    table.add_row("accuracy", numbers.proportion(lowest.accuracy), f"{right}{numbers.proportion(lowest.accuracy_low)}")
    table.add_row("coverage", numbers.proportion(lowest.coverage), "of the tasks with a ground truth")
    Console().print(table)
    # --accuracy goes by all ground truths: of a part of them the threshold may be another.
    all_truths = subset == Subset("ground-truth")
    least = f"--accuracy {lowest.target:g}" if all_truths else f"--min-confidence {lowest.threshold!r}"
    notify(f"{lowest.method}. `ls-prompts annotate {quote(tag)} {least}` creates annotations from them.")


def _print_calibration(result: "CalibrationResult") -> None:
    console = Console()
    for control, measured in {"": result.joint, **result.controls}.items():
        console.print(cell(f"{result.version}, {control}" if control else result.version), style="bold")
        for title, reliability in (("confidence", measured.before), ("calibrated", measured.after)):
            if reliability is not None and reliability.tasks:
                console.print(_bins(title, reliability.bins))
        if measured.before.tasks:
            console.print(_summary(measured))
        click.echo(f"{_finding(measured.calibration)}\n")
    if result.saved:
        notify(f"Saved. {_pushing(result.version)}")
    elif result.removed:
        notify(f"The calibration saved before is removed. {_pushing(result.version)}")
    else:
        notify("Nothing was changed.")


def _bins(title: str, bins: "tuple[Bin, ...]") -> Table:
    table = Table(title, box=None, header_style="bold", pad_edge=False)
    for name in ("tasks", "mean", "accuracy", "95 % interval"):
        table.add_column(name, justify="right")
    for group in bins:
        values = map(numbers.proportion, (group.confidence, group.accuracy))
        edges = f"{numbers.proportion(group.low)} to {numbers.proportion(group.high)}"
        table.add_row(edges, numbers.count(group.tasks), *values, numbers.interval(group.accuracy_ci))
    return table


def _summary(measured: "MeasuredConfidence") -> Table:
    table = Table("", box=None, header_style="bold", pad_edge=False)
    table.add_column("Brier score")
    table.add_column("ECE")
    for title, reliability in (("uncalibrated", measured.before), ("calibrated, held out", measured.after)):
        if reliability is not None:
            ece = f"{numbers.proportion(reliability.ece)}, {numbers.ece_by_chance(reliability)}"
            table.add_row(
                title, f"{numbers.proportion(reliability.brier)}  {numbers.interval(reliability.brier_ci)}", ece
            )
    return table


def _finding(calibration: "Calibration") -> str:
    calibrator = calibration.calibrator
    return calibration.reason or (f"Helps: {calibrator.to_json()['method']} calibration." if calibrator else "")


def _pushing(tag: str) -> str:
    return f"`ls-prompts push {quote(tag)}` brings the scores in Label Studio up to date."
