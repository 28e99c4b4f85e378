"""The backend in the hands of a real Label Studio: what it stores, what annotators are shown, what stays behind."""

import re
import secrets
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from backend.domain.dataset.subset import Subset
from backend.errors import LabelConfigError, StudioError
from backend.services.runs.options import RunOptions
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.project import WIDER, StudioProject, chosen, label_of, messages, topic_of
from tests.running import RunningStandIn

TITLE = "Open Prompts"


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """Six messages that the shared record knows nothing about."""
    return StudioProject.made(label_studio, messages(6, secrets.token_hex(8)))


@pytest.fixture
def connected(project: StudioProject, backend_server: ServedInstallation) -> StudioProject:
    backend_server.installation.app.connect(project.id, backend_server.url)
    return project


def saved(server: ServedInstallation, project: StudioProject, **more: Any) -> str:
    """A version with a name of its own, because all tests share one database; its tag."""
    return server.installation.save(f"topic {project.id}", project.id, **more)


def used(server: ServedInstallation, project: StudioProject) -> str:
    tag = saved(server, project)
    server.installation.app.use(tag)
    return tag


def test_connecting_twice_is_one_backend(project: StudioProject, backend_server: ServedInstallation) -> None:
    for _ in range(2):
        done = backend_server.installation.command("connect", project.id, "--backend-url", backend_server.url + "/")
        assert (done.out, done.err) == ("", f"Project {project.id} is connected to {backend_server.url}.\n")
    (backend,) = project.backends()
    assert (backend["url"], backend["title"], backend["is_interactive"]) == (backend_server.url, TITLE, True)
    assert project.webhooks() == [f"{backend_server.url}/webhook"]
    assert backend["description"] == "Prompts for this project: http://127.0.0.1:9090/prompts"
    with_page = backend_server.installation.but(PAGE_URL="https://prompts.example.com")
    with_page.command("connect", project.id, "--backend-url", backend_server.url)
    assert project.backends()[0]["description"] == "Prompts for this project: https://prompts.example.com/prompts"


def test_opening_a_task_stores_one_prediction_of_the_version_in_use(
    connected: StudioProject, backend_server: ServedInstallation, stand_in: RunningStandIn
) -> None:
    tag = used(backend_server, connected)
    assert connected.shown == tag
    task = connected.task_ids()[1]
    (prediction,) = connected.opened(task)
    assert (prediction["model_version"], label_of(prediction["result"])) == (tag, topic_of(1))
    assert 0 < prediction["score"] < 1
    assert [again["id"] for again in connected.opened(task)] == [prediction["id"]]
    assert len(connected.predictions()) == stand_in.requests() == 1
    (backend,) = connected.backends()
    assert (backend["state"], backend["model_version"]) == ("CO", tag)


def test_another_version_in_use_is_asked_in_its_turn(
    connected: StudioProject, backend_server: ServedInstallation
) -> None:
    first = used(backend_server, connected)
    connected.act("retrieve_tasks_predictions")
    second = saved(backend_server, connected, text="Something else.\n\n{text}")
    backend_server.installation.app.use(second)
    connected.act("retrieve_tasks_predictions")
    assert connected.versions() == {first: 6, second: 6}


def test_after_a_change_of_the_config_the_tag_is_marked(
    connected: StudioProject, backend_server: ServedInstallation
) -> None:
    tag = used(backend_server, connected)
    task = connected.task_ids()[0]
    connected.opened(task)
    connected.change(label_config=WIDER)
    connected.act("retrieve_tasks_predictions")
    versions = connected.versions()
    (marked,) = set(versions) - {tag}
    assert re.fullmatch(re.escape(tag) + "~[0-9a-f]{4}", marked)
    assert versions == {tag: 1, marked: 6}
    assert backend_server.installation.app.withdraw(tag) == 7
    assert connected.predictions() == []
    assert connected.shown == tag


def test_a_project_without_a_prompt_gets_one_made_from_its_config(connected: StudioProject) -> None:
    (prediction,) = connected.opened(connected.task_ids()[2])
    assert re.fullmatch(r"auto@[0-9a-f]{8}", prediction["model_version"])
    assert label_of(prediction["result"]) == topic_of(2)


def test_retrieving_predictions_stores_one_for_each_task(
    label_studio: RunningLabelStudio, backend_server: ServedInstallation, stand_in: RunningStandIn
) -> None:
    project = StudioProject.made(label_studio, messages(50, secrets.token_hex(8)))
    backend_server.installation.app.connect(project.id, backend_server.url)
    tag = used(backend_server, project)
    for _ in range(2):
        project.act("retrieve_tasks_predictions")
        predictions = project.predictions()
        assert {p["task"] for p in predictions} == set(project.task_ids())
        assert len(predictions) == stand_in.requests() == 50
        assert {p["model_version"] for p in predictions} == {tag}
        assert all(p["score"] is None or 0 <= p["score"] <= 1 for p in predictions)
    run = backend_server.installation.app.run(tag, Subset("all"))
    assert (run.summary.requests, run.pushed and run.pushed.unchanged) == (0, 50)


