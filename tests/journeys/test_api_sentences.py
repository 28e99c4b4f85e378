"""What the API answers to wrong requests is in its own words: no sentence names a command that a caller cannot run, or
an option of one."""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.project import CONFIG, StudioProject, messages, truths
from tests.running import RunningStandIn, until
from tests.unit.interfaces.web.pages.test_page_sentences import SPOKEN, without_the_server

TEXT = "What is it about?\n\n{text}"
NO_LABELS = '<View><Text name="text" value="$text"/><TextArea name="note" toName="text"/></View>'
OTHER_LABELS = CONFIG.replace("Praise", "Thanks")
TEACHER = {"teacher_model_name": "stand-in-teacher"}
NOBODY = "http://127.0.0.1:9/v1"
WRONG_RUNS: tuple[Mapping[str, Any], ...] = (
    {"project_subset": "HasGT"},
    {"budget_usd": 0.5},
    {"budget_usd": 0},
    {"task_ids": [10**6]},
    {"project_subset": "Custom"},
    {"project_subset": "Sample", "sample_subset_size": 0},
)
WRONG_VERSIONS: tuple[Mapping[str, Any], ...] = (
    {"prompt": "{nothing}"},
    {"prompt": "no variable"},
    {"max_few_shot_examples": 50},
    {"provider_model_id": "  "},
    {"model_provider_connection": 10**6},
    {"system": "{text}"},
)
WRONG_CONNECTIONS: tuple[Mapping[str, Any], ...] = (
    {"api_key": "sk-of-nobody"},
    {"endpoint": "http://user:password@host/v1"},
    {"endpoint": "host"},
    {"scope": "User", "endpoint": NOBODY},
)


@dataclass(frozen=True)
class SentenceCaller:
    """Sends requests and keeps what is answered."""

    http: httpx.Client
    sentences: list[str] = field(default_factory=list)

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.http.request(method, path, json=body, params=query)
        read = answer.json() if "json" in answer.headers.get("content-type", "") else None
        self.sentences.extend(strings(read))
        return read

    def refused(self, method: str, path: str, body: Any = None, **query: Any) -> str:
        """The sentence of an answer that must be a refusal."""
        answer = self.send(method, path, body, **query)
        assert list(answer) == ["detail"], answer
        return str(answer["detail"])

    def prompt(self, project: int) -> int:
        body = {"title": f"Said {secrets.token_hex(4)}", "associated_projects": [project]}
        return int(self.send("POST", "prompts/", body)["id"])

    def version(self, prompt: int, /, **more: Any) -> Any:
        body = {"prompt": TEXT, "provider_model_id": "stand-in", **more}
        return self.send("POST", f"prompts/{prompt}/versions", body).get("id")

    def run(self, prompt: int, version: int, body: Any) -> Any:
        """What starting a run answers; the run has ended by then."""
        path = f"prompts/{prompt}/versions/{version}/inference-runs"
        run = self.send("POST", path, body)
        if "id" in run:
            until(lambda: not {"Pending", "InProgress"} & {row["status"] for row in self.http.get(path).json()}, 60)
            self.send("GET", path)
        return run

    def read(self, version: int) -> None:
        own = f"open-prompts/versions/{version}"
        for name in ("evaluation", "results", "estimate", "report"):
            self.send("GET", f"{own}/{name}")
        self.send("GET", f"{own}/estimate", project_subset="HasGT")
        self.send("GET", f"{own}/threshold", accuracy=0.9)

    def of_commands(self) -> list[str]:
        """The sentences with something that only a shell knows; commands for those who run the server may stay."""
        return [sentence for sentence in self.sentences if SPOKEN.search(without_the_server(sentence))]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from strings(part)


@pytest.fixture
def caller(backend_server: ServedInstallation, label_studio: RunningLabelStudio) -> Iterator[SentenceCaller]:
    headers = {"Authorization": f"Token {label_studio.api_key}"}
    with httpx.Client(base_url=f"{backend_server.url}/api/", headers=headers, timeout=60) as http:
        yield SentenceCaller(http)


