"""README and docs agree with the code: the tables are made from it, and the commands they name exist."""

import re
from pathlib import Path

import pytest

from backend.interfaces.cli.commands import PLACES, command
from backend.settings import Settings
from docs import tables

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
COMMAND = re.compile(r"ls-prompts ([a-z][a-z-]*)([^`\n|;#]*)")


def test_tables_are_the_codes() -> None:
    for page in tables.PAGES:
        text = page.read_text(encoding="utf-8")
        assert tables.filled(text) == text, "run `python docs/tables.py`"


def test_every_setting_says_what_it_means() -> None:
    undocumented = [name for name, field in Settings.model_fields.items() if not field.description]
    assert undocumented == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_only_commands_and_options_that_exist_are_mentioned(page: Path) -> None:
    for name, rest in COMMAND.findall(page.read_text(encoding="utf-8")):
        assert name in PLACES, f"there is no command {name}"
        known = {option for param in command(name).params for option in param.opts}
        unknown = set(re.findall(r"(?<!\S)--[a-z][a-z-]*", rest)) - known - {"--help"}
        assert unknown == set(), f"`ls-prompts {name}` has no {unknown}"


def test_the_readme_names_commands() -> None:
    assert len(COMMAND.findall(README.read_text(encoding="utf-8"))) > 10


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_pictures_and_links_are_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
