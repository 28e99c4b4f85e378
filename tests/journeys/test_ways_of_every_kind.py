"""Spans, marks, numbers and the other kinds by the ways that the labelling screen and the Prompts API take.

The Prompts API runs a version, Label Studio asks for one task with what is on its screen, and an annotator types the
same prompt there: each gives the same regions.
"""

import json
import re
import unicodedata
from typing import Any

import pytest
from label_studio_sdk import LabelStudio

from backend.domain.labels.config import read_config
from backend.domain.prompts.default_prompt import first_prompt
from tests.control_sets import Json, control_set, linked
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation, sdk_of
from tests.journeys.project import StudioProject
from tests.running import RunningStandIn, until

PATIENCE_S = 60
KINDS = ("boxes", "labels_paragraphs", "labels_text", "multi", "number", "per_region", "ranker")
NOTE = '<Text name="note" value="$note"/>'
"""For the stand-in, which does not look at pictures."""


def told(name: str, data: Json) -> Json:
    """Data of a task that says what the stand-in answers. It takes letters and their accents apart where they are
    several characters, and nothing may be marked up to there: they are one here."""
    data = dict(json.loads(unicodedata.normalize("NFC", json.dumps(data, ensure_ascii=False))))
    if name == "boxes":
        return {**data, "note": "red 100 200 400 600, blue 650 500 900 900.5"}
    return {**data, "text": f"{data['text']} It is 2.5."} if name == "number" else data


def marked(config: str) -> str:
    """The name of the object that its first control is about."""
    about = re.search(r'toName="(\w+)', config)
    assert about
    return about[1]


def with_prompt_box(config: str) -> str:
    """A config with a place to type a prompt."""
    head, end, tail = config.rpartition("</View>")
    return f'{head}<TextArea name="typed" toName="{marked(config)}" smart="true"/>{end}{tail}'


def run_by_api(sdk: LabelStudio, project: StudioProject, title: str, text: str) -> str:
    """Makes a prompt and runs its version on all tasks; the version's tag."""
    prompt = sdk.prompts.create(title=title, associated_projects=[project.id]).id or 0
    version = sdk.prompts.versions.create(prompt, title="a", prompt=text, provider_model_id="stand-in").id or 0
    started = sdk.prompts.runs.create(prompt, version, project=project.id, project_subset="All").id

    def ended() -> Any:
        run = next(run for run in sdk.prompts.runs.list(prompt, version) if run.id == started)
        return None if run.status in ("Pending", "InProgress") else run

    run = until(ended, PATIENCE_S)
    assert (run.status, run.total_predictions) == ("Completed", len(project.task_ids()))
    return f"{title}@1"


def asked(project: StudioProject, task: int, screen: list[Json]) -> Json:
    """What the labelling screen gets for a task with these regions on it."""
    (backend,) = project.backends()
    body = {"task": task, "context": {"result": screen}}
    answer = project.http.post(f"/api/ml/{backend['id']}/interactive-annotating", json=body).raise_for_status().json()
    return dict(answer["data"])


def compared(result: list[Json]) -> list[Json]:
    """The regions without scores, and without the one that holds what was typed."""
    kept = [{name: region[name] for name in region if name != "score"} for region in result]
    return linked([region for region in kept if region.get("from_name") != "typed"])


def test_each_way_gives_the_same_regions(
    backend_server: ServedInstallation,
    label_studio: RunningLabelStudio,
    stand_in: RunningStandIn,
    subtests: pytest.Subtests,
) -> None:
    stand_in.control(pictures=True)
    ours = backend_server.installation.app
    with sdk_of(backend_server.url, label_studio.api_key) as sdk:
        for name in KINDS:
            with subtests.test(name):
                found = control_set(name)
                config = found.config.replace("<View>", f"<View>{NOTE}", 1) if name == "boxes" else found.config
                tasks = [told(name, data) for data in found.tasks]
                project = StudioProject.made(label_studio, tasks, None, with_prompt_box(config))
                text = first_prompt(read_config(config)).template
                tag = run_by_api(sdk, project, f"{name} {project.id}", text)
                pushed = {one["task"]: one for one in project.predictions_by_task()}
                assert {one["model_version"] for one in pushed.values()} == {tag}
                ours.connect(project.id, backend_server.url)
                ours.use(tag)
                task = min(pushed)
                wanted = compared(pushed[task]["result"])
                assert wanted
                assert compared(asked(project, task, [])["result"]) == wanted
                typed = {"from_name": "typed", "to_name": marked(config), "type": "textarea"}
                screen = [{**typed, "id": "a", "value": {"text": [text]}}]
                assert compared(asked(project, task, screen)["result"]) == wanted
