"""Arguments that name prompts and versions, and what the shell offers for them: those in the database.

Completion never asks Label Studio, and offers nothing where the database can't be read.
"""

import click

from backend.errors import PromptsError


def _saved() -> list[tuple[str, int]]:
    from backend.adapters.database.readonly import saved_versions
    from backend.settings import load_settings

    try:
        return saved_versions(load_settings().database())
    except PromptsError:
        return []


def complete_names(_context: click.Context, _argument: click.Parameter, incomplete: str) -> list[str]:
    names = dict.fromkeys(name for name, _ in _saved())
    return [name for name in names if name.startswith(incomplete)]


def complete_versions(_context: click.Context, _argument: click.Parameter, incomplete: str) -> list[str]:
    tags = [f"{name}@{number}" for name, number in _saved()]
    return [tag for tag in tags if tag.startswith(incomplete)]


def complete_both(context: click.Context, argument: click.Parameter, incomplete: str) -> list[str]:
    """Names of prompts, then versions."""
    return complete_names(context, argument, incomplete) + complete_versions(context, argument, incomplete)


version_argument = click.argument("version", shell_complete=complete_versions)
