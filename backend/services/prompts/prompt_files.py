"""Prompt versions as files: written to a folder, and read to be saved."""

import re
from collections.abc import Sequence
from pathlib import Path

from backend.domain.prompts.prompt_file import read_prompt_file, write_prompt_file
from backend.domain.prompts.version import PromptVersion
from backend.errors import PromptError
from backend.services.prompts.draft import Draft


def dump(versions: Sequence[PromptVersion], folder: Path) -> list[Path]:
    """Writes each version to `folder` as NAME@N.md; the paths. Raises PromptError when it can't be written to."""
    paths = [folder / f"{version.tag}.md" for version in versions]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, version in zip(paths, versions, strict=True):
            path.write_text(write_prompt_file(version), encoding="utf-8")
    except (OSError, UnicodeEncodeError) as error:
        raise PromptError(
            f"{folder} can't be written to ({type(error).__name__}): choose a folder of yours with free space."
        ) from None
    return paths


def draft_of(path: Path, project: int | None) -> Draft:
    """A file that `dump` wrote: its name is the prompt's, its number is given anew, its header names the project unless
    `project` does. Raises PromptError when it can't be read."""
    match = re.fullmatch(r"(.+?)(@\d+)?", path.stem)
    name = match[1] if match else path.stem
    return Draft(name, project, read_prompt_file(read_text(path)))


def read_text(path: Path) -> str:
    """Raises PromptError when it can't be read as UTF-8 text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{path} can't be read ({type(error).__name__}): use a text file in UTF-8.") from None
