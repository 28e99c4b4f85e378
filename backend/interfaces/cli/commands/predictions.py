"""Commands about a version's predictions in Label Studio."""

from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from backend.interfaces.cli.options.prompt_names import version_argument
from backend.interfaces.cli.render.console import as_json, cell, confirm, notify, print_json, sure, the_app
from backend.interfaces.cli.render.run import others_pushed
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.projects import project_predictions_json, push_json

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
    found = the_app().predictions(project)
    if json_wanted:
        print_json(project_predictions_json(found))
        return
    table = Table("version", "predictions", box=None, header_style="bold", pad_edge=False)
    for version, number in found.versions.items():
        table.add_row(cell(version or "(none)"), numbers.count(number))
    Console().print(table)
    click.echo(f"{numbers.things(found.tasks, 'task')}, {numbers.count(found.tasks_without)} without any prediction")


@click.command()
@version_argument
@click.option("--keep", is_flag=True, help="Keep older versions of the prompt beside it.")
@take_over_option
@as_json
def push(version: str, keep: bool, take_over: bool, json_wanted: bool) -> None:
    """Make Label Studio's predictions what was stored for a version. Safe to repeat.

    \b
    ls-prompts push sentiment@2
    """
    pushed = the_app().push(version, keep, notify, take_over)
    if json_wanted:
        print_json(push_json(pushed))
    else:
        created = numbers.things(pushed.created, "prediction")
        click.echo(f"{created} created, {others_pushed(pushed)}")


@click.command()
@version_argument
@take_over_option
@sure
def withdraw(version: str, take_over: bool, yes: bool) -> None:
    """Delete all predictions that were pushed for a version from Label Studio. Annotations stay.

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
    click.echo(f"{numbers.things(app.withdraw(tag, notify, take_over), 'prediction')} of {tag} deleted")


@click.command()
@version_argument
@click.option(
    "--min-confidence",
    "least",
    type=click.FloatRange(0, 1),
    metavar="X",
    help="Only predictions at least this confident (as `threshold` prints it), on tasks without an annotation.",
)
@click.option(
    "--accuracy",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    metavar="A",
    help="The same from the confidence on that `threshold` finds for this accuracy.",
)
@sure
def annotate(version: str, least: float | None, accuracy: float | None, yes: bool) -> None:
    """Create annotations from a version's predictions; from all, on annotated tasks too, as the Data Manager does.

    \b
    ls-prompts annotate sentiment@2
    ls-prompts annotate sentiment@2 --accuracy 0.97
    """
    if least is not None and accuracy is not None:
        raise click.UsageError("--accuracy finds the least confidence by itself: leave out --min-confidence.")
    app = the_app()
    tag = app.version(version).tag
    if least is None and accuracy is None:
        tasks, number, which = None, app.predicted(tag).get(tag, 0), "all"
    else:
        chosen = app.sure(tag, least, accuracy or 1.0, notify)
        _tell_others(chosen, tag)
        tasks, number, which = chosen.tasks, len(chosen.tasks), "the"
    if not yes:
        confirm(f"Create annotations from {which} {numbers.things(number, 'prediction')} of {tag}?")
    number = app.annotate(tag, tasks, notify)
    click.echo(f"{numbers.things(number, 'annotation')} created from {tag}")
    if not number and tasks is None:
        notify(f"{tag} has no predictions that were not annotated yet: see `ls-prompts predictions PROJECT`.")


@click.command()
@version_argument
@sure
def unannotate(version: str, yes: bool) -> None:
    """Delete the annotations that `annotate` created from a version, but those that a person changed since.

    \b
    ls-prompts unannotate sentiment@2
    """
    app = the_app()
    tag = app.version(version).tag
    if not yes:
        confirm(f"Delete the annotations created from {tag} that nobody changed since?")
    done = app.unannotate(tag, notify)
    click.echo(
        f"{numbers.things(done.deleted, 'annotation')} created from {tag} deleted, "
        f"{numbers.count(done.kept)} kept because a person changed them"
    )


def _tell_others(chosen: "ChosenTasks", tag: str) -> None:
    """Which tasks get none, and why."""
    sure = numbers.things(len(chosen.tasks), "prediction")
    kept = f"{numbers.count(chosen.unsure)} less confident ones stay predictions"
    notify(f"{sure} with a confidence from {chosen.least:.6g} on; {kept}.")
    if chosen.annotated:
        notify(f"{numbers.things(chosen.annotated, 'task')} with an annotation left alone.")
    if chosen.unlike:
        notify(
            f"{numbers.things(chosen.unlike, 'answer')} not in Label Studio as stored: `ls-prompts push {tag}` first."
        )
