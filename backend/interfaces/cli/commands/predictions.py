"""Commands about a version's predictions in Label Studio."""

from shlex import quote
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Column, Table

from backend.interfaces.cli.options.prompt_names import version_argument
from backend.interfaces.cli.options.share import Share
from backend.interfaces.cli.render.console import (
    as_json,
    cell,
    confirm,
    notify,
    print_json,
    the_app,
    waiting_for,
    yes_option,
)
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.cli.render.run import others_pushed
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.projects import project_predictions_json, push_json
from backend.interfaces.presentation.truth_basis import basis_caveats

if TYPE_CHECKING:
    from backend.services.auto_accept import ChosenTasks


take_over_option = click.option(
    "--take-over", is_flag=True, help="Also replace or delete predictions that others pushed under the prompt's name."
)


@click.command()
@click.argument("project", type=int)
@as_json
def predictions(project: int, json_wanted: bool) -> None:
    """Count a project's predictions by version.

    \b
    ls-prompts predictions 12
    """
    with waiting_for("Label Studio to count predictions"):
        counts = the_app().predictions(project)
    if json_wanted:
        print_json(project_predictions_json(counts))
        return
    table = Table(Column("version", overflow="fold"), "predictions", box=None, header_style="bold", pad_edge=False)
    for version, number in counts.versions.items():
        table.add_row(cell(version or "(none)"), numbers.count(number))
    Console().print(table)
    click.echo(f"{numbers.things(counts.tasks, 'task')}, {numbers.count(counts.tasks_without)} without any prediction")


@click.command()
@version_argument
@click.option("--keep", is_flag=True, help="Keep the predictions of the prompt's other versions.")
@take_over_option
@as_json
def push(version: str, keep: bool, take_over: bool, json_wanted: bool) -> None:
    """Push a version's stored predictions to Label Studio. Safe to run again.

    \b
    ls-prompts push sentiment@2
    """
    with waiting_for("Label Studio to take the predictions"):
        pushed = the_app().push(version, keep, notify, take_over)
    if json_wanted:
        print_json(push_json(pushed))
    else:
        created = numbers.things(pushed.created, "prediction")
        click.echo(f"{created} created, {others_pushed(pushed)}")


@click.command()
@version_argument
@take_over_option
@yes_option
def withdraw(version: str, take_over: bool, yes: bool) -> None:
    """Delete all predictions of a version from Label Studio. Annotations stay.

    \b
    ls-prompts withdraw sentiment@1
    """
    app = the_app()
    tag = app.version(version).tag
    if not yes:
        number = sum(app.predicted(tag).values())
        others = " and those that others pushed under its tag" if take_over else ""
        if number or take_over:
            confirm(f"Delete all {numbers.things(number, 'prediction')} of {tag}{others} from Label Studio?")
    with waiting_for("Label Studio to delete predictions"):
        deleted = app.withdraw(tag, notify, take_over)
    click.echo(f"{numbers.things(deleted, 'prediction')} of {tag} deleted")


@click.command()
@version_argument
@click.option(
    "--min-confidence",
    "least",
    type=Share(),
    metavar="X",
    help="Only predictions with at least this confidence (see `threshold`), on tasks without an annotation.",
)
@click.option(
    "--accuracy",
    type=Share(between=True),
    metavar="A",
    help="The same, with the lowest confidence that `threshold` finds for this accuracy.",
)
@click.option(
    "--not-drawn",
    is_flag=True,
    help="With --accuracy: do not ask whether to rely on ground truths that were not drawn at random (see `draw`).",
)
@yes_option
def annotate(version: str, least: float | None, accuracy: float | None, not_drawn: bool, yes: bool) -> None:
    """Create annotations from a version's predictions.

    Without options this takes all predictions, also those on annotated tasks, as the Data Manager does.

    \b
    ls-prompts annotate sentiment@2
    ls-prompts annotate sentiment@2 --accuracy 0.97
    """
    if least is not None and accuracy is not None:
        raise click.UsageError("--accuracy finds the lowest confidence by itself: leave out --min-confidence.")
    app = the_app()
    tag = app.version(version).tag
    if least is None and accuracy is None:
        tasks, number, which = None, app.predicted(tag).get(tag, 0), "all"
    else:
        with waiting_for("Label Studio to list predictions"):
            chosen = app.confident_tasks(tag, least, accuracy or 1.0, notify)
        _notify_others(chosen, tag)
        _notify_basis(chosen, app.version(version).project, not_drawn)
        tasks, number, which = chosen.tasks, len(chosen.tasks), "the"
    if not yes:
        confirm(f"Create annotations from {which} {numbers.things(number, 'prediction')} of {tag}?")
    with waiting_for("Label Studio to create annotations"):
        number = app.annotate(tag, tasks, notify)
    click.echo(f"{numbers.things(number, 'annotation')} created from {tag}")
    if not number and tasks is None:
        notify(f"{tag} has no predictions without an annotation: see `ls-prompts predictions PROJECT`.")


@click.command()
@version_argument
@yes_option
def unannotate(version: str, yes: bool) -> None:
    """Delete the annotations that `annotate` created from a version, except those that a person changed.

    \b
    ls-prompts unannotate sentiment@2
    """
    app = the_app()
    tag = app.version(version).tag
    if not yes:
        confirm(f"Delete the annotations created from {tag} that nobody has changed?")
    with waiting_for("Label Studio to delete annotations"):
        done = app.unannotate(tag, notify)
    click.echo(
        f"{numbers.things(done.deleted, 'annotation')} created from {tag} deleted, "
        f"{numbers.count(done.kept)} kept because a person changed them"
    )


def _notify_basis(chosen: "ChosenTasks", project: int, not_drawn: bool) -> None:
    """What the guarantee rests on. Ends the command where nothing was drawn and the user does not want that."""
    if chosen.basis is None:
        return
    for caveat in basis_caveats(chosen.basis, project):
        notify(in_commands(caveat))
    if chosen.basis.drawn is None and not not_drawn:
        confirm("Rely on ground truths that were not drawn at random?", "--not-drawn")


def _notify_others(chosen: "ChosenTasks", tag: str) -> None:
    """Which tasks get none, and why."""
    sure = numbers.things(len(chosen.tasks), "prediction")
    left_alone = f"{numbers.count(chosen.unsure)} less confident predictions are left alone"
    notify(f"{sure} with a confidence of at least {chosen.least!r}; {left_alone}.")
    if chosen.annotated:
        notify(f"Skipped, because there are annotations already: {numbers.things(chosen.annotated, 'task')}.")
    if chosen.unlike:
        notify(
            f"{numbers.things(chosen.unlike, 'answer')} not in Label Studio as stored: "
            f"run `ls-prompts push {quote(tag)}` first."
        )
