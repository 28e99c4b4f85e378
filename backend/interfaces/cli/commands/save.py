"""The command save: a new version of a prompt, from a file, standard input or the labelling config."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backend.domain.prompts.confidence_option import SWAP
from backend.domain.prompts.prompt_file import PromptFile, read_prompt_file
from backend.domain.prompts.second_model import SecondModel
from backend.errors import PromptError
from backend.interfaces.cli.options.cascade import AUTO, DIFFERS, threshold_of
from backend.interfaces.cli.options.few_shot import example_options
from backend.interfaces.cli.options.prompt_names import complete_names
from backend.interfaces.cli.render.console import notify, the_app, waiting_for

if TYPE_CHECKING:
    from backend.app import App
    from backend.services.prompts.few_shot_selection import FewShotRequest
    from backend.services.prompts.saving import SavedVersion


@click.command()
@click.argument("name", shell_complete=complete_names)
@click.option(
    "--project",
    type=int,
    metavar="ID",
    help="Project of the prompt; needed for a new name, unless FILE names it.",
)
@click.option(
    "--file",
    "path",
    metavar="FILE",
    help="Text of the prompt, - for standard input. Default: made from the labelling config.",
)
@click.option(
    "--system",
    metavar="FILE|TEXT",
    help="System part: instructions apart from the task's texts, - for standard input. Default: `system` in FILE.",
)
@click.option("--model", help="Model to ask. Default: the model in FILE, else OPENAI_MODEL.")
@click.option("--then", metavar="MODEL", help="Second model, asked where the first is unsure, unusable or failing.")
@click.option(
    "--below",
    callback=threshold_of,
    metavar="C|auto",
    help="With --then: confidence below which the second model is asked, or auto, from stored answers of both.",
)
@click.option(
    "--differs",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    metavar="E",
    help=f"With --below auto: share of all tasks that may differ from the second model's. [default: {DIFFERS}]",
)
@click.option("--temperature", type=float, help="Default: 0.")
@click.option("--seed", type=int, help="Seed for the model, so that its answers can be repeated.")
@click.option("--max-tokens", type=int, help="Longest answer, in tokens.")
@click.option(
    "--param", "params", multiple=True, metavar="NAME=JSON", help="Any other parameter of the provider's API."
)
@click.option(
    "--confidence",
    metavar="auto|samples:K|none",
    help="Source of confidence: log-probabilities (auto, the default), agreement of K answers, or none.",
)
@click.option(
    "--swap",
    is_flag=True,
    help="Ask in both orders of a <Pairwise>, in two requests; answers that depend on the order are not used.",
)
@click.option("--note", help="What changed in this version.")
@example_options
def save(
    name: str,
    project: int | None,
    path: str | None,
    system: str | None,
    model: str | None,
    then: str | None,
    below: float | str | None,
    differs: float | None,
    params: tuple[str, ...],
    confidence: str | None,
    swap: bool,
    note: str | None,
    examples: "FewShotRequest | None",
    **numbers: Any,
) -> None:
    """Save a prompt as a new version and print its tag.

    \b
    ls-prompts save sentiment --project 12 --file prompt.txt --model gpt-4o-mini
    echo 'Is this spam? {text}' | ls-prompts save spam --project 12 --file -
    ls-prompts save sentiment --file prompt.txt --examples 8 --select balanced --then gpt-4o --below 0.8
    """
    from backend.services.prompts.draft import Draft

    if swap and confidence is not None:
        raise click.UsageError("--swap has a source of confidence of its own, both orders: leave --confidence out.")
    if path == system == "-":
        raise click.UsageError("Standard input is either the prompt or its system part: name a file for the other.")
    parameters = {key: value for key, value in numbers.items() if value is not None} | _parameters(params)
    app = the_app()
    source = SWAP if swap else confidence
    second = SecondModel(then, below=below if isinstance(below, float) else None)
    wanted = Draft(name, project, _file(path), model, note, parameters, examples, source, _system(system), second)
    if differs is not None and below != AUTO:
        raise click.UsageError("--differs belongs to --below auto: leave it out.")
    with waiting_for("Label Studio"):
        saved = app.save(wanted) if below != AUTO else app.save_cascade(wanted, DIFFERS if differs is None else differs)
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
    yield from saved.remarks
    if not saved.new:
        yield "Nothing changed: this version has the same content."
    if doubt := app.doubt(saved.version.tag):
        yield doubt


def _file(path: str | None) -> PromptFile | None:
    from backend.services.prompts.prompt_files import read_text

    if path is None:
        return None
    return read_prompt_file(_piped() if path == "-" else read_text(Path(path)))


def _system(given: str | None) -> str | None:
    """The system part in a file, or the text itself, which unlike the name of a file that is missing holds a blank."""
    from backend.services.prompts.prompt_files import read_text

    if given is None or (given != "-" and len(given.split()) != 1 and not os.path.isfile(given)):
        return given
    return (_piped() if given == "-" else read_text(Path(given))).removeprefix("\ufeff").replace("\r\n", "\n")


def _piped() -> str:
    """Standard input as UTF-8, whatever the terminal's encoding is; as text it would hide what it can't decode."""
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise PromptError("Standard input is not UTF-8 text: convert it, like `iconv -f latin1 -t utf-8`.") from None


def _parameters(pairs: tuple[str, ...]) -> dict[str, Any]:
    """Of `NAME=JSON`; a value that is not JSON is taken as text."""
    parameters: dict[str, Any] = {}
    for item in pairs:
        name, equals, value = item.partition("=")
        if not equals or not name.strip():
            raise PromptError(f"'{item[:40]}' is not a parameter: write NAME=VALUE, like top_p=0.9.")
        try:
            parameters[name.strip()] = json.loads(value)
        except ValueError:
            parameters[name.strip()] = value
    return parameters
