"""How an evaluation is shown to people."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from backend.domain.metrics.classification import Score
from backend.domain.metrics.evaluation import Evaluation
from backend.interfaces.cli.render.console import cell
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.cli.render.run import confusion_table, print_head, print_next, run_rows
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.caveats import caveats

if TYPE_CHECKING:
    from backend.services.runs.options import RunResult


def print_evaluation(finished: "RunResult", evaluation: Evaluation, calibrated: bool) -> None:
    """What matters first: a headline, the scores, what each label got, confusions; then confidence and the run's own
    figures, caveats, and what to do next."""
    console = Console()
    print_head(finished, console)
    _print_rows(_scores(finished, evaluation), console)
    if evaluation.score.per_label:
        console.print(_per_label(evaluation.score))
    for control, cells in evaluation.score.confusion.items():
        console.print(Text.assemble("\n", ("confusion: ", "bold"), cell(control)))
        console.print(confusion_table(cells))
    console.print("")
    _print_rows([*_confidence_rows(evaluation, calibrated), *run_rows(finished)], console)
    for caveat in caveats(evaluation, finished.subset):
        console.print(cell(in_commands(caveat)), soft_wrap=True)
    print_next(finished, console)


def _print_rows(rows: Sequence[tuple[str, str, str, str]], console: Console) -> None:
    table = Table("", "", "95 % interval", "", box=None, header_style="dim", pad_edge=False)
    for row in rows:
        table.add_row(*map(cell, row))
    console.print(table)
    console.print("")


def _scores(finished: "RunResult", evaluation: Evaluation) -> list[tuple[str, str, str, str]]:
    score, intervals, summary = evaluation.score, evaluation.intervals, finished.summary
    others = f"micro {numbers.proportion(score.f1_micro)}, weighted {numbers.proportion(score.f1_weighted)}"
    f1_macro = ("F1 macro", numbers.proportion(score.f1_macro), numbers.interval(intervals.f1_macro), others)
    outputs = f"{score.correct} of {numbers.things(score.outputs, 'output')}"
    usable = f"{numbers.things(summary.usable, 'usable answer')} for {numbers.things(summary.tasks, 'task')}"
    return [
        ("accuracy", numbers.proportion(score.accuracy), numbers.interval(intervals.accuracy), outputs),
        ("coverage", numbers.proportion(summary.coverage), numbers.interval(summary.coverage_ci), usable),
        *([f1_macro] if score.per_label else []),
        *(
            (f"{control}: {name}", numbers.measured(measure.value), numbers.measured_interval(measure.interval), "")
            for control, measures in evaluation.measures.items()
            for name, measure in measures.items()
        ),
    ]


def _confidence_rows(evaluation: Evaluation, calibrated: bool) -> list[tuple[str, str, str, str]]:
    reliability = evaluation.reliability
    pushed = "pushed scores are calibrated" if calibrated else "pushed as it is"
    return [
        (
            "ECE",
            numbers.proportion(reliability.ece),
            "",
            f"of the model's confidence, {pushed}; {numbers.ece_by_chance(reliability)}",
        ),
        ("Brier", numbers.proportion(reliability.brier), numbers.interval(reliability.brier_ci), ""),
    ]


def _per_label(score: Score) -> Table:
    table = Table(Column("label", overflow="fold"), box=None, header_style="bold", pad_edge=False)
    for name in ("precision", "recall", "F1", "support"):
        table.add_column(name, justify="right")
    for label, label_score in score.per_label.items():
        shares = map(numbers.proportion, (label_score.precision, label_score.recall, label_score.f1))
        table.add_row(cell(label), *shares, numbers.count(label_score.support))
    return table
