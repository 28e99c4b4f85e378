"""Commands that ask the model: try, run; and results, which lists what came of it."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from backend.domain.dataset.subset import Subset
from backend.interfaces.cli.options.prompt_names import version_argument
from backend.interfaces.cli.options.run_options import Execution, execution_options, run_options
from backend.interfaces.cli.options.task_selection import subset_options, truth_option
from backend.interfaces.cli.render.console import as_json, notify, print_json, printable, the_app, the_work, waiting_for
from backend.interfaces.cli.render.headline import notify_unanswered
from backend.interfaces.cli.render.progress import RunProgress
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.runs import run_json, started_json, task_results_json, try_json

if TYPE_CHECKING:
    from backend.app.work import WorkOperations
    from backend.services.analysis.results import TaskResult
    from backend.services.runs.options import RunOptions, RunResult

TEXT_SHOWN = 300


@click.command("try")
@version_argument
@click.option("--task", type=int, required=True, metavar="ID", help="Task to ask about.")
@as_json
def try_task(version: str, task: int, json_wanted: bool) -> None:
    """Ask the model about one task and show everything: messages, raw answer, verdict.

    \b
    ls-prompts try sentiment@1 --task 345
    """
    app = the_app()
    with waiting_for("the model to answer"):
        tried = app.try_task(version, task)
    if json_wanted:
        print_json(try_json(tried))
        return
    from backend.interfaces.cli.render.try_task import print_try

    print_try(tried)


@click.command()
@version_argument
@subset_options
@run_options
@execution_options
@as_json
def run(version: str, subset: Subset, options: "RunOptions", execution: Execution, json_wanted: bool) -> None:
    """Predict the tasks of a subset and push the predictions to Label Studio.

    \b
    ls-prompts run sentiment@1 --on sample --sample-size 50 --random 7
    ls-prompts run sentiment@1 --on all --background --budget 5 --processes 2
    ls-prompts run sentiment@1 --on all --batch
    """
    execution.check(options.budget)
    app, options = the_work(), replace(options, batch=execution.batch)
    app.divide_runs(execution.processes, execution.background)
    if execution.background:
        _start(app, version, subset, options, json_wanted)
        return
    with RunProgress(version, pushes=options.push) as bar:
        finished = app.run(version, subset, options, bar)
    _print(app, finished, json_wanted)


def _start(app: "WorkOperations", version: str, subset: Subset, options: "RunOptions", json_wanted: bool) -> None:
    with waiting_for("Label Studio"):
        started = app.run_in_background(version, subset, options, notify)
    print_json(started_json(started)) if json_wanted else click.echo(started.id)
    notify(f"`ls-prompts watch {started.id}` shows its progress.")


def _print(app: "WorkOperations", finished: "RunResult", json_wanted: bool) -> None:
    if json_wanted:
        print_json(run_json(finished))
        notify_unanswered(finished)
    elif finished.evaluation:
        from backend.interfaces.cli.render.evaluation import print_evaluation

        print_evaluation(finished, finished.evaluation, app.calibrated(finished.run.tag) is not None)
    else:
        from backend.interfaces.cli.render.run import print_finished

        print_finished(finished)


@click.command()
@version_argument
@click.option("--wrong", "kinds", flag_value="wrong", multiple=True, help="Answers that differ from the ground truth.")
@click.option("--rejected", "kinds", flag_value="rejected", multiple=True, help="Answers that can't be used.")
@click.option("--failed", "kinds", flag_value="failed", multiple=True, help="Tasks without an answer from the model.")
@click.option(
    "--missing", "kinds", flag_value="missing", multiple=True, help="Tasks that the model was not asked about yet."
)
@truth_option
@as_json
def results(version: str, kinds: tuple[str, ...], truth: str, json_wanted: bool) -> None:
    """List tasks with text, ground truth, answer, reason and link.

    \b
    ls-prompts results sentiment@1 --wrong
    ls-prompts results sentiment@1 --rejected --failed --json
    """
    with waiting_for("the results"):
        listed = the_app().results(version, kinds, truth)
    if json_wanted:
        print_json(task_results_json(listed))
        return
    for row in listed:
        click.secho(f"{row.task}  {row.link}", bold=True)
        for title, value in (("truth", row.truth), ("answer", _answer(row)), ("why", row.reason), ("text", row.text)):
            if value is not None:
                click.echo(f"  {title:<7} {_short(value)}")
    notify(numbers.things(len(listed), "task"))


def _answer(row: "TaskResult") -> str | None:
    by = f", by {row.model}" if row.model else ""
    return row.answer and f"{row.answer}  (confidence {numbers.proportion(row.confidence)}{by})"


def _short(text: str) -> str:
    """One line."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= TEXT_SHOWN else line[: TEXT_SHOWN - 1] + "…"
