"""Each of the thirty endpoints of the Prompts API through the unmodified SDK, by its client and its async client."""

import asyncio
import inspect
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from label_studio_sdk import AsyncLabelStudio
from label_studio_sdk.core.api_error import ApiError

from backend.adapters.label_studio.sdk_internals import http_client_of
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation, sdk_of
from tests.journeys.project import CONFIG, StudioProject, messages, truths
from tests.running import until

TASKS, TRUTHS = 6, 4
TEXT = "What is it about?\n\n{text}"
FILTER = {"filter": "filter:tasks:id", "operator": "less", "type": "Number"}
Call = Callable[..., Awaitable[Any]]


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    tasks = messages(TASKS, secrets.token_hex(4))
    return StudioProject(label_studio.new_project(CONFIG, tasks, truths(TRUTHS, TASKS)), label_studio.http)


async def refused(answer: Awaitable[Any]) -> int:
    """The status of a call that is refused in one sentence."""
    with pytest.raises(ApiError) as error:
        await answer
    assert list(error.value.body) == ["detail"]
    return error.value.status_code or 0


async def all_of_them(call: Call, project: int, first_task: int) -> None:
    """Calls every endpoint once or more. `call`: of an endpoint by its name in the SDK."""
    title = f"Every {secrets.token_hex(4)}"
    made = await call("prompts.create", title=title, associated_projects=[project], description="all of it")
    prompt = made.id
    assert (made.skill_name, made.created_by.id > 0) == ("TextClassification", True)
    assert (await call("prompts.create", title=title, associated_projects=[project])).id == prompt, "the same once more"
    assert (await call("prompts.get", prompt)).associated_projects[0].id == project
    assert (await call("prompts.update", prompt, description="changed")).description == "changed"
    page = await call("prompts.list", page=1, page_size=10, search=title, ordering="-id")
    assert [row.id for row in page.results] == [prompt]
    compatible = await call("prompts.compatible_projects", page_size=500, project_type="TextClassification")
    assert project in [row.id for row in compatible.results]
    others = await call("prompts.compatible_projects", page_size=500, project_type="NamedEntityRecognition")
    assert project not in [row.id for row in others.results]
    assert [item.count for item in await call("prompts.subsets", project)] == [TASKS, TRUTHS, TASKS]
    await versions_and_runs(call, prompt, project, first_task)
    await providers(call)
    assert await call("prompts.delete", prompt) is None


async def versions_and_runs(call: Call, prompt: int, project: int, first_task: int) -> None:
    name = await call("prompts.versions.get_default_version_name", prompt)
    assert name is None or name.default_model_version_name.endswith("@1"), "SDK 2.0.23 does not read it"
    text = {"prompt": TEXT, "provider_model_id": "stand-in", "provider": "Custom"}
    version = (await call("prompts.versions.create", prompt, title="v", **text)).id
    assert (await call("prompts.versions.create", prompt, title="v", **text)).id == version, "the same once more"
    assert (await call("prompts.versions.update", prompt, version, title="w")).title == "w"
    assert (await call("prompts.versions.get", prompt, version)).prompt == TEXT
    assert [item.id for item in await call("prompts.versions.list", prompt, ordering="-id")] == [version]
    assert (await call("prompts.versions.cost_estimate", prompt, version)).error_type == "unknown_price"
    filters = {"conjunction": "and", "items": [{**FILTER, "value": first_task + TRUTHS}]}
    run = await call("prompts.runs.create", prompt, version, project=project, filters_json=filters)
    run = await ended(call, prompt, version, run.id)
    assert (run.status, run.total_tasks, run.total_predictions) == ("Completed", TRUTHS, TRUTHS)
    await results(call, project, version, run.id)
    assert (await call("prompts.runs.cancel", prompt, version, run.id)).detail == "The run had ended already."
    teacher = {"teacher_model_name": "stand-in-teacher", "teacher_model_provider_connection_id": 1}
    job = await call("prompts.versions.refine_prompt", prompt, version, project_id=project, async_=True, **teacher)
    again = await call("prompts.versions.get_refined_prompt", prompt, version, refinement_job_id=job.refinement_job_id)
    assert (again.refinement_job_id, again.previous_version.id) == (job.refinement_job_id, version)


