"""The real processes a journey runs against.

One Label Studio and one stand-in model serve the session, and a browser one test.
"""

import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

import httpx
import pytest
from label_studio_sdk import LabelStudio
from playwright.sync_api import BrowserContext

from demo import label_studio as local
from demo import services
from tests.journeys.browser import chromium_path, signed_in

Json = dict[str, Any]


@dataclass
class RunningLabelStudio:
    """A Label Studio that is up, and the ways a test talks to it."""

    url: str
    account: local.Account

    @property
    def api_key(self) -> str:
        return self.account.token

    @cached_property
    def client(self) -> LabelStudio:
        return LabelStudio(base_url=self.url, api_key=self.api_key)

    @cached_property
    def http(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Token {self.api_key}"}, timeout=60.0)

    def new_project(self, config: str, tasks: Sequence[Json], truths: Sequence[list[Json] | None] | None = None) -> int:
        """Create a project with `tasks` (each the task's data) and return its id.

        `truths` has, for each task in order, the `result` of its ground-truth annotation, or None.
        """
        project = self.client.projects.create(title="A journey", label_config=config)
        request = [_with_truth(data, truth) for data, truth in zip(tasks, truths or [None] * len(tasks), strict=True)]
        # The SDK repeats a failed POST, which here would import everything twice.
        self.client.projects.import_tasks(id=project.id, request=request, request_options={"max_retries": 0})
        return project.id


@dataclass
class RunningStandIn:
    """The stand-in model server, and the levers a test pulls. `url` is what OPENAI_BASE_URL would be."""

    root: str

    def __post_init__(self) -> None:
        self._levers_at_start = self.control()

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    def control(self, **levers: object) -> Json:
        """Set some levers, such as `server_error=0.5`; returns all of them."""
        return self._json("POST", "/control", json=levers)

    def stats(self) -> Json:
        return self._json("GET", "/stats")

    def reset(self) -> None:
        """Put every lever back to where it was at the start, and count from zero."""
        self.control(**self._levers_at_start, reset=True)

    def _json(self, method: str, path: str, **request: Any) -> Json:
        answer: Json = httpx.request(method, f"{self.root}{path}", timeout=10.0, **request).raise_for_status().json()
        return answer


@pytest.fixture(scope="session", autouse=True)
def stopped_by_signals() -> None:
    """A cancelled test run must not leave a Label Studio behind."""
    services.stop_on_signals()


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLabelStudio]:
    """One Label Studio for the session, with nothing in it but its user. Tests make projects of their own."""
    folder = tmp_path_factory.mktemp("label-studio")
    account = local.Account(password=secrets.token_urlsafe(12), token=secrets.token_hex(20))
    try:
        shutil.copytree(local.initialised_data_dir(), folder / "data")
    except local.NotInstalledError as error:
        _unavailable(str(error))
    log = folder / "label-studio.log"
    with local.label_studio(folder / "data", services.free_port(), account, log=log) as service:
        running = RunningLabelStudio(service.url, account)
        with running.http:
            yield running


@pytest.fixture(scope="session")
def stand_in_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStandIn]:
    log = tmp_path_factory.mktemp("stand-in") / "stand-in.log"
    with services.stand_in(services.free_port(), log=log) as service:
        yield RunningStandIn(service.url)


@pytest.fixture
def stand_in(stand_in_server: RunningStandIn) -> RunningStandIn:
    """The session's stand-in model, behaving well until the test says otherwise."""
    stand_in_server.reset()
    return stand_in_server


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the Chromium on this machine."""
    return chromium_path() or _unavailable(
        "No Chromium found. Install chromium (or google-chrome), or name one in the variable CHROMIUM."
    )


@pytest.fixture
def browser(label_studio: RunningLabelStudio, chromium: str) -> Iterator[BrowserContext]:
    """A browser signed in to `label_studio`.

    Not shared between tests, although it takes a second or two to open: tests run in any order, and `asyncio.run` fails
    in those that run while it is open.
    """
    with signed_in(chromium, label_studio.url, label_studio.account) as context:
        yield context


def _unavailable(reason: str) -> NoReturn:
    """Skip on a developer's machine; in CI a journey that silently did not run would look like one that passed."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _with_truth(data: Json, truth: list[Json] | None) -> Json:
    if truth is None:
        return {"data": data}
    return {"data": data, "annotations": [{"result": truth, "ground_truth": True}]}
