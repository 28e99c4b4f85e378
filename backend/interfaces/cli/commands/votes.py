"""The command votes: what most versions answer, how often that is right, and where they disagree."""

from collections.abc import Iterator
from shlex import quote
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Column, Table

from backend.interfaces.cli.options.prompt_names import complete_versions
from backend.interfaces.cli.options.task_selection import truths_options
from backend.interfaces.cli.render.console import as_json, cell, notify, print_json, printable, the_app, waiting_for
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.caveats import left_out_caveats
from backend.interfaces.presentation.json.votes import votes_json
from backend.interfaces.presentation.truth_basis import basis_caveats

if TYPE_CHECKING:
    from backend.domain.audit.votes import Vote
    from backend.domain.dataset.subset import Subset
    from backend.domain.statistics.right_answers import RightAnswers
    from backend.services.analysis.votes import VoteResult

MOST_LISTED = 20


@click.command()
@click.argument("versions", nargs=-1, required=True, metavar="VERSION...", shell_complete=complete_versions)
@truths_options
@as_json
def votes(versions: tuple[str, ...], subset: "Subset", json_wanted: bool) -> None:
    """Let versions vote with their stored answers, and list the tasks on which they disagree for people to look at.

    The model is not asked. The confidence of a vote is the mean of what the versions think of the answer, calibrated on
    the ground truths; it does not count them as independent.

    \b
    ls-prompts votes sentiment@1 sentiment@2 other@1
    ls-prompts votes sentiment@1 sentiment@2 other@1 --json
    """
    if len(versions) < 2:
        raise click.UsageError("A vote takes two versions or more, like sentiment@1 other@1.")
    with waiting_for("the votes"):
        result = the_app().votes(versions, subset)
    for caveat in _caveats(result):
        notify(caveat)
    print_json(votes_json(result)) if json_wanted else _print(result)


def _caveats(result: "VoteResult") -> Iterator[str]:
    yield from map(in_commands, basis_caveats(result.basis, result.project))
    yield from map(in_commands, left_out_caveats(result.left_out))
    if result.reason:
        yield f"How often they are right is not known. {result.reason}"
    for tag, count in result.missing.items():
        if count:
            tasks = numbers.things(count, "task")
            asks = f"`ls-prompts run {quote(tag)} --on all` asks."
            yield f"{tag} has no usable answer to {tasks} that others answered: {asks}"
    if result.votes.too_few:
        yield f"No vote on {numbers.things(result.votes.too_few, 'task')}: only one version has a usable answer."


def _print(result: "VoteResult") -> None:
    Console().print(_table(result))
    listed = result.votes.disagreements
    title = f"\nTasks on which they disagree, least sure first: {numbers.count(len(listed)) if listed else 'none'}"
    click.secho(title, bold=True)
    for vote in listed[:MOST_LISTED]:
        click.echo(f"  {printable(_line(vote, result))}")
    if len(listed) > MOST_LISTED:
        click.echo(f"  {numbers.count(len(listed) - MOST_LISTED)} more: --json")


def _table(result: "VoteResult") -> Table:
    table = Table(Column("", overflow="fold"), box=None, header_style="bold", pad_edge=False)
    for name in ("tasks", "with a truth", "accuracy", "95 % interval"):
        table.add_column(name, justify="right")
    counted = result.votes
    disagreeing = len(counted.disagreements)
    table.add_row("most votes", numbers.count(len(counted.votes)), *_judged(counted.majority))
    table.add_row("  all agree", numbers.count(len(counted.votes) - disagreeing), *_judged(counted.unanimous))
    table.add_row("  some differ", numbers.count(disagreeing), *_judged(counted.split))
    for tag, right in counted.versions.items():
        table.add_row(cell(tag), "", *_judged(right))
    return table


def _judged(right: "RightAnswers") -> tuple[str, str, str]:
    return numbers.count(right.tasks), numbers.proportion(right.accuracy), numbers.interval(right.interval)


def _line(vote: "Vote", result: "VoteResult") -> str:
    """Lines are not wrapped, so that links stay whole."""
    sides = (f'"{result.schema.show(answer)}" ({", ".join(tags)})' for answer, tags in vote.sides)
    return f"{numbers.proportion(vote.confidence)}  {result.links[vote.task_id]}  {' / '.join(sides)}"
