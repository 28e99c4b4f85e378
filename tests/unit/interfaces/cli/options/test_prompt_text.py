"""The options for a prompt's text: files, standard input, or the system part itself."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from backend.errors import PromptError
from backend.interfaces.cli.options.prompt_text import PromptText, text_options


def given(*argv: str, stdin: bytes = b"") -> PromptText:
    found: list[PromptText] = []

    @click.command()
    @text_options
    def command(text: PromptText) -> None:
        found.append(text)

    done = CliRunner().invoke(command, argv, input=stdin, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return found[0]


def test_nothing_given_is_nothing() -> None:
    assert given() == PromptText(None, None)


def test_a_file_is_read_and_a_sentence_is_the_system_part_itself(tmp_path: Path) -> None:
    (tmp_path / "prompt.md").write_text("Is it good? {text}", encoding="utf-8")
    (tmp_path / "system.md").write_bytes(b"\xef\xbb\xbfBe brief.\r\nBe kind.")
    found = given("--file", str(tmp_path / "prompt.md"), "--system", "Be brief.")
    assert found.file is not None
    assert (found.file.template, found.system) == ("Is it good? {text}", "Be brief.")
    assert given("--system", str(tmp_path / "system.md")).system == "Be brief.\nBe kind."


def test_standard_input_is_one_of_them() -> None:
    found = given("--file", "-", stdin="Ist das schön? {text}".encode())
    assert found.file is not None
    assert found.file.template == "Ist das schön? {text}"
    assert given("--system", "-", stdin=b"Be brief.").system == "Be brief."
    with pytest.raises(AssertionError, match="Standard input is either the prompt or its system part"):
        given("--file", "-", "--system", "-")
    with pytest.raises(PromptError, match="Standard input is not UTF-8 text"):
        given("--file", "-", stdin="schön".encode("latin-1"))
