"""The file `.env`: changes some of its values and keeps every other line; only its owner can read it."""

import os
import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from backend.adapters.files.atomic_output import replacing
from backend.env_file import PLACEHOLDER
from backend.errors import SettingsError

MODE = 0o600
_BEFORE = re.compile(r"\s*(?:export[^\S\r\n]+)?")
"""A variable's name: empty lines, and a word that shells read."""
_PLAIN = re.compile(r"[\w./:@%+=,~-]*", re.ASCII)


class DotEnvFile:
    """The file at `path`, which need not exist. Raises SettingsError or OutputError if it cannot be read or written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def values(self) -> dict[str, str]:
        """Its values, by names in upper case, as settings read them; without empty values and placeholders."""
        return {name: value for name, value in _read(self._text()).items() if value and value != PLACEHOLDER}

    def write(self, values: Mapping[str, str]) -> None:
        """Sets these variables, in their old places if there are any, else at the end."""
        text = changed(self._text(), values)
        if {name: _read(text).get(name) for name in values} != dict(values):
            raise SettingsError(f"{self.path} cannot hold one of these values: set it as an environment variable.")
        try:
            if self.path.exists():
                self.path.chmod(MODE)
            with replacing(self.path) as file:
                os.fchmod(file.fileno(), MODE)
                file.write(text.encode())
        except (OSError, UnicodeError) as error:
            raise SettingsError(
                f"{self.path} cannot be written ({type(error).__name__}): check its owner and permissions."
            ) from None

    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        except (OSError, UnicodeError) as error:
            raise SettingsError(f"{self.path} cannot be read ({type(error).__name__}): move it away.") from None


def changed(text: str, values: Mapping[str, str]) -> str:
    """The text of a `.env` with other values."""
    left, lines = dict(values), []
    for binding in parse_stream(StringIO(text)):
        whole, name = binding.original.string, (binding.key or "").upper()
        if name in values:
            left.pop(name, None)
            before = _BEFORE.match(whole)
            whole = f"{before[0] if before else ''}{name}={_quoted(values[name])}\n"
        lines.append(whole)
    if lines and not lines[-1].endswith("\n"):
        lines.append("\n")
    return "".join([*lines, *(f"{name}={_quoted(value)}\n" for name, value in left.items())])


def _read(text: str) -> dict[str, str | None]:
    return {name.upper(): value for name, value in dotenv_values(stream=StringIO(text)).items()}


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
