"""One address, as docker-compose.yml gives it: a script of Enterprise, with one client for projects and prompts.

nginx reads the very file that the composition gives it.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from label_studio_sdk import LabelStudio

from backend.adapters.label_studio.sdk_internals import http_client_of
from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import CONFIG, chosen, messages, topic_of
from tests.journeys.test_api import ended
from tests.journeys.test_proxy import nginx_with
from tests.running import until

ROOT = Path(__file__).resolve().parents[2]
TRUTHS, TASKS = 8, 12


@pytest.fixture
def address(mine: Installation, label_studio: RunningLabelStudio, tmp_path: Path) -> Iterator[str]:
    """Of nginx, before a Label Studio and an Open Prompts."""
    keeping = mine.but(SECRET_KEY="0123456789abcdef")
    with services.backend(services.free_port(), keeping.env, log=tmp_path / "backend.log") as service:
        config = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["configs"]["nginx"]["file"]
        text = (ROOT / config).read_text()
        for name, value in (("LABEL_STUDIO", label_studio.url), ("OPEN_PROMPTS", service.url)):
            text = text.replace(f"${{{name}}}", value.removeprefix("http://"))
        with nginx_with(tmp_path / "nginx", lambda port: text.replace("${LISTEN}", f"127.0.0.1:{port}")) as port:
            yield f"http://127.0.0.1:{port}"


def script(client: LabelStudio) -> None:
    """A script for Enterprise: a project, a prompt, a version, runs, indicators, a refinement, and all deleted."""
    project = client.projects.create(title="One address", label_config=CONFIG).id or 0
    tasks: list[Any] = [{"data": data} for data in messages(TASKS)]
    for i in range(TRUTHS):
        tasks[i]["annotations"] = [{"result": chosen(topic_of(i)), "ground_truth": True}]
    client.projects.import_tasks(id=project, request=tasks)
    prompt = client.prompts.create(title=f"One address {project}", associated_projects=[project]).id or 0
    text = {"prompt": "What is it about?\n\n{text}", "provider": "Custom", "provider_model_id": "stand-in"}
    version = client.prompts.versions.create(prompt, title="first", **text).id or 0
    run = client.prompts.runs.create(prompt, version, project=project, project_subset="HasGT").id or 0
    done = ended(lambda: client.prompts.runs.list(prompt, version), run)
    assert (done.status, done.total_correct_predictions) == ("Completed", TRUTHS)
    assert client.prompts.indicators.get(run, "accuracy").values["accuracy"] == 1.0
    assert [item.count for item in client.prompts.subsets(project)] == [TASKS, TRUTHS, TASKS]
    teacher = {"teacher_model_name": "stand-in-teacher", "teacher_model_provider_connection_id": 1}
    job = client.prompts.versions.refine_prompt(prompt, version, project_id=project, **teacher).refinement_job_id

    def refined() -> str | None:
        found = client.prompts.versions.get_refined_prompt(prompt, version, refinement_job_id=job)
        return None if found.refinement_status in ("Pending", "InProgress") else found.refinement_status

    assert until(refined, 120) in ("Completed", "Failed"), "nothing to learn from, where no answer is wrong"
    made = client.model_providers.create(provider="OpenAI", api_key="sk-of-nobody").id or 0
    client.model_providers.delete(made)
    client.prompts.versions.delete(prompt, version)
    client.prompts.delete(prompt)
    client.projects.delete(project)


def test_one_client_does_projects_and_prompts(address: str, label_studio: RunningLabelStudio) -> None:
    with label_studio.personal_token() as personal:
        for token in (label_studio.api_key, personal):
            client = LabelStudio(base_url=address, api_key=token)
            with closing(http_client_of(client).httpx_client):
                script(client)


def test_each_path_goes_where_it_belongs(address: str, label_studio: RunningLabelStudio) -> None:
    headers = {"Authorization": f"Token {label_studio.api_key}"}
    with httpx.Client(base_url=address, headers=headers, timeout=60) as http:
        for path in ("/api/prompts", "/api/prompts/", "/api/model-provider-connections/", "/api/openapi.json"):
            assert http.get(path).status_code == 200, path
        assert http.get("/prompts").status_code in (200, 302, 303)
        assert http.get("/prompts").headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert http.get("/api/version").json()["release"]
        assert "sessionid" in http.get("/user/login/").headers.get("Set-Cookie", "") or http.cookies
        for path in ("/predict", "/setup", "/webhook", "/runs"):
            assert http.post(path, json={}).status_code in (403, 404, 405), "the ML backend's routes stay inside"
