"""The first steps on a real Label Studio: settings asked for and checked, a server connected, a typo in a model."""

import stat

import pytest

from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.project import StudioProject, messages
from tests.running import RunningStandIn


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(3))


def test_settings_are_asked_for_checked_and_then_serve(
    mine: Installation, label_studio: RunningLabelStudio, stand_in: RunningStandIn
) -> None:
    stand_in.control(api_key="sk-right")
    nobody = f"127.0.0.1:{services.free_port()}"
    bare = Installation(mine.folder, {"DATA_DIR": mine.env["DATA_DIR"], "BIND": nobody})
    lines = [
        stand_in.url,  # answers, but is not Label Studio
        "n",
        label_studio.url,
        "f" * 40,
        "n",
        label_studio.api_key,
        stand_in.url,
        "sk-wrong",
        "n",
        "sk-right",
        "",
    ]
    done = bare.command("init", stdin="\n".join([*lines, ""]))
    assert done.out == ""
    assert f"no  What answers at {stand_in.url} is not Label Studio" in done.err or "no  There is no such" in done.err
    assert f"ok  {label_studio.url}\n" in done.err
    assert "no  Label Studio refused the token" in done.err
    assert "as admin@example.com" in done.err
    assert "refused the key" in done.err
    for secret in (label_studio.api_key, "sk-right", "sk-wrong"):
        assert secret not in done.err
    assert stat.S_IMODE((bare.folder / ".env").stat().st_mode) == 0o600
    shown = bare.command("models").out
    assert shown == "* stand-in\n"
    checks = {line[4:].partition(":")[0]: line[:2] for line in bare.command("doctor", code=1).out.splitlines()}
    assert checks == {"Label Studio": "ok", "Backend": "ok", "Model": "ok", "Database": "ok", "Server": "no"}
    again = bare.command("init", "--yes", "--openai-model", "stand-in")
    assert "Written to" in again.err


def test_connect_takes_the_address_the_server_listens_on(
    project: StudioProject, backend_server: ServedInstallation, mine: Installation
) -> None:
    here = mine.but(BIND=backend_server.url.removeprefix("http://"))
    done = here.command("connect", project.id)
    assert done.err == f"Project {project.id} is connected to {backend_server.url}.\n"
    assert [backend["url"] for backend in project.backends()] == [backend_server.url]


def test_a_model_that_its_server_does_not_list_is_named_when_it_is_saved(
    project: StudioProject, mine: Installation
) -> None:
    saved = mine.command("save", "topic", "--project", project.id, "--model", "gpt-5-nonexistent")
    assert saved.out == "topic@1\n"
    assert "does not list model 'gpt-5-nonexistent': it has stand-in.\n" in saved.err
    assert mine.command("save", "topic", "--model", "stand-in").err == ""
    away = mine.but(OPENAI_BASE_URL="http://127.0.0.1:1/v1")
    assert away.command("save", "topic", "--model", "another").err == ""
    (mine.folder / "topic@1.md").write_text(
        f"---\nproject: {project.id}\nmodel: gpt-5-nonexistent\n---\nA loaded one.\n\n{{text}}", encoding="utf-8"
    )
    assert "does not list model 'gpt-5-nonexistent'" in mine.command("load", "topic@1.md").err
    doctor = mine.but(OPENAI_MODEL="gpt-5-nonexistent").command("doctor", code=1).out
    assert "no  Model: " in doctor
    assert "does not list model 'gpt-5-nonexistent': it has stand-in." in doctor
