"""What every new user meets first: a guard that is on, a token that is off, an address that is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from backend.edges.studio_http import SWITCHES
from backend.errors import PromptsError, SettingsError, StudioError
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, Served
from tests.journeys.project import Project, messages


@pytest.fixture
def guarded(guarded_label_studio: RunningLabelStudio, mine: Installation) -> Installation:
    return mine.but(**guarded_label_studio.env)


def test_the_guard_against_local_backends_is_named_with_its_switches(
    guarded_label_studio: RunningLabelStudio, guarded: Installation, backend_server: Served
) -> None:
    project = Project.made(guarded_label_studio, messages(1))
    refused = guarded.command("connect", project.id, "--backend-url", backend_server.url, code=1)
    assert refused.out == ""
    (line,) = refused.err.splitlines()
    assert line == (
        f"Error: Label Studio refuses backends on this machine or a private network: start it with {SWITCHES}."
    )
    assert project.get("/api/ml/", project=project.id) == []
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
    project = Project.made(guarded_label_studio, messages(3))
    with legacy_tokens_off(guarded_label_studio) as session:
        made = session.post("/api/token/", headers=_csrf(session))
        token = made.raise_for_status().json()["token"]
        counted = guarded.but(LABEL_STUDIO_API_KEY=token).app.predictions(project.id)
    assert counted.tasks_without == 3


def test_wrong_settings_are_told_apart(mine: Installation, free_url: str) -> None:
    wrong = {
        ("LABEL_STUDIO_URL", free_url): f"not reachable at {free_url}",
        ("LABEL_STUDIO_URL", "localhost"): "correct LABEL_STUDIO_URL",
        ("LABEL_STUDIO_API_KEY", "f" * 40): "check LABEL_STUDIO_API_KEY",
        ("LABEL_STUDIO_API_KEY", "no.real.token"): "check LABEL_STUDIO_API_KEY",
        ("LABEL_STUDIO_API_KEY", ""): "LABEL_STUDIO_API_KEY is not set",
    }
    for (name, value), sentence in wrong.items():
        with pytest.raises((StudioError, SettingsError), match=sentence):
            mine.but(**{name: value}).app.predictions(1)


def test_a_page_that_is_not_label_studio_is_noticed(mine: Installation, backend_server: Served) -> None:
    with pytest.raises(PromptsError, match="LABEL_STUDIO_URL"):
        mine.but(LABEL_STUDIO_URL=backend_server.url).app.studio.describe()


def test_the_doctor_finds_everything_well(mine: Installation, backend_server: Served) -> None:
    done = mine.command("doctor", "--backend-url", backend_server.url)
    assert [line[:2] for line in done.out.splitlines()] == ["ok"] * 5


@pytest.mark.parametrize(
    ("env", "name", "sentence"),
    [
        ({"LABEL_STUDIO_URL": "http://127.0.0.1:1"}, "Label Studio", "LABEL_STUDIO_URL"),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, "Model", "OPENAI_BASE_URL"),
        ({"OPENAI_API_KEY": ""}, "Model", "OPENAI_API_KEY is not set"),
        ({"DATABASE_URL": "sqlite:////proc/nowhere/prompts.sqlite3"}, "Record", "DATABASE_URL"),
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
    with httpx.Client(base_url=studio.url, headers={"Referer": studio.url}) as session:
        session.get("/user/login/")
        form = {"email": studio.account.email, "password": studio.account.password}
        session.post("/user/login/", data={**form, "csrfmiddlewaretoken": session.cookies["csrftoken"]})
        try:
            _set_legacy_tokens(session, on=False)
            yield session
        finally:
            _set_legacy_tokens(session, on=True)


def _set_legacy_tokens(session: httpx.Client, on: bool) -> None:
    body = {"api_tokens_enabled": True, "legacy_api_tokens_enabled": on}
    session.post("/api/jwt/settings", json=body, headers=_csrf(session)).raise_for_status()


def _csrf(session: httpx.Client) -> dict[str, str]:
    return {"X-CSRFToken": session.cookies["csrftoken"]}
