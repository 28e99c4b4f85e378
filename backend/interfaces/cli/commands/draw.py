"""The command that draws tasks for people to label."""

from typing import TYPE_CHECKING

import click

from backend.domain.whole_number import whole_number
from backend.interfaces.cli.options.prompt_names import complete_versions
from backend.interfaces.cli.render.console import as_json, notify, print_json, the_app, waiting_for
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.trust import drawn_tasks_json

if TYPE_CHECKING:
    from backend.app import App
    from backend.services.dataset.drawing import DrawnTasks

SIZE = 100


@click.command()
@click.argument("project", metavar="PROJECT|VERSION", shell_complete=complete_versions)
@click.option(
    "--size",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Number of drawn tasks in all (default: {SIZE}). A larger number adds tasks to a draw, a smaller one takes "
    "none away.",
)
@click.option(
    "--active",
    type=click.IntRange(min=1),
    metavar="N",
    help="With a version: draw more tasks until N are left to label, more often where the version is unsure.",
)
@as_json
def draw(project: str, size: int | None, active: int | None, json_wanted: bool) -> None:
    """Draw tasks at random for people to label, and list those without a ground truth in a Data Manager tab.

    \b
    ls-prompts draw 12
    ls-prompts draw 12 --size 300
    ls-prompts draw sentiment@1 --active 20
    """
    if active is not None and (size is not None or "@" not in project):
        raise click.UsageError("--active takes a version, like sentiment@1, and no --size.")
    if whole_number(project) is None and "@" not in project:
        raise click.UsageError(f"{project} is neither the number of a project nor a version, like sentiment@1.")
    app = the_app()
    with waiting_for("Label Studio to list tasks"):
        drawn = _drawn(app, project, size or SIZE) if active is None else app.draw_active(project, active)
    if json_wanted:
        print_json(drawn_tasks_json(drawn))
        return
    for task in drawn.open:
        click.echo(app.address(str(drawn.project), task))
    _notify_drawn(drawn)


def _drawn(app: "App", project: str, size: int) -> "DrawnTasks":
    """Of a project, or of that of a version."""
    number = whole_number(project)
    return app.draw(app.version(project).project if number is None else number, size)


def _notify_drawn(drawn: "DrawnTasks") -> None:
    total = len(drawn.tasks) + len(drawn.active)
    unsure = f", {numbers.count(len(drawn.active))} more where a version was unsure" if drawn.active else ""
    notify(
        f"{numbers.count(len(drawn.tasks))} of {numbers.things(drawn.of, 'task')} drawn at random{unsure}; "
        f"{numbers.count(total - len(drawn.open))} of them have a ground truth, {numbers.count(len(drawn.open))} have "
        "none."
    )
    if drawn.open:
        notify(
            f"Label these in tab {drawn.tab} of project {drawn.project}, the hard ones too, and mark them with the "
            "star (Set as Ground Truth)."
        )
