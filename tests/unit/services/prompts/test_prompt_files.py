"""Prompt versions as files: written to a folder, and read to be saved again."""

from pathlib import Path

import pytest

from backend.domain.prompts.version import PromptVersion
from backend.errors import PromptError
from backend.services.prompts.prompt_files import draft_of, dump, read_text

VERSION = PromptVersion("two words", 3, 7, "Sort {text}.", "some-model", ("text",), "s", {"seed": 1}, "shorter")


def test_what_is_written_is_read_as_the_same_prompt(tmp_path: Path) -> None:
    (path,) = dump([VERSION], tmp_path / "new" / "folder")
    assert path.name == "two words@3.md"
    draft = draft_of(path, None)
    assert (draft.name, draft.project) == ("two words", None)
    assert draft.file is not None
    assert (draft.file.template, draft.file.model, draft.file.project) == ("Sort {text}.", "some-model", 7)
    assert (draft.file.parameters, draft.file.note) == ({"seed": 1}, "shorter")


@pytest.mark.parametrize(("file", "name"), [("mood.md", "mood"), ("mood@12.md", "mood"), ("a.b@x.md", "a.b@x")])
def test_a_files_name_is_the_prompts(tmp_path: Path, file: str, name: str) -> None:
    (tmp_path / file).write_text("Is {text} good?", encoding="utf-8")
    draft = draft_of(tmp_path / file, 12)
    assert (draft.name, draft.project) == (name, 12)


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    with pytest.raises(PromptError, match="can't be written to"):
        dump([VERSION], tmp_path / "taken")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xfa"])
def test_what_is_no_text_is_said(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "prompt.md"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PromptError, match=r"can't be read \(.*\): use a text file in UTF-8"):
        read_text(path)