async def results(call: Call, project: int, version: int, run: int) -> None:
    page = await call("prompts.subset_tasks", project, model_run=run, page=1, include_total=True)
    rows = page.results[0].task_result_list
    assert [row.score for row in rows] == [1.0] * TRUTHS
    assert (await call("prompts.subset_tasks", project, prediction_version_ids=str(version))).count == TRUTHS
    assert (await call("prompts.indicators.list", run))[0].title == "Accuracy"
    assert (await call("prompts.indicators.get", run, "accuracy")).values["accuracy"] == 1.0
    said = [{"task_id": rows[0].id, "output": {"topic": "Praise"}, "total_cost_usd": 0.5}]
    pushed = await call("prompts.batch_predictions", modelrun_id=run, results=said, num_predictions=1, job_id="mine")
    assert (pushed.job_id, pushed.results) == ("mine", said)
    broken = [{"task_id": rows[1].id, "error_type": "Timeout", "message": "It took too long."}]
    failed = await call("prompts.batch_failed_predictions", modelrun_id=run, failed_predictions=broken)
    assert failed.failed_predictions == broken
    assert (await call("prompts.indicators.get", run, "outside")).values["outputs"] == 2
    assert (await call("prompts.indicators.get", run, "accuracy")).values["accuracy"] == 1.0, "the model's alone"


async def providers(call: Call) -> None:
    connection = (await call("model_providers.list"))[0]
    assert (await call("model_providers.get", connection.id)).id == connection.id
    assert "Custom" in (await call("model_providers.list_model_provider_choices")).provider_choices
    assert await refused(call("model_providers.get", 10**6)) == 404
    assert await refused(call("model_providers.update", connection.id, endpoint="http://x")) == 400
    assert await refused(call("model_providers.delete", connection.id)) == 400
    made = await call("model_providers.create", provider="OpenAI", api_key="sk-of-nobody", scope="Organization")
    assert (made.provider, made.endpoint, made.created_by.id > 0) == ("OpenAI", "https://api.openai.com/v1", True)
    again = await call("model_providers.create", provider="OpenAI", api_key="sk-of-nobody")
    assert again.id == made.id, "the same once more"
    assert (await call("model_providers.update", made.id, deployment_name="gpt")).deployment_name == "gpt"
    assert made.id in [item.id for item in await call("model_providers.list", ordering="-id")]
    assert await call("model_providers.delete", made.id) is None
    assert await refused(call("model_providers.get", made.id)) == 404


async def ended(call: Call, prompt: int, version: int, run: int) -> Any:
    async with asyncio.timeout(60):
        while True:
            found = next(item for item in await call("prompts.runs.list", prompt, version) if item.id == run)
            if found.status not in ("Pending", "InProgress"):
                return found
            await asyncio.sleep(0.2)


def calling(client: Any) -> Call:
    """Calls an endpoint of a client of either kind."""

    async def call(name: str, *args: Any, **named: Any) -> Any:
        method = client
        for part in name.split("."):
            method = getattr(method, part)
        answer = method(*args, **named)
        return await answer if inspect.isawaitable(answer) else answer

    return call


def test_scripts_call_every_endpoint(
    backend_server: ServedInstallation, label_studio: RunningLabelStudio, project: StudioProject
) -> None:
    with sdk_of(backend_server.url, label_studio.api_key) as sdk:
        asyncio.run(all_of_them(calling(sdk), project.id, project.task_ids()[0]))


