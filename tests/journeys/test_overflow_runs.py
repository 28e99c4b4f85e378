""" "Retrieve predictions" with more tasks than fit into its time: a background run brings the rest, each task once."""

import secrets
from collections import Counter
from pathlib import Path

from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, label_of, messages, topic_of
from tests.running import RunningStandIn, until

TASKS = 800
PATIENCE_S = 240


def test_more_tasks_than_fit_into_its_time_all_get_their_prediction_once(
    mine: Installation, label_studio: RunningLabelStudio, stand_in: RunningStandIn, tmp_path: Path
) -> None:
    project = StudioProject.made(label_studio, messages(TASKS, secrets.token_hex(8)))
    tag = mine.save("topic", project.id)
    slow = mine.but(PREDICT_DEADLINE_S="2", CONCURRENCY="16")
    stand_in.control(latency_ms=100)
    log = tmp_path / "backend.log"
    with services.backend(services.free_port(), slow.env, log=log) as backend:
        mine.app.connect(project.id, backend.url)
        mine.app.use(tag)
        project.http.timeout = PATIENCE_S
        project.act("retrieve_tasks_predictions")
        assert project.predictions()
        until(lambda: len(project.predictions()) >= TASKS, PATIENCE_S)
        (run,) = mine.app.runs(tag)
        until(lambda: mine.app.watch(run.run.id).run.status == "completed", PATIENCE_S)
        found = project.predictions()
        assert max(Counter(p["task"] for p in found).values()) == 1
        assert len(found) == stand_in.requests() == TASKS
        right = {task["id"]: topic_of(number) for number, task in enumerate(project.tasks())}
        assert sum(label_of(p["result"]) == right[p["task"]] for p in found) == TASKS
        project.act("retrieve_tasks_predictions")
        assert len(project.predictions()) == stand_in.requests() == TASKS
    assert "left over" in log.read_text(), "it did not wait for all"


def test_without_a_way_to_label_studio_it_says_what_is_left(
    mine: Installation, label_studio: RunningLabelStudio, stand_in: RunningStandIn, tmp_path: Path
) -> None:
    project = StudioProject.made(label_studio, messages(40))
    tag = mine.save("topic", project.id)
    keyless = mine.but(PREDICT_DEADLINE_S="1", CONCURRENCY="4", LABEL_STUDIO_API_KEY="")
    stand_in.control(latency_ms=300)
    log = tmp_path / "backend.log"
    with services.backend(services.free_port(), keyless.env, log=log) as backend:
        mine.app.connect(project.id, backend.url)
        mine.app.use(tag)
        project.act("retrieve_tasks_predictions")
        assert f"{tag}: " in log.read_text()
        assert "tasks are left; with LABEL_STUDIO_API_KEY set" in log.read_text()
