"""Answers that another program gives about a run: told as such, and counted for nothing that the model said."""

import httpx
import pytest
from label_studio_sdk.core.api_error import ApiError

from tests.journeys.conftest import RunningLabelStudio, ServedInstallation, sdk_of
from tests.journeys.project import CONFIG, StudioProject, messages, topic_of, truths
from tests.journeys.test_api import ended
from tests.running import RunningStandIn

TASKS = 6


def test_what_another_program_answered_stands_beside_the_run(
    backend_server: ServedInstallation, label_studio: RunningLabelStudio, stand_in: RunningStandIn
) -> None:
    project = StudioProject(label_studio.new_project(CONFIG, messages(TASKS), truths(TASKS, TASKS)), label_studio.http)
    tasks = project.task_ids()
    with sdk_of(backend_server.url, label_studio.api_key) as sdk:
        prompt = sdk.prompts.create(title=f"Outside {project.id}", associated_projects=[project.id]).id or 0
        text = {"prompt": "What is it about, elsewhere?\n\n{text}", "provider_model_id": "stand-in"}
        ids = (prompt, sdk.prompts.versions.create(prompt, title="a", **text).id or 0)
        chosen = tasks[:2]
        first = sdk.prompts.runs.create(*ids, project=project.id, project_subset="All").id or 0
        assert ended(lambda: sdk.prompts.runs.list(*ids), first).total_correct_predictions == TASKS
        pushed_before = project.predictions_by_task()
        said = [{"task_id": chosen[0], "output": {"topic": "Praise"}}, {"task_id": chosen[1], "output": {"topic": "?"}}]
        for _ in range(2):
            sdk.prompts.batch_predictions(modelrun_id=first, results=said, job_id="mine")
        broken = [{"task_id": tasks[2], "error_type": "Timeout", "message": "<script>It took too long.</script>"}]
        sdk.prompts.batch_failed_predictions(modelrun_id=first, failed_predictions=broken)
        with pytest.raises(ApiError) as unknown:
            sdk.prompts.batch_predictions(modelrun_id=first, results=[{"task_id": 10**8, "output": {}}])
        assert (unknown.value.status_code, "has no task" in unknown.value.body["detail"]) == (400, True)

        headers = {"Authorization": f"Token {label_studio.api_key}"}
        told = httpx.get(
            f"{backend_server.url}/api/open-prompts/runs/{first}/outside-answers", headers=headers, timeout=60
        ).json()
        assert [row["id"] for row in told] == tasks[:3]
        assert (told[0]["prediction"], told[0]["score"]) == ({"topic": "Praise"}, float(topic_of(0) == "Praise"))
        assert [row["error"] and row["error"]["error_type"] for row in told] == [None, "unknown_choice", "Timeout"]
        assert all(row["created_by"]["email"] == label_studio.account.email for row in told)
        outside = sdk.prompts.indicators.get(first, "outside").values
        assert (outside["outputs"], outside["usable"], outside["accuracy"]) == (3, 1, 0.0)

        assert sdk.prompts.indicators.get(first, "accuracy").values["accuracy"] == 1.0
        assert sdk.prompts.versions.get(*ids).score == 1.0
        rows = sdk.prompts.subset_tasks(project.id, model_run=first).results[0].task_result_list or []
        assert {row.score for row in rows} == {1.0}
        assert project.predictions_by_task() == pushed_before
        asked = stand_in.requests()
        again = sdk.prompts.runs.create(*ids, project=project.id, project_subset="HasGT").id or 0
        run = ended(lambda: sdk.prompts.runs.list(*ids), again)
        assert (run.total_correct_predictions, stand_in.requests()) == (TASKS, asked), "from what the model said"
