"""The command that draws tasks for people to label."""

from typing import TYPE_CHECKING

import click

from backend.interfaces.cli.render.console import as_json, notify, print_json, the_app, waiting_for
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.trust import drawn_tasks_json

if TYPE_CHECKING:
    from backend.services.dataset.drawing import DrawnTasks

SIZE = 100


@click.command()
@click.argument("project", type=int)
@click.option(
    "--size",
    type=click.IntRange(min=1),
    default=SIZE,
    show_default=True,
    metavar="N",
    help="Number of drawn tasks in all. A larger number adds tasks to a draw, a smaller one takes none away.",
)
@as_json
def draw(project: int, size: int, json_wanted: bool) -> None:
    """Draw tasks at random for people to label, and list those without a ground truth in a Data Manager tab.

    \b
    ls-prompts draw 12
    ls-prompts draw 12 --size 300
    """
    app = the_app()
    with waiting_for("Label Studio to list tasks"):
        drawn = app.draw(project, size)
    if json_wanted:
        print_json(drawn_tasks_json(drawn))
        return
    for task in drawn.open:
        click.echo(app.container.studio.task_url(project, task))
    _tell(drawn)


def _tell(drawn: "DrawnTasks") -> None:
    done = len(drawn.tasks) - len(drawn.open)
    tasks = numbers.things(drawn.of, "task")
    notify(
        f"{numbers.count(len(drawn.tasks))} of {tasks} drawn at random; {numbers.count(done)} of them have a ground "
        f"truth, {numbers.count(len(drawn.open))} have none."
    )
    if drawn.open:
        notify(
            f"Label these in tab {drawn.tab} of project {drawn.project}, the hard ones too, and mark them with the "
            "star (Set as Ground Truth)."
        )
