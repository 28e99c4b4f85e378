"""The Prompts API through the unmodified SDK: a script that was written for Enterprise, on the real Label Studio."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from label_studio_sdk import AsyncLabelStudio, LabelStudio
from label_studio_sdk.core.api_error import ApiError
from label_studio_sdk.types.model_run import ModelRun

from backend.adapters.label_studio.clients import client_without_cookies
from backend.adapters.label_studio.sdk_internals import http_client_of
from backend.domain.connections.providers import ADDRESSES
from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation, sdk_of
from tests.journeys.project import CONFIG, StudioProject, messages, truths
from tests.running import until

TASKS, TRUTHS, WRONG = 12, 6, 2
PATIENCE_S = 60


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    number = label_studio.new_project(CONFIG, messages(TASKS), truths(TRUTHS, TASKS, WRONG))
    return StudioProject(number, label_studio.http)


@pytest.fixture
def sdk(backend_server: ServedInstallation, label_studio: RunningLabelStudio) -> Iterator[LabelStudio]:
    with sdk_of(backend_server.url, label_studio.api_key) as client:
        yield client


def ended(runs: Callable[[], list[ModelRun]], number: int | None) -> ModelRun:
    """The run with this id, once it has ended."""

    def found() -> ModelRun | None:
        run = next(run for run in runs() if run.id == number)
        return None if run.status in ("Pending", "InProgress") else run

    run: ModelRun = until(found, PATIENCE_S)
    return run


def test_a_script_for_enterprise_runs_unchanged(sdk: LabelStudio, project: StudioProject) -> None:
    title = f"Topics {project.id}"
    made = sdk.prompts.create(title=title, associated_projects=[project.id], description="what it is about")
    assert (made.title, made.associated_projects, made.input_fields) == (title, [project.id], ["text"])
    assert made.output_classes == ["Refund", "Delivery", "Praise"]
    assert made.created_by is not None
    prompt = made.id or 0
    assert sdk.prompts.versions.get_default_version_name(prompt).default_model_version_name == f"{title}@1"

    text = "What is it about?\n\n{text}"
    version = sdk.prompts.versions.create(prompt, title="first", prompt=text, provider_model_id="stand-in")
    number = version.id or 0
    assert (version.title, version.prompt, version.score) == ("first", text, None)
    estimate = sdk.prompts.versions.cost_estimate(prompt, number)
    assert (estimate.is_error, estimate.error_type) == (True, "unknown_price")

    started = sdk.prompts.runs.create(prompt, number, project=project.id, project_subset="HasGT")
    run = ended(lambda: sdk.prompts.runs.list(prompt, number), started.id)
    assert (run.status, run.total_tasks, run.total_predictions) == ("Completed", TRUTHS, TRUTHS)
    assert run.total_correct_predictions == TRUTHS - WRONG
    share = (TRUTHS - WRONG) / TRUTHS
    assert sdk.prompts.indicators.get(run.id or 0, "accuracy").values["accuracy"] == pytest.approx(share)
    keys = {found.key for found in sdk.prompts.indicators.list(run.id or 0)}
    assert keys == {"accuracy", "f1", "classification_report", "outputs", "coverage", "cost"}
    assert sdk.prompts.versions.get(prompt, number).score == pytest.approx(share)
    listed = next(row for row in sdk.prompts.list(search=title).results if row.id == prompt)
    assert (listed.best_score, listed.runs_count, listed.versions_count) == (pytest.approx(share), 1, 1)

    everything = sdk.prompts.runs.create(prompt, number, project=project.id, project_subset="All")
    run = ended(lambda: sdk.prompts.runs.list(prompt, number), everything.id)
    assert (run.status, run.total_predictions) == ("Completed", TASKS)
    assert len(project.predictions()) == TASKS

    sdk.prompts.versions.delete(prompt, number)
    assert sdk.prompts.versions.list(prompt) == []
    sdk.prompts.delete(prompt)
    with pytest.raises(ApiError) as missing:
        sdk.prompts.get(prompt)
    assert missing.value.status_code == 404


def test_a_token_counts_for_its_own_request_alone(
    backend_server: ServedInstallation, label_studio: RunningLabelStudio
) -> None:
    """A client that kept Label Studio's session cookie would answer the next, anonymous, request as the one before."""
    address = f"{backend_server.url}/api/prompts/"
    with httpx.Client(timeout=60.0) as http:
        for _ in range(3):
            assert http.get(address, headers={"Authorization": f"Token {label_studio.api_key}"}).status_code == 200
            assert not http.cookies
            anonymous = http.get(address)
            assert (anonymous.status_code, list(anonymous.json())) == (401, ["detail", "error"])
            wrong = http.get(address, headers={"Authorization": f"Token {'0' * 40}"})
            assert (wrong.status_code, list(wrong.json())) == (401, ["detail"])
            assert http.get(address, headers={"X-API-Key": label_studio.api_key}).status_code == 200


