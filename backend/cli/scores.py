"""How an evaluation is shown: as JSON for scripts, as tables for people."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from backend.cli import numbers
from backend.cli.common import cell
from backend.cli.failures import print_unanswered
from backend.cli.remarks import remarks
from backend.cli.tables import confusion_table, print_title, run_json, run_rows
from backend.core.evaluation import Evaluation
from backend.core.scoring import Score
from backend.core.subsets import read_subset

if TYPE_CHECKING:
    from backend.flows.runs import Finished


def evaluation_json(finished: "Finished", calibrated: bool) -> dict[str, Any]:
    """The names here are relied on by scripts."""
    found, subset = _evaluation(finished), read_subset(finished.run.subset)
    scores = asdict(found.score)
    del scores["outputs"]
    return {
        **run_json(finished),
        **scores,
        "coverage_ci": finished.summary.coverage_ci,
        "accuracy_ci": found.intervals.accuracy,
        "f1_macro_ci": found.intervals.f1_macro,
        "f1_micro_ci": found.intervals.f1_micro,
        "f1_weighted_ci": found.intervals.f1_weighted,
        "confidence": {**_confidence(found), "calibrated": calibrated},
        "tasks_needed": found.tasks_needed,
        "split": str(subset.split) if subset.split else None,
        "left_out": asdict(found.left_out),
        "reasons": found.reasons,
        "remarks": remarks(found, subset),
    }


def _evaluation(finished: "Finished") -> Evaluation:
    assert finished.evaluation is not None
    return finished.evaluation


def _confidence(found: Evaluation) -> dict[str, Any]:
    known = asdict(found.reliability)
    return {name: known[name] for name in ("tasks", "brier", "brier_ci", "ece", "ece_ci")}


def print_evaluation(finished: "Finished", calibrated: bool) -> None:
    found, console = _evaluation(finished), Console()
    print_unanswered(finished, console)
    print_title(finished, console)
    table = Table("", "", "95 % interval", "", box=None, header_style="dim", pad_edge=False)
    for row in [*_rows(finished, found, calibrated), *run_rows(finished)]:
        table.add_row(*row)
    console.print(table)
    console.print(_per_label(found.score))
    for control, cells in found.score.confusion.items():
        console.print(Text.assemble("\n", ("confusion: ", "bold"), cell(control)))
        console.print(confusion_table(cells))
    console.print("")
    for remark in remarks(found, read_subset(finished.run.subset)):
        console.print(cell(remark), soft_wrap=True)


def _rows(finished: "Finished", found: Evaluation, calibrated: bool) -> list[tuple[str, str, str, str]]:
    score, intervals, sure, summary = found.score, found.intervals, found.reliability, finished.summary
    outputs = f"{score.correct} of {numbers.things(score.outputs, 'output')}"
    usable = f"{numbers.things(summary.usable, 'usable answer')} for {numbers.things(summary.tasks, 'task')}"
    others = f"micro {numbers.proportion(score.f1_micro)}, weighted {numbers.proportion(score.f1_weighted)}"
    pushed = "pushed scores are calibrated" if calibrated else "pushed as it is"
    return [
        ("accuracy", numbers.proportion(score.accuracy), numbers.interval(intervals.accuracy), outputs),
        ("coverage", numbers.proportion(summary.coverage), numbers.interval(summary.coverage_ci), usable),
        ("F1 macro", numbers.proportion(score.f1_macro), numbers.interval(intervals.f1_macro), others),
        ("ECE", numbers.proportion(sure.ece), numbers.interval(sure.ece_ci), f"of the model's confidence, {pushed}"),
        ("Brier", numbers.proportion(sure.brier), numbers.interval(sure.brier_ci), ""),
    ]


def _per_label(score: Score) -> Table:
    table = Table("label", box=None, header_style="bold", pad_edge=False)
    for name in ("precision", "recall", "F1", "support"):
        table.add_column(name, justify="right")
    for label, found in score.per_label.items():
        shares = map(numbers.proportion, (found.precision, found.recall, found.f1))
        table.add_row(cell(label), *shares, numbers.count(found.support))
    return table
