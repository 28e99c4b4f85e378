"""What the command line says and asks, in front of a real Label Studio."""

from pathlib import Path

import pytest

from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.project import WIDER, StudioProject, messages


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(3))


def test_prompts_in_git_come_back_for_their_project(mine: Installation, project: StudioProject, tmp_path: Path) -> None:
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
    mine: Installation, project: StudioProject, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    other = StudioProject.made(label_studio, messages(1))
    mine.save("topic", project.id)
    (file,) = mine.command("dump", "prompts").out.split()
    assert f"belongs to project {project.id}" in mine.command("load", file, "--project", other.id, code=1).err
    elsewhere = Installation(mine.folder, {**mine.env, "DATA_DIR": str(tmp_path / "elsewhere")})
    assert elsewhere.command("load", file, "--project", other.id).out == "topic@1\n"
    assert elsewhere.app.version("topic@1").project == other.id


def test_who_cannot_be_asked_is_told_how_many_and_how(mine: Installation, project: StudioProject) -> None:
    mine.save("topic", project.id)
    mine.command("run", "topic@1", "--on", "all")
    for line, question in (
        ("withdraw topic", "Delete all 3 predictions of topic@1 from Label Studio?"),
        ("annotate topic", "Create annotations from all 3 predictions of topic@1?"),
    ):
        asked = mine.command(*line.split(), code=1)
        assert asked.out == ""
        assert question in asked.err
        assert asked.err.endswith("\nError: Nothing was done, because there is no terminal to ask on: add --yes.\n")
    assert (len(project.predictions()), project.annotations()) == (3, [])
    assert "Aborted" in mine.command("withdraw", "topic", stdin="n\n", code=1).err
    assert mine.command("withdraw", "topic", stdin="y\n").out == "3 predictions of topic@1 deleted\n"


def test_a_run_tells_that_it_pushes(mine: Installation, project: StudioProject) -> None:
    mine.save("topic", project.id)
    said = "topic@1: pushing predictions to Label Studio\n"
    assert said not in mine.command("run", "topic@1", "--on", "all", "--no-push").err
    assert said in mine.command("run", "topic@1", "--on", "all").err
    started = mine.command("run", "topic@1", "--on", "all", "--background")
    assert started.err == f"`ls-prompts watch {started.out.strip()}` shows its progress.\n"
    assert mine.command("watch", started.out.strip()).out.startswith("completed\n")


def test_the_doctor_says_whether_the_server_answers(
    mine: Installation, backend_server: ServedInstallation, label_studio: RunningLabelStudio, free_url: str
) -> None:
    there = mine.command("doctor", "--backend-url", backend_server.url)
    assert f"answers at {backend_server.url}" in there.out
    assert f"no  Server: Nothing answers at {free_url}" in mine.command("doctor", "--backend-url", free_url, code=1).out
    other = mine.command("doctor", "--backend-url", label_studio.url, code=1).out
    assert f"What answers at {label_studio.url} is not this server" in other
    wrong = mine.but(LABEL_STUDIO_URL=backend_server.url).command("doctor", code=1)
    assert f"What answers at {backend_server.url} is not Label Studio" in wrong.out or "LABEL_STUDIO_URL" in wrong.out
    assert wrong.err == ""


def test_a_second_backend_can_be_removed(project: StudioProject, backend_server: ServedInstallation) -> None:
    app = backend_server.installation.app
    other = backend_server.url.replace("127.0.0.1", "localhost")
    app.container.studio.connect({"project": project.id, "url": other, "title": "Another"})
    done = backend_server.installation.command("connect", project.id, "--backend-url", backend_server.url)
    removal = f"ls-prompts disconnect {project.id} --backend-url {other}"
    assert f"which is {other}: `{removal}` removes it" in done.err
    app.use(backend_server.installation.save(f"topic {project.id}", project.id))
    assert (
        backend_server.installation.command(*removal.split()[1:]).err
        == f"Removed 1 backend from project {project.id}.\n"
    )
    assert [found["url"] for found in project.backends()] == [backend_server.url]
    assert app.container.store.connection(project.id)["in_use"] == f"topic {project.id}@1"


def test_use_and_annotate_refuse_a_changed_config(mine: Installation, project: StudioProject) -> None:
    mine.save("topic", project.id)
    mine.command("run", "topic@1", "--on", "all")
    project.change(label_config=WIDER)
    for line in ("use topic@1", "annotate topic@1 --yes"):
        assert "has changed since topic@1 was saved: save the prompt again" in mine.command(*line.split(), code=1).err
    assert (project.annotations(), project.shown) == ([], "topic@1"), "what the run showed stays"
