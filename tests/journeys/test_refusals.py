"""What every new user meets first: a guard that is on, a token that is off, an address that is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import quote

import httpx
import pytest

from backend.adapters.label_studio.http import SWITCHES
from backend.domain.dataset.subset import Subset
from backend.errors import PromptsError, SettingsError, StudioError, SubsetError
from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.project import StudioProject, messages


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(3))


@pytest.fixture
def guarded(guarded_label_studio: RunningLabelStudio, mine: Installation) -> Installation:
    return mine.but(**guarded_label_studio.env)


def test_the_guard_against_local_backends_is_named_with_its_switches(
    guarded_label_studio: RunningLabelStudio, guarded: Installation, backend_server: ServedInstallation
) -> None:
    project = StudioProject.made(guarded_label_studio, messages(1))
    refused = guarded.command("connect", project.id, "--backend-url", backend_server.url, code=1)
    assert refused.out == ""
    (line,) = refused.err.splitlines()
    assert line == (
        f"Error: Label Studio refuses backends on this machine or a private network: start it with {SWITCHES}."
    )
    assert project.backends() == []
    assert project.shown == ""
    checks = {check.name: check for check in guarded.app.doctor(backend_server.url)}
    assert SWITCHES in checks["Backend"].sentence
    assert not checks["Backend"].ok
    assert checks["Label Studio"].ok


def test_switched_off_legacy_tokens_are_named(guarded_label_studio: RunningLabelStudio, guarded: Installation) -> None:
    with legacy_tokens_off(guarded_label_studio):
        refused = guarded.command("predictions", 1, code=1)
    assert refused.err.startswith("Error: Label Studio refuses legacy tokens: take a personal access token")


def test_a_personal_access_token_serves_as_well(
    guarded_label_studio: RunningLabelStudio, guarded: Installation
) -> None:
    project = StudioProject.made(guarded_label_studio, messages(3))
    with legacy_tokens_off(guarded_label_studio) as session:
        made = session.post("/api/token/")
        token = made.raise_for_status().json()["token"]
        counted = guarded.but(LABEL_STUDIO_API_KEY=token).app.predictions(project.id)
    assert counted.tasks_without == 3


def test_wrong_settings_are_told_apart(mine: Installation, free_url: str) -> None:
    wrong = {
        ("LABEL_STUDIO_URL", free_url): f"not reachable at {free_url}",
        ("LABEL_STUDIO_URL", "localhost"): "LABEL_STUDIO_URL is not a valid address",
        ("LABEL_STUDIO_API_KEY", "f" * 40): "check LABEL_STUDIO_API_KEY",
        ("LABEL_STUDIO_API_KEY", "no.real.token"): "check LABEL_STUDIO_API_KEY",
        ("LABEL_STUDIO_API_KEY", ""): "LABEL_STUDIO_API_KEY is not set",
    }
    for (name, value), sentence in wrong.items():
        with pytest.raises((StudioError, SettingsError), match=sentence):
            mine.but(**{name: value}).app.predictions(1)


def test_a_backend_with_a_password(project: StudioProject, mine: Installation) -> None:
    """Label Studio sends names beyond ASCII in Latin-1."""
    locked = mine.but(BASIC_AUTH_USER="jörg", BASIC_AUTH_PASS="schlüssel")
    port = services.free_port()
    url = f"http://127.0.0.1:{port}"
    service = services.backend(port, locked.env, log=mine.folder / "backend.log")
    with replace(service, url=f"http://{quote('jörg')}:{quote('schlüssel')}@127.0.0.1:{port}"):
        with pytest.raises(StudioError, match="BASIC_AUTH_USER and BASIC_AUTH_PASS"):
            mine.app.connect(project.id, url)
        assert (project.backends(), project.shown) == ([], "")
        locked.app.connect(project.id, url)
        assert len(project.opened(project.task_ids()[0])) == 1
        saving = project.http.post(f"/api/tasks/{project.task_ids()[0]}/annotations/", json={"result": []})
        assert saving.status_code == 201  # its webhook brings no password
    assert locked.app.disconnect(project.id) == 1  # also when it has gone
    assert (project.backends(), project.webhooks(), project.shown) == ([], [], "")


def test_addresses_that_lead_nowhere_are_no_backend(
    project: StudioProject, mine: Installation, label_studio: RunningLabelStudio, free_url: str
) -> None:
    wrong = {
        free_url: "finds no backend at this address",
        "localhost:9090": "begins with http:// or https://",
        label_studio.url: "is not this server",
        "http://no.such.host.invalid": "can't find the host",
    }
    for url, sentence in wrong.items():
        with pytest.raises(StudioError, match=sentence):
            mine.app.connect(project.id, url)
    assert (project.backends(), project.webhooks(), project.shown) == ([], [], "")


def test_without_truths_there_is_nothing_to_evaluate(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("topic", project.id)
    with pytest.raises(SubsetError, match="press the star"):
        mine.app.evaluate(tag)
    with pytest.raises(SubsetError, match="has no annotations that fit its labels"):
        mine.app.evaluate(tag, truth="any")


def test_tasks_that_are_not_there_are_refused(
    mine: Installation, project: StudioProject, label_studio: RunningLabelStudio
) -> None:
    mine.save("topic", project.id)
    elsewhere = StudioProject.made(label_studio, messages(1)).tab("refund")
    with pytest.raises(StudioError, match="belongs to another project"):
        mine.app.run("topic@1", Subset("view", view=elsewhere))
    with pytest.raises(SubsetError, match="has no task"):
        mine.app.run("topic@1", Subset("ids", ids=(max(project.task_ids()) + 1000,)))
    refused = mine.command("run", "topic@1", "--on", "view:987654", code=1)
    assert (refused.out, "view" in refused.err.splitlines()[-1]) == ("", True)


def test_a_page_that_is_not_label_studio_is_noticed(mine: Installation, backend_server: ServedInstallation) -> None:
    with pytest.raises(PromptsError, match="LABEL_STUDIO_URL"):
        mine.but(LABEL_STUDIO_URL=backend_server.url).app.container.studio.describe()


def test_the_doctor_finds_everything_well(mine: Installation, backend_server: ServedInstallation) -> None:
    done = mine.command("doctor", "--backend-url", backend_server.url)
    assert [line[:2] for line in done.out.splitlines()] == ["ok"] * 5


@pytest.mark.parametrize(
    ("env", "name", "sentence"),
    [
        ({"LABEL_STUDIO_URL": "http://127.0.0.1:1"}, "Label Studio", "LABEL_STUDIO_URL"),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, "Model", "OPENAI_BASE_URL"),
        ({"OPENAI_API_KEY": ""}, "Model", "OPENAI_API_KEY is not set"),
        ({"DATABASE_URL": "sqlite:////proc/nowhere/prompts.sqlite3"}, "Database", "DATABASE_URL"),
        ({"BASIC_AUTH_USER": "me"}, "Server", "BASIC_AUTH_PASS"),
    ],
)
def test_the_doctor_says_what_is_wrong(mine: Installation, env: dict[str, str], name: str, sentence: str) -> None:
    wrong = [check for check in mine.but(**env).app.doctor() if not check.ok]
    assert name in {check.name for check in wrong}
    assert sentence in next(check.sentence for check in wrong if check.name == name)


@contextmanager
def legacy_tokens_off(studio: RunningLabelStudio) -> Iterator[httpx.Client]:
    """Yields a client that is signed in as a browser is."""
    with studio.signed_in() as session:
        try:
            _set_legacy_tokens(session, on=False)
            yield session
        finally:
            _set_legacy_tokens(session, on=True)


def _set_legacy_tokens(session: httpx.Client, on: bool) -> None:
    body = {"api_tokens_enabled": True, "legacy_api_tokens_enabled": on}
    session.post("/api/jwt/settings", json=body).raise_for_status()
