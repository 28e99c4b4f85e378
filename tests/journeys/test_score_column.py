"""The screen, the predictions and the Data Manager's score column are of one version, and what annotators see changes
by `use` alone or is said before."""

import json
import re
import secrets

import pytest
from playwright.sync_api import BrowserContext, expect

from backend.domain.dataset.subset import Subset
from backend.services.run_control.progress import Silent
from backend.services.runs.options import RunOptions
from tests.installation import Installation
from tests.journeys.browser import TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.project import StudioProject, messages, truths
from tests.running import RunningStandIn

ALL = Subset("all")


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(6, secrets.token_hex(8)))


def scores(project: StudioProject, descending: bool = False) -> list[tuple[int, float | None]]:
    """Task and score as the Data Manager lists them, sorted by that column."""
    column = ("-" if descending else "") + "tasks:predictions_score"
    query = json.dumps({"ordering": [column]})
    found = project.get("/api/tasks/", project=project.id, page_size=100, fields="all", query=query)
    return [(task["id"], task["predictions_score"]) for task in found["tasks"]]


def of(project: StudioProject, version: str) -> dict[int, float]:
    """Scores of a version's predictions by task."""
    return {p["task"]: p["score"] for p in project.predictions() if p["model_version"] == version}


def assert_sorted_by(project: StudioProject, version: str) -> None:
    expected = of(project, version)
    found = [(task, score) for task, score in scores(project) if score is not None]
    assert dict(found) == pytest.approx(expected)
    assert expected
    assert [score for _, score in found] == sorted(expected.values())


def test_a_connected_project_can_be_sorted_by_the_score_of_the_version_in_use(
    project: StudioProject, backend_server: ServedInstallation, stand_in: RunningStandIn
) -> None:
    app = backend_server.installation.app
    app.connect(project.id, backend_server.url)
    name = f"topic {project.id}"
    first = backend_server.installation.save(name, project.id)
    app.use(first)
    app.run(first, Subset("sample", size=4))
    assert_sorted_by(project, first)
    (task,) = set(project.task_ids()[5:])
    (live,) = project.opened(task)
    assert live["model_version"] == first
    assert_sorted_by(project, first)
    assert len(of(project, first)) == 5
    second = backend_server.installation.save(name, project.id, "Another text.\n\n{text}")
    app.use(second)
    project.act("retrieve_tasks_predictions")
    assert_sorted_by(project, second)
    assert len(of(project, second)) == 6
    assert project.get(f"/api/projects/{project.id}/next/")["predictions"][0]["model_version"] == second
    (backend,) = project.backends()
    assert (backend["title"], backend["state"], project.shown) == (second, "CO", second)
    app.connect(project.id, backend_server.url)
    assert project.shown == second
    assert app.disconnect(project.id) == 1
    assert project.backends() == []