def test_reading_tasks_makes_label_studio_ask_for_nothing(
    connected: StudioProject, backend_server: ServedInstallation, stand_in: RunningStandIn
) -> None:
    """Also in a project that retrieves predictions when its tasks are listed."""
    used(backend_server, connected)
    connected.change(evaluate_predictions_automatically=True)
    other = saved(backend_server, connected, text="Another text.\n\n{text}")
    run = backend_server.installation.app.run(other, Subset("sample", size=2), RunOptions(push=False))
    assert len(backend_server.installation.app.results(other)) == run.summary.requests == 2
    assert backend_server.installation.app.results(other, ["missing"], truth="any")
    assert (stand_in.requests(), connected.predictions()) == (2, [])


def test_saved_annotations_leave_the_version_alone(
    connected: StudioProject, backend_server: ServedInstallation
) -> None:
    tag = used(backend_server, connected)
    task = connected.task_ids()[0]
    connected.opened(task)
    saving = connected.http.post(f"/api/tasks/{task}/annotations/", json={"result": chosen("Refund")})
    assert saving.status_code == 201
    assert saving.elapsed.total_seconds() < 10
    connected.act("retrieve_tasks_predictions")
    assert connected.versions() == {tag: 6}
    answer = httpx.post(f"{backend_server.url}/webhook", json={"action": "ANNOTATION_CREATED"}, timeout=60)
    assert answer.status_code == 200
    (backend,) = connected.backends()
    training = connected.http.post(f"/api/ml/{backend['id']}/train", json={})
    assert training.status_code < 500
    versions = connected.get(f"/api/ml/{backend['id']}/versions")["versions"]
    assert tag in versions


def test_disconnecting_leaves_the_project_as_it_was(project: StudioProject, backend_server: ServedInstallation) -> None:
    app = backend_server.installation.app
    tag = saved(backend_server, project)
    app.run(tag, Subset("all"))
    project.change(model_version=tag)
    app.connect(project.id, backend_server.url)
    app.use(tag)
    (backend,) = project.backends()
    assert project.shown == backend["title"] == tag
    done = backend_server.installation.command("disconnect", project.id)
    assert done.err == f"Removed 1 backend from project {project.id}.\n"
    assert (project.backends(), project.webhooks(), project.shown) == ([], [], tag)
    assert project.versions() == {tag: 6}
    assert app.disconnect(project.id) == 0


def test_disconnecting_takes_back_what_connecting_chose(
    connected: StudioProject, backend_server: ServedInstallation
) -> None:
    assert connected.shown == TITLE
    assert backend_server.installation.app.disconnect(connected.id, backend_server.url) == 1
    assert (connected.backends(), connected.webhooks(), connected.shown) == ([], [], "")


def test_without_a_backend_the_predictions_there_are_shown(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("topic", project.id)
    with pytest.raises(StudioError, match="connect the server to the project, or run the version on all tasks first"):
        mine.app.use(tag)
    mine.app.run(tag, Subset("sample", size=3))
    told: list[str] = []
    mine.app.use(tag, told.append)
    assert "No backend is connected: annotators see the predictions topic@1 has" in told[0]
    assert project.shown == tag


def test_deleting_a_version_keeps_what_annotators_are_shown(mine: Installation, project: StudioProject) -> None:
    one, other = mine.save("topic", project.id), mine.save("other", project.id)
    for tag in (one, other):
        mine.app.run(tag, Subset("all"))
    mine.app.use(other)
    assert mine.app.withdraw(one) == 6
    assert (project.shown, project.versions()) == (other, {other: 6})


def test_replacing_the_version_that_is_shown_shows_the_new_one(mine: Installation, project: StudioProject) -> None:
    old = mine.save("topic", project.id)
    mine.app.run(old, Subset("all"))
    mine.app.use(old)
    new = mine.save("topic", project.id, "Another text.\n\n{text}")
    told = mine.command("run", new, "--on", "all").err
    assert f"they now see {new}" in told
    assert project.shown == new


def test_a_project_that_prompts_cannot_label_is_refused(label_studio: RunningLabelStudio, mine: Installation) -> None:
    config = '<View><Text name="t" value="$text"/><Brush name="l" toName="t"/></View>'
    project = StudioProject.made(label_studio, messages(1), config=config)
    refusals: tuple[Callable[[], object], ...] = (
        lambda: mine.save("topic", project.id),
        lambda: mine.app.connect(project.id, "http://x"),
    )
    for refused in refusals:
        with pytest.raises(LabelConfigError, match="Brush name='l'"):
            refused()
    assert project.backends() == []
    assert "There is no prompt 'topic'" in mine.command("show", "topic", code=1).err


def test_a_server_with_another_record_is_noticed(
    project: StudioProject, backend_server: ServedInstallation, mine: Installation
) -> None:
    mine.app.connect(project.id, backend_server.url)
    told: list[str] = []
    mine.app.use(mine.save("topic", project.id), told.append)
    assert "start it with the same DATA_DIR" in told[0]
