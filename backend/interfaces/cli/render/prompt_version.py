"""What a version is made of, for people and for scripts."""

from typing import TYPE_CHECKING, Any

import click

from backend.domain.prompts.examples import examples_json
from backend.interfaces.cli.render.console import printable
from backend.interfaces.presentation import number_format as numbers

if TYPE_CHECKING:
    from backend.domain.prompts.version import PromptVersion

SHOWN = 3
TEXT_SHOWN = 100


def described(version: "PromptVersion") -> dict[str, Any]:
    """As JSON has it."""
    names = ("project", "model", "parameters", "confidence", "template", "variables", "definitions", "note", "created")
    shown = None if version.examples is None else examples_json(version.examples)
    return {**{name: getattr(version, name) for name in names}, "examples": shown}


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
    for one in examples.pool[:SHOWN]:
        text = printable(" / ".join(" ".join(value.split()) for value in one.values.values()))
        answer = printable("; ".join(f"{name}: {said}" for name, said in one.answer.items()))
        click.echo(f"- {text[:TEXT_SHOWN]}  -> {answer}")