def test_a_run_on_an_unconnected_project_shows_its_predictions(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("topic", project.id)
    done = mine.command("run", tag, "--on", "sample", "--sample-size", 4)
    assert f"Annotators of project {project.id} are shown nothing yet; they will see {tag}." in done.err
    assert project.shown == tag
    assert_sorted_by(project, tag)


def test_what_somebody_chose_stays_and_is_said(mine: Installation, project: StudioProject) -> None:
    item = {"task": project.task_ids()[0], "model_version": "mine", "result": []}
    project.http.post(f"/api/projects/{project.id}/import/predictions", json=[item]).raise_for_status()
    project.change(model_version="mine")
    tag = mine.save("topic", project.id)
    said = mine.command("run", tag, "--on", "all").err
    assert f"shown mine, and the Data Manager's score column is of that: `ls-prompts use {tag}` changes both" in said
    assert project.shown == "mine"
    mine.app.use(tag)
    assert_sorted_by(project, tag)


def test_use_then_connect_is_live_and_agrees(project: StudioProject, backend_server: ServedInstallation) -> None:
    app = backend_server.installation.app
    tag = backend_server.installation.save(f"topic {project.id}", project.id)
    app.run(tag, Subset("sample", size=3))
    app.use(tag)
    app.connect(project.id, backend_server.url)
    assert project.shown == tag
    project.act("retrieve_tasks_predictions")
    assert len(of(project, tag)) == 6
    assert_sorted_by(project, tag)
    assert app.disconnect(project.id) == 1
    assert project.shown == tag


def test_what_a_run_replaces_and_what_annotators_will_see_is_said_before_the_model_is_asked(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    third = mine.save("topic", project.id)
    mine.app.run(third, ALL)
    mine.app.use(third)
    fourth = mine.save("topic", project.id, "Another text.\n\n{text}")
    asked: list[tuple[str, int]] = []
    before = stand_in.requests()

    class NotedRequests(Silent):
        def notify(self, sentence: str) -> None:
            asked.append((sentence, stand_in.requests() - before))

    mine.app.run(fourth, ALL, progress=NotedRequests())
    replaces, sees = asked[:2]
    assert replaces[0].startswith(
        f"On its tasks, predictions of {fourth} will replace those that this database pushed of"
    )
    assert f"{third} (6)" in replaces[0]
    assert f"get {third}; on these tasks they will see {fourth} too" in sees[0]
    assert (replaces[1], sees[1]) == (0, 0)
    assert project.shown == fourth
    assert mine.app.container.store.connection(project.id)["in_use"] == fourth


def test_live_annotators_stay_with_the_version_in_use(
    project: StudioProject, backend_server: ServedInstallation
) -> None:
    app = backend_server.installation.app
    app.connect(project.id, backend_server.url)
    name = f"topic {project.id}"
    third = backend_server.installation.save(name, project.id)
    app.use(third)
    app.run(third, ALL)
    fourth = backend_server.installation.save(name, project.id, "Another text.\n\n{text}")
    app.run(fourth, ALL)
    assert project.shown == third
    assert app.container.store.connection(project.id)["in_use"] == third


def test_an_evaluation_says_what_it_replaces_and_a_setting_keeps_it_from_pushing(
    mine: Installation, label_studio: RunningLabelStudio
) -> None:
    project = StudioProject.made(label_studio, messages(6), truths(6, of=6))
    first = mine.save("topic", project.id)
    mine.app.run(first, ALL)
    second = mine.save("topic", project.id, "Another text.\n\n{text}")
    off = mine.but(EVALUATE_PUSHES="false")
    assert "replace" not in off.command("evaluate", "topic").err
    assert project.versions() == {first: 6}
    assert off.app.evaluate("topic").pushed is None
    said = mine.command("evaluate", "topic").err
    assert f"predictions of {second} will replace those that this database pushed of {first} (6)" in said
    assert project.versions() == {second: 6}


def test_the_data_managers_page_is_sorted_by_it(
    label_studio: RunningLabelStudio, backend_server: ServedInstallation, browser: BrowserContext
) -> None:
    project = StudioProject.made(label_studio, messages(6, secrets.token_hex(4)))
    app = backend_server.installation.app
    app.connect(project.id, backend_server.url)
    tag = backend_server.installation.save(f"topic {project.id}", project.id)
    app.use(tag)
    backend_server.installation.command("run", tag, "--on", "all")
    data = {"title": "Sorted", "ordering": ["tasks:predictions_score"]}
    made = project.http.post("/api/dm/views/", json={"project": project.id, "data": data}).raise_for_status().json()
    texts = {task["id"]: task["data"]["text"] for task in project.tasks()}
    expected = of(project, tag)
    page = browser.new_page()
    page.goto(f"/projects/{project.id}/data?tab={made['id']}")
    shown = page.get_by_text(re.compile("which is about"))
    expect(shown).to_have_count(6, timeout=TIMEOUT_MS)
    task_of = {text: task for task, text in texts.items()}
    order = [expected[task_of[text.strip()]] for text in shown.all_inner_texts()]
    assert order == sorted(expected.values())


def test_keeping_says_nothing_of_replacing(mine: Installation, project: StudioProject) -> None:
    mine.app.run(mine.save("topic", project.id), ALL)
    second = mine.save("topic", project.id, "Another text.\n\n{text}")
    assert "replace" not in mine.command("run", second, "--on", "all", "--keep").err
    assert mine.app.run(second, ALL, RunOptions(push=False)).pushed is None
