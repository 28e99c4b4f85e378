"""Commands that ask the model: try, evaluate, run; and results, which lists what came of it."""

from typing import TYPE_CHECKING

import click

from backend.cli import numbers
from backend.cli.common import as_json, print_json, printable, tell, the_app
from backend.cli.progress import Bar
from backend.cli.report import evaluation_json, print_finished, run_json
from backend.cli.subset import split_option, subset_options
from backend.cli.trial import print_trial, trial_json
from backend.core.subsets import Subset
from backend.core.truths import KINDS as TRUTHS

if TYPE_CHECKING:
    from backend.core.splits import Split
    from backend.flows.results import Result
    from backend.flows.runs import Ending

TEXT_SHOWN = 300

truth_option = click.option(
    "--truth",
    type=click.Choice(TRUTHS),
    default="ground-truth",
    show_default=True,
    help="Annotations taken as truth: those marked ground truth, or the latest submitted of each task.",
)
no_push = click.option("--no-push", is_flag=True, help="Leave Label Studio's predictions alone.")
budget_option = click.option(
    "--budget", type=float, metavar="USD", help="Stop before it may cost more. Answers are then cut at 4,096 tokens."
)
keep_older = click.option("--keep", is_flag=True, help="Keep older versions' predictions beside the new ones.")


@click.command("try")
@click.argument("version")
@click.option("--task", type=int, required=True, metavar="ID")
@as_json
def try_task(version: str, task: int, json_wanted: bool) -> None:
    """Ask about one task and show everything: messages, raw answer, verdict.

    \b
    ls-prompts try sentiment@1 --task 345
    """
    app = the_app()
    trial = app.try_task(version, task)
    print_json(trial_json(trial)) if json_wanted else print_trial(trial)


@click.command()
@click.argument("version")
@truth_option
@split_option
@no_push
@keep_older
@budget_option
@as_json
def evaluate(
    version: str,
    truth: str,
    split: "Split | None",
    no_push: bool,
    keep: bool,
    json_wanted: bool,
    budget: float | None,
) -> None:
    """Score a version against the project's ground truths.

    \b
    ls-prompts evaluate sentiment@1
    ls-prompts evaluate sentiment@1 --truth any --json
    ls-prompts evaluate sentiment@1 --split dev:0.5
    """
    app, subset = the_app(), Subset("ground-truth", truth=truth, split=split)
    with Bar(version, pushes=not no_push) as bar:
        finished = app.run(version, subset, _ending(no_push, keep, budget), bar)
    print_json(evaluation_json(finished)) if json_wanted else print_finished(finished)


@click.command()
@click.argument("version")
@subset_options
@no_push
@keep_older
@budget_option
@click.option(
    "--background", is_flag=True, help="Print the run's id and return; a worker or a process of its own runs it."
)
@click.option("--batch", is_flag=True, help="Use the provider's batch endpoint: half the price, within 24 hours.")
@as_json
def run(
    version: str,
    subset: Subset,
    no_push: bool,
    keep: bool,
    background: bool,
    batch: bool,
    json_wanted: bool,
    budget: float | None,
) -> None:
    """Predict the tasks of a subset and push the predictions to Label Studio.

    \b
    ls-prompts run sentiment@1 --on sample --sample-size 50 --random 7
    ls-prompts run sentiment@1 --on all --background --budget 5
    ls-prompts run sentiment@1 --on all --batch
    """
    if batch and budget is not None:
        raise click.UsageError("A batch keeps no budget: leave out --batch or --budget.")
    app, ending = the_app(), _ending(no_push, keep, budget, batch)
    if background:
        started = app.run_in_background(version, subset, ending)
        shown = {"run": started.id, "version": started.tag, "status": started.status}
        print_json(shown) if json_wanted else click.echo(started.id)
        tell(f"`ls-prompts watch {started.id}` shows how far it is.")
        return
    with Bar(version, pushes=not no_push) as bar:
        finished = app.run(version, subset, ending, bar)
    print_json(run_json(finished)) if json_wanted else print_finished(finished)


@click.command()
@click.argument("version")
@click.option("--wrong", "kinds", flag_value="wrong", multiple=True, help="Answers that differ from the truth.")
@click.option("--rejected", "kinds", flag_value="rejected", multiple=True, help="Answers that can't be used.")
@click.option("--failed", "kinds", flag_value="failed", multiple=True, help="Tasks the model gave no answer to.")
@click.option("--missing", "kinds", flag_value="missing", multiple=True, help="Tasks it was not asked about yet.")
@truth_option
@as_json
def results(version: str, kinds: tuple[str, ...], truth: str, json_wanted: bool) -> None:
    """List tasks with text, truth, answer, reason and link.

    \b
    ls-prompts results sentiment@1 --wrong
    ls-prompts results sentiment@1 --rejected --failed --json
    """
    found = the_app().results(version, kinds, truth)
    if json_wanted:
        print_json(found)
        return
    for row in found:
        click.secho(f"{row.task}  {row.link}", bold=True)
        for title, value in (("truth", row.truth), ("answer", _answer(row)), ("why", row.reason), ("text", row.text)):
            if value is not None:
                click.echo(f"  {title:<7} {_short(value)}")
    tell(numbers.things(len(found), "task"))


def _answer(row: "Result") -> str | None:
    return row.answer and f"{row.answer}  (confidence {numbers.proportion(row.confidence)})"


def _short(text: str) -> str:
    """One line."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= TEXT_SHOWN else line[: TEXT_SHOWN - 1] + "…"


def _ending(no_push: bool, keep: bool, budget: float | None, batch: bool = False) -> "Ending":
    from backend.flows.runs import Ending

    return Ending(push=not no_push, keep=keep, budget=budget, batch=batch)


COMMANDS = (try_task, evaluate, run, results)