def made(label_studio: RunningLabelStudio, config: str, labelled: int = 0) -> StudioProject:
    tasks = messages(6, secrets.token_hex(4))
    return StudioProject(label_studio.new_project(config, tasks, truths(labelled, 6)), label_studio.http)


@pytest.mark.parametrize(
    ("config", "labelled"), [(CONFIG, 0), (CONFIG, 4), (NO_LABELS, 0)], ids=["bare", "labelled", "texts"]
)
def test_wrong_versions_runs_and_searches(
    caller: SentenceCaller, label_studio: RunningLabelStudio, config: str, labelled: int
) -> None:
    project = made(label_studio, config, labelled)
    prompt = caller.prompt(project.id)
    for wrong in WRONG_VERSIONS:
        caller.version(prompt, **wrong)
    version = caller.version(prompt)
    for wrong in WRONG_RUNS:
        caller.read(version)
        caller.run(prompt, version, {"project": project.id, **wrong})
    refine = f"prompts/{prompt}/versions/{version}/refine"
    for budget in (0.5, 0):
        body = {"project_id": project.id, "budget_usd": budget, **TEACHER}
        job = caller.send("POST", refine, body)["refinement_job_id"]
        until(lambda job=job: caller.send("GET", refine, refinement_job_id=job)["refinement_status"] == "Failed", 60)
    caller.send("GET", f"open-prompts/projects/{project.id}/audit")
    caller.send("GET", "open-prompts/compare", versions=f"{version},{version}")
    assert len(caller.sentences) > 100
    assert caller.of_commands() == []


def test_a_version_in_work_and_a_changed_config(
    caller: SentenceCaller, label_studio: RunningLabelStudio, stand_in: RunningStandIn
) -> None:
    project = made(label_studio, CONFIG, 4)
    prompt = caller.prompt(project.id)
    version = caller.version(prompt)
    runs = f"prompts/{prompt}/versions/{version}/inference-runs"
    stand_in.control(latency_ms=10_000)
    run = caller.send("POST", runs, {"project": project.id})
    deleted = caller.refused("DELETE", f"prompts/{prompt}/versions/{version}")
    assert deleted.endswith("so that version cannot be deleted: wait until it has ended, or cancel it.")
    assert "cannot be renamed" in caller.refused("PATCH", f"prompts/{prompt}", {"title": "Another"})
    caller.send("POST", f"{runs}/{run['id']}/cancel")
    stand_in.control(latency_ms=0)
    project.change(label_config=OTHER_LABELS)
    changed = caller.refused("POST", runs, {"project": project.id})
    assert "create another version with the same 'prompt'" in changed
    caller.read(version)
    assert caller.of_commands() == []


def test_connections_that_cannot_be_and_one_that_is_gone(
    caller: SentenceCaller, label_studio: RunningLabelStudio
) -> None:
    for wrong in WRONG_CONNECTIONS:
        caller.refused("POST", "model-provider-connections/", wrong)
    kept = caller.send("POST", "model-provider-connections/", {"endpoint": NOBODY, "api_key": "sk-of-nobody"})["id"]
    elsewhere = {"endpoint": "http://127.0.0.1:10/v1"}
    assert "'api_key'" in caller.refused("PATCH", f"model-provider-connections/{kept}", elsewhere)
    caller.refused("POST", f"open-prompts/connections/{kept}/test", {"model": "m"})
    project = made(label_studio, CONFIG)
    prompt = caller.prompt(project.id)
    version = caller.version(prompt, model_provider_connection=kept, provider_model_id="m")
    caller.send("DELETE", f"model-provider-connections/{kept}")
    gone = caller.refused("POST", f"prompts/{prompt}/versions/{version}/inference-runs", {"project": project.id})
    assert re.search("There is no connection '.*' here: see the list of connections", gone)
    caller.send("GET", f"prompts/{prompt}/versions/{version}/cost-estimate")
    assert caller.of_commands() == []