def test_our_client_keeps_no_session_of_label_studio(label_studio: RunningLabelStudio) -> None:
    """Label Studio sets its session cookie on every answer, and takes it in place of a token."""
    for client, keeps in ((httpx.Client(timeout=60), True), (client_without_cookies(), False)):
        with client as http:
            assert http.get(f"{label_studio.url}/user/login/").status_code == 200
            assert ("sessionid" in http.cookies or "csrftoken" in http.cookies) == keeps


def test_a_personal_access_token_is_exchanged_through_us(
    backend_server: ServedInstallation, label_studio: RunningLabelStudio
) -> None:
    """The SDK asks the address it was given for access, which Label Studio alone can give."""
    with label_studio.personal_token() as token, sdk_of(backend_server.url, token) as sdk:
        assert sdk.model_providers.list_model_provider_choices().provider_choices == [*ADDRESSES]
    address = f"{backend_server.url}/api/token/refresh/"
    assert httpx.post(address, json={"refresh": "no.real.token"}, timeout=60).status_code == 401
    assert httpx.post(address, content=b"x" * 20_000, timeout=60).status_code == 413


def test_what_the_api_starts_is_within_the_days_limit(
    mine: Installation, project: StudioProject, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    limited = mine.but(MAX_USD_PER_DAY="1", PRICE_IN="1", PRICE_OUT="1")
    limited.save("topic", project.id)
    with (
        services.backend(services.free_port(), limited.env, log=tmp_path / "backend.log") as service,
        sdk_of(service.url, label_studio.api_key) as sdk,
    ):
        prompts = sdk.prompts
        (made,) = prompts.list().results
        (version,) = prompts.versions.list(made.id or 0)
        ids = (made.id or 0, version.id or 0)
        started = prompts.runs.create(*ids, project=project.id, project_subset="All")
        assert ended(lambda: prompts.runs.list(*ids), started.id).status == "Completed"
    (run,) = limited.app.runs()
    assert run.run.budget == pytest.approx(0.5, abs=0.01), "half of what is left"


def test_a_session_cookie_of_label_studio_is_no_token(
    backend_server: ServedInstallation, label_studio: RunningLabelStudio
) -> None:
    with label_studio.signed_in() as session:
        cookie = session.cookies["sessionid"]
    answer = httpx.get(f"{backend_server.url}/api/prompts/", cookies={"sessionid": cookie}, timeout=60)
    assert answer.status_code == 401


REFUSED = {
    "title is missing": ("post", "prompts/", {}, 400),
    "no project": ("post", "prompts/", {"title": "x"}, 400),
    "project that is not there": ("post", "prompts/", {"title": "x", "associated_projects": [10**6]}, 404),
    "not an object": ("post", "prompts/", [1], 400),
    "prompt that is not there": ("get", "prompts/1000000/", None, 404),
    "run that is not there": ("get", "inference-runs/1000000/indicators/", None, 404),
    "page past the end": ("get", "prompts/?page=1000", None, 404),
    "page that is no number": ("get", "prompts/?page=x", None, 400),
    "ordering by nothing": ("get", "prompts/?ordering=secret", None, 400),
    "address that is not there": ("get", "prompts/1/nothing", None, 404),
    "connection without an address": ("post", "model-provider-connections/", {"api_key": "sk-secret"}, 400),
    "connection for one person": (
        "post",
        "model-provider-connections/",
        {"scope": "User", "api_key": "sk-secret"},
        400,
    ),
    "key that is no text": ("post", "model-provider-connections/", {"api_key": ["sk-secret"]}, 400),
    "connection of the environment": ("patch", "model-provider-connections/1/", {"endpoint": "http://x"}, 400),
    "results of no run": ("post", "model-run/batch-predictions", {"modelrun_id": 1000000, "results": []}, 404),
    "results without a task": ("post", "model-run/batch-predictions", {"modelrun_id": 1, "results": [{}]}, 400),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_is_one_sentence(
    backend_server: ServedInstallation, label_studio: RunningLabelStudio, case: str
) -> None:
    method, path, sent, status = REFUSED[case]
    headers = {"Authorization": f"Token {label_studio.api_key}"}
    body = {} if sent is None else {"json": sent}
    answer: httpx.Response = getattr(httpx, method)(f"{backend_server.url}/api/{path}", headers=headers, **body)
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ["detail"]
    assert "sk-secret" not in answer.text
    assert "Traceback" not in answer.text


def test_tasks_are_found_by_how_they_came_out(sdk: LabelStudio, project: StudioProject) -> None:
    prompt = sdk.prompts.create(title=f"Rows {project.id}", associated_projects=[project.id]).id or 0
    text = "What is it about?\n\n{text}"
    version = sdk.prompts.versions.create(prompt, title="a", prompt=text, provider_model_id="stand-in").id or 0
    run = sdk.prompts.runs.create(prompt, version, project=project.id, project_subset="HasGT").id or 0
    again = sdk.prompts.runs.create(prompt, version, project=project.id, project_subset="HasGT").id
    assert again in (run, run + 1), "the one under way, or another once it has ended"
    ended(lambda: sdk.prompts.runs.list(prompt, version), again)

    def found(**more: Any) -> list[Any]:
        page = sdk.prompts.subset_tasks(project.id, model_run=run, **more)
        rows: list[Any] = page.results[0].task_result_list
        return rows

    everything = found()
    assert len(everything) == TRUTHS
    wrong = [item for item in everything if item.score == 0]
    assert len(wrong) == WRONG
    assert [item.id for item in found(alignment_outcome="false_positive")] == [item.id for item in wrong]
    label = str((wrong[0].prediction or {})["topic"])
    one = found(alignment_outcome="false_positive", alignment_class=label, alignment_from_name="topic")
    assert {str((item.prediction or {})["topic"]) for item in one} == {label}
    assert [item.subset for item in sdk.prompts.subsets(project.id)] == ["All", "HasGT", "Sample"]
    assert [item.count for item in sdk.prompts.subsets(project.id)] == [TASKS, TRUTHS, TASKS]
    assert project.id in [row.id for row in sdk.prompts.compatible_projects(page_size=500).results]


def test_the_asynchronous_client_and_connections(
    backend_server: ServedInstallation, label_studio: RunningLabelStudio, project: StudioProject
) -> None:
    async def script() -> list[Any]:
        sdk = AsyncLabelStudio(base_url=backend_server.url, api_key=label_studio.api_key)
        async with http_client_of(sdk).httpx_client:
            return await steps(sdk)

    async def steps(sdk: AsyncLabelStudio) -> list[Any]:
        made = await sdk.prompts.create(title=f"Async {project.id}", associated_projects=[project.id])
        changed = await sdk.prompts.update(made.id or 0, description="changed", title=f"Renamed {project.id}")
        connections = await sdk.model_providers.list()
        choices = await sdk.model_providers.list_model_provider_choices()
        return [made.id == changed.id, changed.title, connections[0].provider, (choices.provider_choices or [])[0]]

    assert asyncio.run(script()) == [True, f"Renamed {project.id}", "Custom", "OpenAI"]


def test_a_sample_is_the_tasks_that_a_run_on_it_takes(
    sdk: LabelStudio, backend_server: ServedInstallation, label_studio: RunningLabelStudio
) -> None:
    project = label_studio.new_project(CONFIG, messages(26))
    prompt = sdk.prompts.create(title=f"Sample {project}", associated_projects=[project]).id or 0
    version = sdk.prompts.versions.create(prompt, title="a", prompt="{text}", provider_model_id="stand-in").id or 0

    def run(subset: str, **more: Any) -> ModelRun:
        started = sdk.prompts.runs.create(prompt, version, project=project, project_subset=subset, **more).id
        return ended(lambda: sdk.prompts.runs.list(prompt, version), started)

    def listed(**more: Any) -> set[int]:
        page = sdk.prompts.subset_tasks(project, project_subset="Sample", **more)
        return {row.id or 0 for row in page.results[0].task_result_list or []}

    run("All")
    before = listed(model_version=version)
    for more, size in (({}, 20), ({"sample_subset_size": 5}, 5)):
        sampled = run("Sample", **more)
        taken = {outcome.task_id for outcome in backend_server.installation.app.outcomes(sampled.job_id or "")}
        assert len(taken) == sampled.total_tasks == size
        assert listed(model_run=sampled.id) == listed(model_version=version) == taken
        assert size == 5 or before == taken, "the same tasks before any run on a sample"
