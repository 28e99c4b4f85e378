"""What a version is made of, for people."""

import difflib
from typing import TYPE_CHECKING

import click

from backend.interfaces.cli.render.console import printable
from backend.interfaces.presentation import number_format as numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.domain.action import Action
    from backend.domain.prompts.version import PromptVersion

MOST_LISTED = 3
TEXT_SHOWN = 100
DONE = {
    "annotate": ("annotation", "created"),
    "unannotate": ("annotation", "deleted"),
    "withdraw": ("prediction", "deleted"),
}
COLORS = {"+": "green", "-": "red", "@": "cyan"}


def print_definitions(version: "PromptVersion") -> None:
    for control, labels in version.definitions.items():
        lines = [f"- {label}: {sentence}" for label, sentence in labels.items()]
        if lines:
            click.echo(printable("\n".join([f"\nLabels of {control}:", *lines])))


def print_examples(version: "PromptVersion") -> None:
    examples = version.examples
    if examples is None:
        return
    by = f", by embeddings of {printable(examples.embed)}" if examples.embed else ""
    of = f" of {numbers.count(len(examples.pool))}" if len(examples.pool) > examples.number else ""
    click.echo(f"\n{numbers.things(examples.number, 'example')}{of}, {examples.select}{by}; the first:")
    for example in examples.pool[:MOST_LISTED]:
        text = printable(" / ".join(" ".join(value.split()) for value in example.values.values()))
        answer = printable("; ".join(f"{name}: {value}" for name, value in example.answer.items()))
        click.echo(f"- {text[:TEXT_SHOWN]}  -> {answer}")


def print_actions(actions: "Sequence[Action]") -> None:
    """What people did with its predictions."""
    for number, action in enumerate(actions):
        noun, verb = DONE[action.kind]
        what = f"{numbers.things(action.count, noun)} {verb}"
        lead = "" if number else "\n"
        click.echo(f"{lead}{action.created[:16].replace('T', ' ')}  {what} by {printable(action.user_email)}")


def print_diff(first: str, second: str, titles: tuple[str, str]) -> None:
    """What changed between two texts, line by line."""
    for line in difflib.unified_diff(first.splitlines(), second.splitlines(), *titles, lineterm=""):
        click.secho(printable(line), fg=COLORS.get(line[:1]))
