"""Two people who annotated the same tasks of a real Label Studio, side by side with the model."""

from collections.abc import Iterator

import httpx
import pytest

from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import TOPICS, StudioProject, chosen, messages, topic_of, truths

TASKS, OTHERWISE = 30, 6


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """The first person has annotated everything."""
    return StudioProject.made(label_studio, messages(TASKS), truths(TASKS, TASKS))


@pytest.fixture
def colleague(label_studio: RunningLabelStudio) -> Iterator[httpx.Client]:
    """A second person, who was invited and is signed in."""
    invited = label_studio.http.get("/api/invite").json()["invite_url"]
    with httpx.Client(base_url=label_studio.url, headers={"Referer": label_studio.url}) as session:
        session.get(invited)
        form = {"email": "colleague@example.com", "password": "correct-horse-battery"}
        session.post(invited, data={**form, "csrfmiddlewaretoken": session.cookies["csrftoken"]})
        session.headers["X-CSRFToken"] = session.cookies["csrftoken"]
        assert session.get("/api/current-user/whoami").json()["email"] == form["email"]
        yield session


def annotate(colleague: httpx.Client, project: StudioProject) -> None:
    """Like the first person, but for the first tasks."""
    for number, task in enumerate(project.task_ids()):
        label = topic_of(number) if number >= OTHERWISE else TOPICS[(TOPICS.index(topic_of(number)) + 1) % len(TOPICS)]
        body = {"result": chosen(label), "lead_time": 2.0}
        colleague.post(f"/api/tasks/{task}/annotations/", json=body).raise_for_status()


def test_people_agree_with_each_other_and_with_the_model(
    mine: Installation, project: StudioProject, colleague: httpx.Client
) -> None:
    mine.save("topic", project.id)
    mine.command("run", "topic@1", "--on", "all", "--no-push")
    alone = mine.command("people", "topic@1")
    assert "No task was annotated by two people or more" in alone.err
    annotate(colleague, project)
    found = mine.command("people", "topic@1", "--json")
    assert (found.json["tasks"], found.json["people"]) == (TASKS, 2)
    assert found.json["among_people"] == pytest.approx(1 - OTHERWISE / TASKS)
    accuracy = mine.command("evaluate", "topic@1", "--no-push", "--json").json["accuracy"]
    assert abs(found.json["with_model"] - accuracy) <= OTHERWISE / TASKS
    assert found.json["alpha_ci"][0] < found.json["alpha"] < found.json["among_people"]
    assert (found.json["stands_in"], found.json["drawn"]) == (None, None)
    assert "0 of them were drawn at random" in found.err
    assert "it takes 3 people with at least 100 tasks each" in found.err
    table = mine.command("people", "topic@1")
    assert "people agree with the model" in table.out
    assert "Krippendorff's alpha" in table.out
    assert f"Of {TASKS} tasks that two people or more annotated" in table.err