def test_asyncio_calls_every_endpoint(
    backend_server: ServedInstallation, label_studio: RunningLabelStudio, project: StudioProject
) -> None:
    async def script() -> None:
        sdk = AsyncLabelStudio(base_url=backend_server.url, api_key=label_studio.api_key)
        async with http_client_of(sdk).httpx_client:
            await all_of_them(calling(sdk), project.id, project.task_ids()[0])

    asyncio.run(script())


def test_what_enterprise_has_no_call_for(
    backend_server: ServedInstallation, label_studio: RunningLabelStudio, project: StudioProject
) -> None:
    app, name = backend_server.installation.app, f"own{project.id}"
    tags = [backend_server.installation.save(name, project.id, f"{word}\n\n{{text}}") for word in ("What?", "Which?")]
    for tag in tags:
        app.evaluate(tag)
    first, second = (app.version_ids()[tag].id for tag in tags)
    headers = {"Authorization": f"Token {label_studio.api_key}"}
    with httpx.Client(base_url=f"{backend_server.url}/api/open-prompts", headers=headers, timeout=60) as http:

        def told(path: str, status: int = 200) -> Any:
            answer = http.get(path)
            assert answer.status_code == status, answer.text
            return answer.json()

        evaluation = told(f"/versions/{first}/evaluation")
        assert (evaluation["version"], evaluation["accuracy"], evaluation["outputs"]) == (tags[0], 1.0, TRUTHS)
        assert evaluation["accuracy_ci"][0] < 1
        assert len(told(f"/versions/{first}/results/")) == TRUTHS
        assert told(f"/versions/{first}/results?kind=wrong") == []
        assert told(f"/versions/{first}/estimate?project_subset=All")["tasks"] == TASKS
        assert told(f"/versions/{first}/threshold?accuracy=0.5")["version"] == tags[0]
        assert told(f"/compare?versions={first},{second}")["difference"] == 0
        assert isinstance(told(f"/projects/{project.id}/audit?kind=confusions"), list)
        report = http.get(f"/versions/{first}/report?against={second}")
        assert report.headers["Content-Type"] == "text/html; charset=utf-8"
        assert tags[0] in report.text
        for path in ("/versions/1000000/evaluation", "/projects/1000000/audit"):
            assert list(told(path, 404)) == ["detail"]
        for path in (f"/compare?versions={first}", "/compare", f"/versions/{first}/threshold?accuracy=2"):
            assert list(told(path, 400)) == ["detail"]


@pytest.mark.parametrize(
    "path", ["prompts", "prompts/compatible-projects", "model-provider-connections", "projects/{project}/subsets"]
)
def test_a_slash_at_the_end_makes_no_difference(
    backend_server: ServedInstallation, label_studio: RunningLabelStudio, project: StudioProject, path: str
) -> None:
    headers = {"Authorization": f"Token {label_studio.api_key}"}
    address = f"{backend_server.url}/api/{path.format(project=project.id)}"
    with httpx.Client(headers=headers, timeout=60) as http:
        answers = [http.get(address + end) for end in ("", "/")]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_double_click_starts_one_run(
    backend_server: ServedInstallation, label_studio: RunningLabelStudio, project: StudioProject
) -> None:
    with sdk_of(backend_server.url, label_studio.api_key) as sdk:
        prompt = sdk.prompts.create(title=f"Twice {project.id}", associated_projects=[project.id]).id or 0
        made = sdk.prompts.versions.create(prompt, title="a", prompt=TEXT, provider_model_id="stand-in")
        ids = (prompt, made.id or 0)

        async def twice() -> list[Any]:
            start = lambda: sdk.prompts.runs.create(*ids, project=project.id, project_subset="All")  # noqa: E731
            return await asyncio.gather(*(asyncio.to_thread(start) for _ in range(2)))

        runs = asyncio.run(twice())
        assert {run.status for run in runs} <= {"Pending", "InProgress", "Completed"}
        until(lambda: all(run.status == "Completed" for run in sdk.prompts.runs.list(*ids)), 60)
        assert len(project.predictions()) == TASKS
