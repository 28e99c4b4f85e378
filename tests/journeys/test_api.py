"""The Prompts API through the unmodified SDK: a script that was written for Enterprise, on the real Label Studio."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from label_studio_sdk import AsyncLabelStudio, LabelStudio
from label_studio_sdk.core.api_error import ApiError
from label_studio_sdk.types.model_run import ModelRun

from tests.journeys.conftest import RunningLabelStudio, Served
from tests.journeys.project import CONFIG, Project, messages, truths

TASKS, TRUTHS, WRONG = 12, 6, 2
PATIENCE_S = 60


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> Project:
    number = label_studio.new_project(CONFIG, messages(TASKS), truths(TRUTHS, TASKS, WRONG))
    return Project(number, label_studio.http)


@pytest.fixture
def sdk(backend_server: Served, label_studio: RunningLabelStudio) -> LabelStudio:
    return LabelStudio(base_url=backend_server.url, api_key=label_studio.api_key)


def ended(runs: Callable[[], list[ModelRun]], number: int | None) -> ModelRun:
    """The run with this id, once it has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        run = next(run for run in runs() if run.id == number)
        if run.status not in ("Pending", "InProgress"):
            return run
        time.sleep(0.2)
    raise TimeoutError(f"run {number} did not end")


def test_a_script_for_enterprise_runs_unchanged(sdk: LabelStudio, project: Project) -> None:
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
