"""The .env file: what is special about it, beside the environment.

A copy of .env.example that was made without Docker still has Docker's lines. They do not stop anything here; and a name
that is nearly one of ours is a mistake that would otherwise go unnoticed.
"""

import difflib
import logging
from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic_settings import DotEnvSettingsSource

log = logging.getLogger(__name__)
PLACEHOLDER = "replace-me"
DOCKER = {"postgres_password", "label_studio_username", "label_studio_password"}
"""Names that docker-compose.yml alone asks for."""
OPTIONAL = {"basic_auth_pass": "basic_auth_", "secret_key": "secret_key"}
"""Lines for Docker that are settings too: left a placeholder, they and what belongs to them count as not set."""
NEAR = 0.75


class EnvFile(DotEnvSettingsSource):
    """What pydantic reads of it, without a password for the server and a secret that nobody has chosen."""

    def __call__(self) -> dict[str, Any]:
        names = {name.lower() for name in self.env_vars}
        warn_of(frozenset(names), tuple(self.settings_cls.model_fields))
        values = super().__call__()
        unset = tuple(prefix for name, prefix in OPTIONAL.items() if values.get(name) == PLACEHOLDER)
        return {name: value for name, value in values.items() if not name.startswith(unset)} if unset else values


@cache
def warn_of(names: frozenset[str], settings: tuple[str, ...]) -> None:
    """Warns, once, of names that look like one of `settings` but are not. Others may belong to somebody else."""
    for wrong, meant in misspelt(names, settings):
        log.warning(".env sets %s, which is not a setting: did you mean %s?", wrong.upper(), meant.upper())


def misspelt(names: Iterable[str], settings: Iterable[str]) -> list[tuple[str, str]]:
    """Names in lower case, each with the known one it resembles, in alphabetical order."""
    words = {name.replace("_", ""): name for name in settings}
    strange = sorted(name for name in names if name not in DOCKER and name not in words.values())
    near = {name: difflib.get_close_matches(name.replace("_", ""), words, 1, NEAR) for name in strange}
    return [(name, words[matches[0]]) for name, matches in near.items() if matches]
