"""The command that says how far people agree, which bounds what a model can reach."""

from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from backend.interfaces.cli.options.prompt_names import version_argument
from backend.interfaces.cli.render.console import as_json, notify, print_json, the_app, waiting_for
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.people import people_json

if TYPE_CHECKING:
    from backend.domain.metrics.human_agreement import HumanAgreement


@click.command()
@version_argument
@as_json
def people(version: str, json_wanted: bool) -> None:
    """Show how often people agree with each other, beside how often they agree with the version, on the same tasks.

    The model is not asked. It takes tasks that two people or more annotated.

    \b
    ls-prompts people sentiment@2
    ls-prompts people sentiment@2 --json
    """
    with waiting_for("the agreement"):
        agreement = the_app().people(version)
    if json_wanted:
        print_json(people_json(version, agreement))
    elif agreement.tasks:
        Console().print(_table(agreement))
    for sentence in _caveats(version, agreement):
        notify(sentence)


def _table(agreement: "HumanAgreement") -> Table:
    table = Table("", "", "95 % interval", box=None, header_style="dim", pad_edge=False)
    among, model = (numbers.interval(interval) for interval in (agreement.among_people_ci, agreement.with_model_ci))
    table.add_row("people agree", numbers.proportion(agreement.among_people), among)
    table.add_row("people agree with the model", numbers.proportion(agreement.with_model), model)
    alpha = numbers.measured(agreement.alpha), numbers.measured_interval(agreement.alpha_ci)
    table.add_row("Krippendorff's alpha among people", *alpha)
    apart = numbers.signed_interval(agreement.difference_ci)
    table.add_row("difference", numbers.signed(agreement.difference), apart)
    return table


def _caveats(version: str, agreement: "HumanAgreement") -> list[str]:
    if not agreement.tasks:
        return [agreement.reason or ""]
    tasks = numbers.things(agreement.tasks, "task")
    caveats = [
        f"Of {tasks} that two people or more annotated and {version} answered, {agreement.people} people in all."
    ]
    if agreement.drawn != agreement.tasks:
        caveats.append(
            f"{numbers.count(agreement.drawn or 0)} of them were drawn at random: tasks that several people annotate "
            "may be easier or harder than the others."
        )
    if agreement.test is None:
        return [*caveats, agreement.reason or ""]
    verdict = (
        "can stand in for a person" if agreement.test.passed else "is not shown to be able to stand in for a person"
    )
    return [
        *caveats,
        f"{version} {verdict}: it is no worse than {agreement.test.won} of {agreement.test.people} people.",
    ]
