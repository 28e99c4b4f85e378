"""What the command line says and asks, in front of a real Label Studio."""

from pathlib import Path

import pytest

from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Project, messages


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> Project:
    return Project.made(label_studio, messages(3))


def test_prompts_in_git_come_back_for_their_project(mine: Installation, project: Project, tmp_path: Path) -> None:
    mine.save("topic", project.id, parameters={"seed": 3, "top_k": 20})
    mine.save("topic", project.id, "Another text.\n\n{text}", note="shorter")
    files = mine.command("dump", "prompts").out.split()
    colleague = Installation(mine.folder, {**mine.env, "DATA_DIR": str(tmp_path / "colleague")})
    for _ in range(2):
        assert colleague.command("load", *reversed(files)).out.split() == ["topic@1", "topic@2"]
    there, here = colleague.app.versions("topic"), mine.app.versions("topic")
    assert [v.content for v in there] == [v.content for v in here]
    assert [(v.project, v.note) for v in there] == [(project.id, ""), (project.id, "shorter")]


def test_prompts_in_git_are_loaded_for_another_project(
    mine: Installation, project: Project, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    other = Project.made(label_studio, messages(1))
    mine.save("topic", project.id)
    (file,) = mine.command("dump", "prompts").out.split()
    assert f"belongs to project {project.id}" in mine.command("load", file, "--project", other.id, code=1).err
    elsewhere = Installation(mine.folder, {**mine.env, "DATA_DIR": str(tmp_path / "elsewhere")})
    assert elsewhere.command("load", file, "--project", other.id).out == "topic@1\n"
    assert elsewhere.app.version("topic@1").project == other.id
