"""Connections through the API: people add servers with keys, which nobody reads again, and versions ask them."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from label_studio_sdk import LabelStudio
from label_studio_sdk.core.api_error import ApiError
from label_studio_sdk.types.model_provider_connection import ModelProviderConnection

from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, sdk_of
from tests.journeys.project import StudioProject, messages
from tests.journeys.test_api import ended
from tests.running import RunningStandIn, running_stand_in

KEY, NEW_KEY = "sk-that-nobody-reads", "sk-that-is-newer"
TASKS = 4


@pytest.fixture
def other(tmp_path: Path) -> Iterator[RunningStandIn]:
    """A second stand-in, which wants a key of its own."""
    log = tmp_path / "other.log"
    with running_stand_in(log) as running:
        running.control(api_key=KEY)
        yield running


@pytest.fixture
def keeping(mine: Installation) -> Installation:
    """One that can store keys, and has a connection whose key is a variable."""
    keeping = mine.but(SECRET_KEY="0123456789abcdef", SHARED_KEY="sk-of-the-machine")
    keeping.command("connect-model", "shared", "--base-url", "http://127.0.0.1:9/v1", "--key-env", "SHARED_KEY")
    return keeping


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "backend.log"


@pytest.fixture
def address(keeping: Installation, log: Path) -> Iterator[str]:
    with services.backend(services.free_port(), keeping.env, log=log) as service:
        yield service.url


@pytest.fixture
def sdk(address: str, label_studio: RunningLabelStudio) -> Iterator[LabelStudio]:
    with sdk_of(address, label_studio.api_key) as client:
        yield client


def test_a_version_asks_the_server_that_somebody_added(
    sdk: LabelStudio, keeping: Installation, label_studio: RunningLabelStudio, other: RunningStandIn, log: Path
) -> None:
    project = StudioProject.made(label_studio, messages(TASKS))
    made = sdk.model_providers.create(provider="Custom", endpoint=other.url, auth_token=KEY)
    number = made.id or 0
    assert (made.endpoint, made.provider, made.scope) == (other.url, "Custom", "Organization")
    assert KEY not in made.model_dump_json()
    prompt = sdk.prompts.create(title=f"Elsewhere {project.id}", associated_projects=[project.id]).id or 0
    text = {"prompt": "What is it about?\n\n{text}", "provider_model_id": "stand-in"}
    version = sdk.prompts.versions.create(prompt, title="a", **text, model_provider_connection=number)
    assert (version.model_provider_connection, version.provider_model_id) == (number, "stand-in")
    ids = (prompt, version.id or 0)
    with pytest.raises(ApiError) as moved:
        sdk.prompts.versions.update(*ids, model_provider_connection=1)
    assert moved.value.status_code == 400
    started = sdk.prompts.runs.create(*ids, project=project.id, project_subset="All").id
    assert ended(lambda: sdk.prompts.runs.list(*ids), started).total_predictions == TASKS
    assert other.stats()["prompt_tokens"] > 0
    sdk.model_providers.delete(number)
    assert sdk.prompts.versions.get(*ids).model_provider_connection is None, "the version stays"
    assert not [word for word in (KEY, label_studio.api_key, "which is about") if word in log.read_text()]
    assert not any(KEY.encode() in file.read_bytes() for file in (keeping.folder / "data").rglob("*") if file.is_file())


def test_a_monthly_budget_is_told_as_a_budget(sdk: LabelStudio, keeping: Installation) -> None:
    def shared() -> ModelProviderConnection:
        listed: list[ModelProviderConnection] = sdk.model_providers.list()
        return next(one for one in listed if one.endpoint == "http://127.0.0.1:9/v1")

    assert (shared().budget_limit, shared().budget_reset_period, shared().budget_total_spent) == (None, None, None)
    keeping.command("connect-model", "shared", "--monthly-budget", 50)
    assert (shared().budget_limit, shared().budget_reset_period, shared().budget_total_spent) == (50, "Monthly", 0)
    reset = shared().budget_last_reset_date
    assert reset is not None
    assert (reset.day, reset.hour) == (1, 0)


def test_a_key_is_sent_only_where_it_was_given_for(
    sdk: LabelStudio, address: str, label_studio: RunningLabelStudio, other: RunningStandIn
) -> None:
    (shared,) = (item for item in sdk.model_providers.list() if item.endpoint == "http://127.0.0.1:9/v1")
    made = sdk.model_providers.create(provider="Custom", endpoint=other.url, api_key=KEY).id or 0
    for number in (shared.id or 0, made):
        with pytest.raises(ApiError) as moved:
            sdk.model_providers.update(number, endpoint="http://127.0.0.1:10/v1")
        assert (moved.value.status_code, "needs its 'api_key' too" in moved.value.body["detail"]) == (400, True)
    assert sdk.model_providers.update(made, endpoint="http://127.0.0.1:10/v1", api_key=NEW_KEY).endpoint[-5:] == "10/v1"
    back = sdk.model_providers.update(made, endpoint=other.url, api_key=KEY)
    assert (back.id, back.endpoint) == (made, other.url)
    headers = {"Authorization": f"Token {label_studio.api_key}"}
    test = f"{address}/api/open-prompts/connections/{made}/test"
    tried = httpx.post(test, json={"model": "stand-in"}, headers=headers, timeout=30)
    assert (tried.status_code, tried.json()["model"], KEY in tried.text) == (200, "stand-in", False)
    sdk.model_providers.update(made, api_key=NEW_KEY)
    refused = httpx.post(test, json={"model": "stand-in"}, headers=headers, timeout=30)
    assert (refused.status_code, list(refused.json()), NEW_KEY in refused.text) == (400, ["detail"], False)


def test_who_may_not_run_prompts_adds_no_server(
    keeping: Installation, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    watching = keeping.but(PROMPTS_EDITORS="somebody.else@example.com")
    log = tmp_path / "watching.log"
    with (
        services.backend(services.free_port(), watching.env, log=log) as service,
        sdk_of(service.url, label_studio.api_key) as sdk,
    ):
        numbers = [item.id or 0 for item in sdk.model_providers.list()]
        assert sdk.model_providers.get(numbers[-1]).provider == "Custom"
        with pytest.raises(ApiError, match="403"):
            sdk.model_providers.create(provider="OpenAI", api_key=KEY)
        with pytest.raises(ApiError, match="403"):
            sdk.model_providers.update(numbers[-1], api_key=KEY)
        with pytest.raises(ApiError, match="403"):
            sdk.model_providers.delete(numbers[-1])
        assert [item.id for item in sdk.model_providers.list()] == numbers
        assert KEY not in log.read_text()
