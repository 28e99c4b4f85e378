"""The real processes a journey runs against.

One Label Studio, one stand-in model and one backend serve the session, and a browser one test.
"""

import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
from label_studio_sdk import AnnotationRequest, ImportApiRequest, LabelStudio
from playwright.sync_api import BrowserContext

from backend.adapters.label_studio.sdk_internals import http_client_of
from demo import label_studio as local
from demo import services
from tests.installation import Installation
from tests.journeys.browser import chromium_path, signed_in
from tests.journeys.no_script import Browser
from tests.running import RunningStandIn, unavailable

Json = dict[str, Any]


@dataclass
class RunningLabelStudio:
    """A Label Studio that is up, and the ways a test talks to it."""

    url: str
    account: local.Account
    service: services.Service

    @property
    def api_key(self) -> str:
        return self.account.token

    @property
    def env(self) -> dict[str, str]:
        """The settings that lead here."""
        return {"LABEL_STUDIO_URL": self.url, "LABEL_STUDIO_API_KEY": self.api_key}

    @cached_property
    def client(self) -> LabelStudio:
        return LabelStudio(base_url=self.url, api_key=self.api_key)

    @cached_property
    def http(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Token {self.api_key}"}, timeout=60.0)

    @contextmanager
    def signed_in(self) -> Iterator[httpx.Client]:
        """A client that is signed in as a browser is, and may change things."""
        with httpx.Client(base_url=self.url, headers={"Referer": self.url}, timeout=60) as session:
            session.get("/user/login/")
            form = {"email": self.account.email, "password": self.account.password}
            session.post("/user/login/", data={**form, "csrfmiddlewaretoken": session.cookies["csrftoken"]})
            session.headers["X-CSRFToken"] = session.cookies["csrftoken"]
            yield session

    @contextmanager
    def personal_token(self) -> Iterator[str]:
        """A personal access token, revoked in the end: a person has at most one."""
        with self.signed_in() as session:
            token: str = session.post("/api/token/").raise_for_status().json()["token"]
            try:
                yield token
            finally:
                session.post("/api/token/blacklist/", json={"refresh": token}).raise_for_status()

    def new_project(self, config: str, tasks: Sequence[Json], truths: Sequence[list[Json] | None] | None = None) -> int:
        """Create a project with `tasks` (each the task's data) and return its id.

        `truths` has, for each task in order, the `result` of its ground-truth annotation, or None.
        """
        project = self.client.projects.create(title="A journey", label_config=config).id
        assert project is not None
        request = [_with_truth(data, truth) for data, truth in zip(tasks, truths or [None] * len(tasks), strict=True)]
        # The SDK repeats a failed POST, which here would import everything twice.
        self.client.projects.import_tasks(id=project, request=request, request_options={"max_retries": 0})
        return project


@contextmanager
def a_label_studio(folder: Path, switches: Mapping[str, str] = local.DEFAULT_SWITCHES) -> Iterator[RunningLabelStudio]:
    """A Label Studio in `folder` with nothing in it but its user."""
    account = local.Account(password=secrets.token_urlsafe(12), token=secrets.token_hex(20))
    try:
        shutil.copytree(local.initialised_data_dir(), folder / "data")
    except local.NotInstalledError as error:
        unavailable(str(error))
    log, port = folder / "label-studio.log", services.free_port()
    with local.label_studio(folder / "data", port, account, log=log, switches=switches) as service:
        running = RunningLabelStudio(service.url, account, service)
        with running.http, closing(http_client_of(running.client).httpx_client):
            yield running


@contextmanager
def sdk_of(url: str, api_key: str) -> Iterator[LabelStudio]:
    """The SDK's client as a script makes it; at the end its connections are closed, which it has no call for."""
    sdk = LabelStudio(base_url=url, api_key=api_key)
    with closing(http_client_of(sdk).httpx_client):
        yield sdk


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLabelStudio]:
    """One Label Studio for the session. Tests make projects of their own."""
    with a_label_studio(tmp_path_factory.mktemp("label-studio")) as running:
        yield running


@pytest.fixture(scope="session")
def guarded_label_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLabelStudio]:
    """One as it comes: its guard against backends on this machine is on."""
    with a_label_studio(tmp_path_factory.mktemp("guarded-label-studio"), local.QUIET) as running:
        yield running


@pytest.fixture
def mine(label_studio: RunningLabelStudio, stand_in: RunningStandIn, tmp_path: Path) -> Installation:
    """An Open Prompts of this test alone, with an empty record."""
    return Installation.made(tmp_path, stand_in.url, **label_studio.env)


@dataclass(frozen=True)
class ServedInstallation:
    """An Open Prompts whose server runs at `url`: what is saved in it, the server knows."""

    installation: Installation
    url: str


@pytest.fixture(scope="session")
def served_by(
    label_studio: RunningLabelStudio, stand_in_server: RunningStandIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedInstallation]:
    folder = tmp_path_factory.mktemp("backend")
    installation = Installation.made(folder, stand_in_server.url, SECRET_KEY=secrets.token_hex(16), **label_studio.env)
    with services.backend(services.free_port(), installation.env, log=folder / "backend.log") as service:
        yield ServedInstallation(installation, service.url)


@pytest.fixture
def backend_server(served_by: ServedInstallation, stand_in: RunningStandIn) -> ServedInstallation:
    """The session's backend under gunicorn, its model behaving well. Take names of your own: the database is shared."""
    return served_by


@pytest.fixture
def free_url() -> str:
    """An address on this machine where nobody answers."""
    return f"http://127.0.0.1:{services.free_port()}"


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the Chromium on this machine."""
    return chromium_path() or unavailable(
        "No Chromium found. Install chromium (or google-chrome), or name one in the variable CHROMIUM."
    )


@pytest.fixture
def visitor(backend_server: ServedInstallation, label_studio: RunningLabelStudio) -> Iterator[Browser]:
    """A person who is signed in to the page, without JavaScript."""
    visitor = Browser(backend_server.url)
    with visitor.http:
        visitor.sign_in(label_studio.api_key)
        yield visitor


@pytest.fixture
def browser(label_studio: RunningLabelStudio, chromium: str) -> Iterator[BrowserContext]:
    """A browser signed in to `label_studio`.

    Not shared between tests, although it takes a second or two to open: tests run in any order, and `asyncio.run` fails
    in those that run while it is open.
    """
    with signed_in(chromium, label_studio.url, label_studio.account) as context:
        yield context


def _with_truth(data: Json, truth: list[Json] | None) -> ImportApiRequest:
    if truth is None:
        return ImportApiRequest(data=data)
    return ImportApiRequest(data=data, annotations=[AnnotationRequest(result=truth, ground_truth=True)])
