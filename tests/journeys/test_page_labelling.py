"""Ground truths from the page, without JavaScript; each is read from Label Studio."""

import secrets

import pytest

from backend.domain.dataset.subset import Subset
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.no_script import Browser, text_of
from tests.journeys.project import CONFIG, StudioProject, label_of, messages, topic_of, truths

TASKS, TRUTHS, WRONG = 30, 6, 2
MASKED = CONFIG.replace(
    "</View>",
    '<Image name="photo" value="$photo"/>'
    '<BrushLabels name="mask" toName="photo"><Label value="Crack"/></BrushLabels></View>',
)
MASK = {"format": "rle", "rle": [0, 0, 0, 8, 1, 2, 3], "brushlabels": ["Crack"]}
TWO = CONFIG.replace("</View>", '<Rating name="stars" toName="text"/></View>')


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    tasks = messages(TASKS, secrets.token_hex(4))
    return StudioProject(label_studio.new_project(CONFIG, tasks, truths(TRUTHS, TASKS, WRONG)), label_studio.http)


def answered(server: ServedInstallation, project: StudioProject) -> str:
    """The address of a version that was run on all tasks."""
    app, tag = server.installation.app, server.installation.save(f"mark{project.id}", project.id)
    app.run(tag, Subset("all"))
    row = next(item for item in app.public_objects().prompts() if tag.startswith(f"{item.name}@"))
    return f"/prompts/{row.id}/versions/{app.version_ids()[tag].id}"


def starred(project: StudioProject) -> dict[int, list[str]]:
    """The labels of ground truths, by task."""
    found = {task["id"]: [a for a in task["annotations"] if a["ground_truth"]] for task in project.tasks()}
    return {task: [label_of(a["result"]) for a in rows] for task, rows in found.items() if rows}


def test_truths_are_marked_corrected_and_queued(
    visitor: Browser, backend_server: ServedInstallation, project: StudioProject, label_studio: RunningLabelStudio
) -> None:
    version, ids = answered(backend_server, project), project.task_ids()
    visitor.get(version)
    back = "?kind=wrong"
    page = visitor.post(f"{version}/mark", task=ids[0], label="Refund", back=back)
    assert visitor.path == f"{version}?kind=wrong"
    assert f"Your ground truth for task {ids[0]} is saved: Refund." in text_of(page)
    assert starred(project)[ids[0]] == ["Refund"], "the annotation is corrected, not doubled"
    assert "Wrong 1" in text_of(page)
    assert len(project.annotations()) == TRUTHS

    visitor.post(f"{version}/mark", task=ids[20], answer="1", back=back)
    assert starred(project)[ids[20]] == [topic_of(20)]
    made = next(a for task in project.tasks() if task["id"] == ids[20] for a in task["annotations"])
    me = label_studio.http.get("/api/current-user/whoami").json()["id"]
    assert made["completed_by"] == me
    assert len(project.annotations()) == TRUTHS + 1

    assert "cannot be chosen here" in visitor.post(f"{version}/mark", 400, task=ids[0], label="<b>x</b>")
    visitor.get(version)
    visitor.post(f"{version}/mark", 400, task="x", label="Refund")

    queue = text_of(visitor.get(f"{version}/label"))
    assert "0 tasks to go" in queue
    visitor.post(f"{version}/draw")
    queue = text_of(visitor.html)
    assert "20 tasks to go" in queue
    assert "Confidence" not in queue
    drawn = backend_server.installation.app.drawn_open(project.id)
    assert len(drawn) == 20
    visitor.post(f"{version}/mark", task=drawn[0], label="Praise", back="draw")
    assert "19 tasks to go" in text_of(visitor.html)
    assert starred(project)[drawn[0]] == ["Praise"]

    check = text_of(visitor.get(f"{version}/label?queue=check"))
    assert "20 tasks to go" in check
    assert "Confidence" in check


def test_suspect_truths_are_a_work_list(
    visitor: Browser, backend_server: ServedInstallation, project: StudioProject
) -> None:
    version, ids = answered(backend_server, project), project.task_ids()
    prompt = version.rpartition("/versions/")[0]
    page = text_of(visitor.get(f"{prompt}/audit"))
    assert f"{TRUTHS} ground truths audited with the answers of 1 version" in page
    visitor.get(f"{version}/label?queue=check")
    visitor.post(f"{version}/mark", task=ids[1], label="Delivery", back="audit")
    assert visitor.path == f"{prompt}/audit"
    assert starred(project)[ids[1]] == ["Delivery"]


def test_what_takes_more_than_one_choice_is_accepted_as_it_is(
    visitor: Browser, backend_server: ServedInstallation, label_studio: RunningLabelStudio
) -> None:
    project = StudioProject(label_studio.new_project(TWO, messages(3, secrets.token_hex(4))), label_studio.http)
    version, ids = answered(backend_server, project), project.task_ids()
    queue = visitor.get(f"{version}/label?queue=check")
    assert "The labelling config takes more than one choice" in queue
    visitor.post(f"{version}/mark", task=ids[0], answer="1", back="check")
    (annotation,) = project.annotations()
    assert annotation["ground_truth"]
    assert {region["from_name"] for region in annotation["result"]} == {"topic", "stars"}
    visitor.get(version)
    assert "cannot be chosen here" in visitor.post(f"{version}/mark", 400, task=ids[1], label="Refund")


def test_a_truth_replaces_only_what_the_prompt_answers(
    visitor: Browser, backend_server: ServedInstallation, label_studio: RunningLabelStudio
) -> None:
    tasks = [{**task, "photo": "https://example.com/a.png"} for task in messages(2, secrets.token_hex(4))]
    project = StudioProject(label_studio.new_project(MASKED, tasks), label_studio.http)
    version, task = answered(backend_server, project), project.task_ids()[0]
    painted = {"id": "m1", "from_name": "mask", "to_name": "photo", "type": "brushlabels", "value": MASK}
    chosen = {"id": "c1", "from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["Praise"]}}
    sent = {"result": [painted, chosen]}
    assert label_studio.http.post(f"/api/tasks/{task}/annotations/", json=sent).status_code == 201

    visitor.get(version)
    visitor.post(f"{version}/mark", task=task, label="Refund")

    (annotation,) = project.annotations()
    assert annotation["ground_truth"]
    assert [region for region in annotation["result"] if region["from_name"] == "mask"] == [painted]
    assert label_of([region for region in annotation["result"] if region["from_name"] == "topic"]) == "Refund"
