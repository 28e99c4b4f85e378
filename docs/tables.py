"""The tables of settings and commands in docs/reference/, made from the code: `python docs/tables.py` writes them.

A test compares them with the code.
"""

import re
from pathlib import Path

from pydantic.fields import FieldInfo

from backend.interfaces.cli.main import cli
from backend.settings import Settings

REFERENCE = Path(__file__).resolve().parent / "reference"
SETTINGS, COMMANDS = REFERENCE / "settings.md", REFERENCE / "commands.md"


def settings_table() -> str:
    rows = [f"| `{name.upper()}` | {_default(name, field)} | {field.description} |" for name, field in _fields()]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def commands_table() -> str:
    shown = [(name, command) for name, command in cli.commands.items() if not command.hidden]
    rows = [f"| `{name}` | {(command.help or '').split(chr(10) * 2)[0]} |" for name, command in shown]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def replaced(text: str, name: str, content: str) -> str:
    """`text` with everything between the two comments of that name replaced by `content`."""
    pattern = rf"(<!-- {name} -->\n).*?(\n?<!-- /{name} -->)"
    return re.sub(pattern, lambda match: f"{match[1]}{content}\n<!-- /{name} -->", text, flags=re.DOTALL)


def filled(text: str) -> str:
    return replaced(replaced(text, "settings", settings_table()), "commands", commands_table())


def _fields() -> list[tuple[str, FieldInfo]]:
    return list(Settings.model_fields.items())


def _default(name: str, field: FieldInfo) -> str:
    if name == "data_dir":
        return "the user's data folder"
    return (
        "" if field.default is None else f"`{str(field.default).lower() if field.default is False else field.default}`"
    )


if __name__ == "__main__":
    for page in (SETTINGS, COMMANDS):
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
