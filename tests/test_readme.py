"""The README is held to the code: its tables are the code's, its claims about commands can be typed."""

import re
from pathlib import Path

from backend.cli.root import cli
from backend.settings import Settings
from docs import tables

README = Path(__file__).resolve().parents[1] / "README.md"


def test_tables_are_the_codes() -> None:
    text = README.read_text(encoding="utf-8")
    assert tables.filled(text) == text, "run `python docs/tables.py`"


def test_every_setting_says_what_it_means() -> None:
    undocumented = [name for name, field in Settings.model_fields.items() if not field.description]
    assert undocumented == []


def test_only_commands_that_exist_are_mentioned() -> None:
    mentioned = set(re.findall(r"ls-prompts ([a-z]+)", README.read_text(encoding="utf-8")))
    assert mentioned
    assert mentioned <= set(cli.commands)


def test_pictures_and_links_are_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (README.parent / link).exists()] == []
