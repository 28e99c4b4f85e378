"""Options for the text of a prompt: files, or standard input."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from backend.domain.prompts.prompt_file import PromptFile, read_prompt_file
from backend.errors import PromptError
from backend.interfaces.cli.options.option_group import option_group


@dataclass(frozen=True, slots=True)
class PromptText:
    """The prompt file and the system part that are given; None for what is not."""

    file: PromptFile | None
    system: str | None


def _text(path: str | None, system: str | None) -> PromptText:
    if path == system == "-":
        raise click.UsageError("Standard input is either the prompt or its system part: name a file for the other.")
    return PromptText(_file(path), _system(system))


def _file(path: str | None) -> PromptFile | None:
    from backend.services.prompts.prompt_files import read_text

    if path is None:
        return None
    return read_prompt_file(_piped() if path == "-" else read_text(Path(path)))


def _system(source: str | None) -> str | None:
    """The system part in a file, or the text itself, which unlike the name of a file that is missing holds a blank."""
    from backend.services.prompts.prompt_files import read_text

    if source is None or (source != "-" and len(source.split()) != 1 and not os.path.isfile(source)):
        return source
    return (_piped() if source == "-" else read_text(Path(source))).removeprefix("\ufeff").replace("\r\n", "\n")


def _piped() -> str:
    """Standard input as UTF-8, whatever the terminal's encoding is; as text it would hide what it can't decode."""
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise PromptError("Standard input is not UTF-8 text: convert it, like `iconv -f latin1 -t utf-8`.") from None


text_options = option_group(
    "text",
    _text,
    (
        click.option(
            "--file",
            "path",
            metavar="FILE",
            help="File with the text of the prompt; - reads standard input. Default: made from the labelling config.",
        ),
        click.option(
            "--system",
            metavar="FILE|TEXT",
            help="System part: instructions apart from the task's texts, - for standard input. "
            "Default: `system` in FILE.",
        ),
    ),
)
"""Hands over `text`: a PromptText."""
