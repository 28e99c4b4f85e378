"""A .env file is read and changed in place, and nobody else may read it."""

import stat
from pathlib import Path

import pytest

from backend.adapters.files.env_file import DotEnvFile, changed
from backend.errors import SettingsError

TEXT = "# A comment\nOPENAI_MODEL=old\n\nexport bind='x'\nBASIC_AUTH_PASS=replace-me\nEMPTY="


@pytest.fixture
def file(tmp_path: Path) -> DotEnvFile:
    return DotEnvFile(tmp_path / ".env")


def test_what_is_empty_or_a_placeholder_is_not_set(file: DotEnvFile) -> None:
    assert file.values() == {}
    file.path.write_text(TEXT)
    assert file.values() == {"OPENAI_MODEL": "old", "BIND": "x"}


def test_a_variable_keeps_its_place_and_comments_stay() -> None:
    assert changed(TEXT, {"OPENAI_MODEL": "new one", "MORE": "1"}) == (
        TEXT.replace("OPENAI_MODEL=old", "OPENAI_MODEL='new one'") + "\nMORE=1\n"
    )


@pytest.mark.parametrize("value", ["plain", "with space", "it's", 'a "quote"', "back\\slash", "#hash", "$HOME", ""])
def test_any_value_is_read_as_it_was_written(file: DotEnvFile, value: str) -> None:
    file.path.write_text(TEXT)
    file.path.chmod(0o644)
    file.write({"OPENAI_API_KEY": value})
    assert file.values().get("OPENAI_API_KEY", "") == value
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_what_the_file_cannot_hold_is_refused_and_nothing_changed(file: DotEnvFile) -> None:
    file.path.write_text(TEXT)
    with pytest.raises(SettingsError, match="cannot"):
        file.write({"OPENAI_MODEL": "a\udc80"})
    assert file.path.read_text() == TEXT


def test_a_file_that_is_no_text_is_said(file: DotEnvFile) -> None:
    file.path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="cannot be read"):
        file.values()


@pytest.mark.parametrize("before", ["export ", "export\t", "\n\nexport  ", "  export "])
def test_a_variable_stays_exported(before: str) -> None:
    assert changed(f"{before}OPENAI_API_KEY=x\nA=1\n", {"OPENAI_API_KEY": "new"}) == (
        f"{before}OPENAI_API_KEY=new\nA=1\n"
    )
