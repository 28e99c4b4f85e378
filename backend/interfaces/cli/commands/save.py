"""The command save: a new version of a prompt, from a file, standard input or the labelling config."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from backend.interfaces.cli.options.few_shot import example_options
from backend.interfaces.cli.options.model_choice import ModelChoice, model_options
from backend.interfaces.cli.options.option_group import option_group
from backend.interfaces.cli.options.prompt_names import complete_names
from backend.interfaces.cli.options.prompt_text import PromptText, text_options
from backend.interfaces.cli.render.console import notify, the_app, waiting_for
from backend.interfaces.cli.render.notices import in_commands

if TYPE_CHECKING:
    from backend.app import App
    from backend.services.prompts.draft import Draft
    from backend.services.prompts.few_shot_selection import FewShotRequest
    from backend.services.prompts.saving import SavedVersion


@dataclass(frozen=True, slots=True)
class VersionOptions:
    """What the options of `save` say about a version; None for what is not given."""

    project: int | None
    text: PromptText
    model_choice: ModelChoice
    note: str | None
    examples: "FewShotRequest | None"

    def draft(self, name: str) -> "Draft":
        """The version of the prompt `name` that they describe."""
        from backend.services.prompts.draft import Draft

        return Draft(
            name,
            self.project,
            self.text.file,
            self.model_choice.model,
            self.note,
            self.model_choice.parameters,
            self.examples,
            self.model_choice.confidence,
            self.text.system,
            self.model_choice.cascade.second,
        )


version_options = option_group(
    "options",
    VersionOptions,
    (
        click.option(
            "--project",
            type=int,
            metavar="ID",
            help="Project of the prompt; needed for a new name, unless FILE names it.",
        ),
        text_options,
        model_options,
        click.option("--note", help="What changed in this version."),
        example_options,
    ),
)


@click.command()
@click.argument("name", shell_complete=complete_names)
@version_options
def save(name: str, options: VersionOptions) -> None:
    """Save a prompt as a new version and print its tag.

    \b
    ls-prompts save sentiment --project 12 --file prompt.txt --model gpt-4o-mini
    echo 'Is this spam? {text}' | ls-prompts save spam --project 12 --file -
    ls-prompts save sentiment --file prompt.txt --examples 8 --select balanced --then gpt-4o --below 0.8
    """
    app, draft, differs = the_app(), options.draft(name), options.model_choice.cascade.differs
    with waiting_for("Label Studio"):
        saved = app.save(draft) if differs is None else app.save_cascade(draft, differs)
    for caveat in _caveats(app, saved):
        notify(caveat)
    click.echo(saved.version.tag)


def _caveats(app: "App", saved: "SavedVersion") -> Iterator[str]:
    """What to know about a version that was just saved."""
    yield from (f"Not filled by the prompt: {control}." for control in saved.unsupported)
    if saved.new and (alike := app.alike(saved.version)):
        yield (
            f"Project {saved.version.project} already has predictions of {', '.join(alike)}. Those that this database "
            "did not push will stay. If they are somebody else's, choose another name to tell them apart."
        )
    yield from saved.caveats
    if not saved.new:
        yield "Nothing changed: this version has the same content."
    if doubt := app.doubt(saved.version.tag):
        yield in_commands(doubt)
