"""Commands about a version's confidence: calibrate, threshold."""

from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from backend.domain.dataset.subset import Subset
from backend.interfaces.cli.options.prompt_names import version_argument
from backend.interfaces.cli.options.task_selection import truths_options
from backend.interfaces.cli.render.console import as_json, cell, notify, print_json, the_app
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.caveats import left_out_remarks
from backend.interfaces.presentation.json.trust import calibration_json, threshold_json

if TYPE_CHECKING:
    from backend.domain.calibration.fit import Calibration
    from backend.domain.calibration.reliability import Bin
    from backend.services.analysis.calibrate import CalibrationResult, MeasuredConfidence
    from backend.services.analysis.confidence_threshold import ConfidenceThreshold


@click.command()
@version_argument
@truths_options
@click.option("--remove", is_flag=True, help="Push confidences as they are again.")
@as_json
def calibrate(version: str, subset: Subset, remove: bool, json_wanted: bool) -> None:
    """Measure how far a version's confidence is from the truth; save what mends it, and use that for scores.

    \b
    ls-prompts calibrate sentiment@2
    ls-prompts calibrate sentiment@2 --remove
    """
    app = the_app()
    if remove:
        removed = app.uncalibrate(version)
        notify(_pushing(version) if removed else f"No calibration is saved with {version}.")
        return
    found = app.calibrate(version, subset)
    print_json(calibration_json(found)) if json_wanted else _print_calibration(found)
    for remark in left_out_remarks(found.left_out):
        notify(remark)


@click.command()
@version_argument
@click.option(
    "--accuracy",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    required=True,
    metavar="A",
    help="How often answers from the threshold on must be right.",
)
@truths_options
@as_json
def threshold(version: str, accuracy: float, subset: Subset, json_wanted: bool) -> None:
    """Find the smallest confidence that promises an accuracy, with 95 % confidence.

    \b
    ls-prompts threshold sentiment@2 --accuracy 0.97
    ls-prompts threshold sentiment@2 --accuracy 0.97 --json
    """
    found = the_app().confidence_threshold(version, accuracy, subset)
    print_json(threshold_json(found)) if json_wanted else _print_promise(found, subset)
    for remark in left_out_remarks(found.left_out):
        notify(remark)


def _print_promise(confidence_threshold: "ConfidenceThreshold", subset: Subset) -> None:
    found, tag = confidence_threshold.found, confidence_threshold.version
    if found.threshold is None:
        click.echo(f"No confidence of {tag} promises an accuracy of {found.target:g}. {found.reason}")
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("threshold", f"{found.threshold:.6g}", "confidence as the model gives it")
    table.add_row("score", f"{confidence_threshold.score:.6g}", "the same as it is pushed to Label Studio")
    right = f"{numbers.things(found.tasks, 'ground truth')} from there on, at least "
    table.add_row("accuracy", numbers.proportion(found.accuracy), f"{right}{numbers.proportion(found.accuracy_low)}")
    table.add_row("coverage", numbers.proportion(found.coverage), "of the tasks with a ground truth")
    Console().print(table)
    # --accuracy goes by all ground truths: of a part of them the threshold may be another.
    all_truths = subset == Subset("ground-truth")
    least = f"--accuracy {found.target:g}" if all_truths else f"--min-confidence {found.threshold!r}"
    notify(f"{found.method}. `ls-prompts annotate {tag} {least}` makes annotations of those.")


def _print_calibration(found: "CalibrationResult") -> None:
    console = Console()
    for control, measured in {"": found.joint, **found.controls}.items():
        console.print(cell(f"{found.version}, {control}" if control else found.version), style="bold")
        for title, one in (("confidence", measured.before), ("calibrated", measured.after)):
            if one is not None and one.tasks:
                console.print(_bins(title, one.bins))
        console.print(_summary(measured))
        click.echo(f"{_finding(measured.calibration)}\n")
    if found.saved:
        notify(f"Saved. {_pushing(found.version)}")
    elif found.removed:
        notify(f"The one saved before is removed. {_pushing(found.version)}")
    else:
        notify("Nothing was changed.")


def _bins(title: str, bins: "tuple[Bin, ...]") -> Table:
    table = Table(title, box=None, header_style="bold", pad_edge=False)
    for name in ("tasks", "mean", "accuracy", "95 % interval"):
        table.add_column(name, justify="right")
    for one in bins:
        shown = map(numbers.proportion, (one.confidence, one.accuracy))
        edges = f"{numbers.proportion(one.low)} to {numbers.proportion(one.high)}"
        table.add_row(edges, numbers.count(one.tasks), *shown, numbers.interval(one.accuracy_ci))
    return table


def _summary(found: "MeasuredConfidence") -> Table:
    table = Table("", box=None, header_style="bold", pad_edge=False)
    table.add_column("Brier score")
    table.add_column("ECE")
    for title, one in (("as it is", found.before), ("calibrated, on held-out folds", found.after)):
        if one is not None:
            table.add_row(title, _with(one.brier, one.brier_ci), _with(one.ece, one.ece_ci))
    return table


def _finding(found: "Calibration") -> str:
    calibrator = found.calibrator
    return found.reason or (f"Helps: {calibrator.to_json()['method']} calibration." if calibrator else "")


def _with(value: float | None, interval: "tuple[float, float] | None") -> str:
    return f"{numbers.proportion(value)}  {numbers.interval(interval)}"


def _pushing(tag: str) -> str:
    return f"`ls-prompts push {tag}` brings the scores in Label Studio up to date."
