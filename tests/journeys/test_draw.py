"""A random order for people, on a real Label Studio: the tab, and what numbers rest on once it is labelled."""

import pytest

from backend.services.dataset.drawing import ACTIVE_TAB, TAB
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import TOPICS, StudioProject, chosen, messages, topic_of, truths

TASKS = 40


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """The first twelve tasks have a ground truth: those that somebody chose."""
    return StudioProject.made(label_studio, messages(TASKS), truths(12, TASKS))


def tab(project: StudioProject, number: int) -> list[int]:
    rows = project.get("/api/tasks/", view=number, project=project.id, page_size=100)["tasks"]
    return sorted(row["id"] for row in rows)


def star(project: StudioProject, task: int) -> None:
    label = topic_of(project.task_ids().index(task))
    body = {"result": chosen(label), "ground_truth": True, "lead_time": 2.0}
    project.http.post(f"/api/tasks/{task}/annotations/", json=body).raise_for_status()


def test_tasks_are_drawn_labelled_and_counted(mine: Installation, project: StudioProject) -> None:
    mine.save("topic", project.id)
    before = mine.command("evaluate", "topic@1", "--no-push")
    assert "0 of 12 ground truths were drawn at random" in before.err
    drawn = mine.command("draw", project.id, "--size", 20, "--json").json
    assert (len(drawn["drawn"]), drawn["tasks"]) == (20, TASKS)
    assert set(drawn["open"]) == set(drawn["drawn"]) - set(project.task_ids()[:12])
    assert tab(project, drawn["tab"]) == sorted(drawn["open"])
    for task in drawn["open"][:-1]:
        star(project, task)
    again = mine.command("draw", project.id, "--size", 10, "--json").json
    assert (again["drawn"], again["open"], again["tab"]) == (drawn["drawn"], drawn["open"][-1:], drawn["tab"])
    assert tab(project, again["tab"]) == again["open"]
    views = project.get("/api/dm/views/", project=project.id)
    assert [view["data"]["title"] for view in views].count(TAB) == 1
    found = mine.command("evaluate", "topic@1", "--no-push", "--json").json["ground_truths"]
    assert (found["drawn"], found["gaps"]) == (19, again["open"])
    assert found["all"] == 19 + len(set(project.task_ids()[:12]) - set(drawn["drawn"]))
    threshold = mine.command("threshold", "topic@1", "--accuracy", 0.05, "--json").json
    assert (threshold["tasks"], threshold["accuracy"]) == (20, 19 / 20), "what nobody drew does not count"
    part = mine.command("threshold", "topic@1", "--accuracy", 0.5, "--split", "test:0.5", "--json").json
    assert part["ground_truths"]["drawn"] + len(part["ground_truths"]["gaps"]) < 20


def test_ground_truths_that_differ_from_the_other_tasks_are_noticed(
    mine: Installation, label_studio: RunningLabelStudio
) -> None:
    """The oldest tasks have the ground truths."""
    project = StudioProject.made(label_studio, messages(2 * TASKS), truths(TASKS, 2 * TASKS))
    mine.save("topic", project.id)
    assert "differ from" not in mine.command("evaluate", "topic@1", "--no-push").err
    mine.command("run", "topic@1", "--on", "all", "--no-push")
    found = mine.command("evaluate", "topic@1", "--no-push", "--json")
    assert "The ground truths differ from 40 other answered tasks: median number of the task" in found.err
    ground_truths = found.json["ground_truths"]
    assert (ground_truths["others"], [one["trait"] for one in ground_truths["differences"]]) == (TASKS, ["age"])
    assert "differ from 40 other answered tasks" in mine.command("report", "topic@1").out


def test_annotate_asks_before_it_relies_on_truths_that_were_chosen(mine: Installation, project: StudioProject) -> None:
    mine.save("topic", project.id)
    mine.command("run", "topic@1", "--on", "all")
    refused = mine.command("annotate", "topic@1", "--accuracy", 0.5, "--yes", code=1)
    assert "0 of 12 ground truths were drawn at random" in refused.err
    assert "add --not-drawn" in refused.err
    assert len(project.annotations()) == 12
    done = mine.command("annotate", "topic@1", "--accuracy", 0.5, "--yes", "--not-drawn")
    assert "annotations created from topic@1" in done.out
    assert len(project.annotations()) > 12


def test_shares_are_told_with_what_they_rest_on(mine: Installation, project: StudioProject) -> None:
    mine.save("topic", project.id)
    before = mine.command("shares", "topic@1", code=1)
    assert "`ls-prompts evaluate topic@1`" in before.err
    mine.command("run", "topic@1", "--on", "all")
    found = mine.command("shares", "topic@1", "--json")
    assert "The shares are of the 40 of 40 tasks that topic@1 answered, corrected by 12 ground truths." in found.err
    assert "0 of 12 ground truths were drawn at random" in found.err
    shares = found.json["labels"]
    assert sum(one["by_model"] for one in shares.values()) == pytest.approx(1)
    assert sum(one["ground_truths"] for one in shares.values()) == 12
    assert all(one["share_ci"][0] <= one["share"] <= one["share_ci"][1] for one in shares.values())
    table = mine.command("shares", "topic@1")
    assert "by the model" in table.out


def vague(number: int) -> bool:
    """Each fourth message names two topics, of which the second is meant."""
    return number % 4 == 0


def test_tasks_of_which_a_version_is_unsure_are_drawn_with_known_chances(
    mine: Installation, label_studio: RunningLabelStudio
) -> None:
    """What it draws is labelled by the API, the accuracy weighs it, and guarantees count the part that is random."""
    other = [f" or {TOPICS[(number + 1) % 3].lower()}" if vague(number) else "" for number in range(3 * TASKS)]
    data = [{"text": message["text"] + more} for message, more in zip(messages(3 * TASKS), other, strict=True)]
    project = StudioProject.made(label_studio, data)
    mine.save("topic", project.id)
    mine.command("run", "topic@1", "--on", "all", "--no-push")
    assert "`ls-prompts draw" in mine.command("draw", "topic@1", "--active", TASKS, code=1).err
    random = mine.command("draw", "topic@1", "--size", 60, "--json").json
    assert "AUROC n/a" in mine.command("draw", "topic@1", "--active", TASKS, code=1).err
    for task in random["open"]:
        star_as_meant(project, task)
    drawn = mine.command("draw", "topic@1", "--active", TASKS, "--json").json
    assert set(random["drawn"]) <= set(drawn["drawn"]), "the random draw grows by those that are as good as random"
    assert len(drawn["open"]) == TASKS
    assert set(drawn["open"]) == {*drawn["drawn"], *drawn["active"]} - set(random["drawn"])
    assert tab(project, drawn["tab"]) == sorted(drawn["open"])
    again = mine.command("draw", "topic@1", "--active", TASKS)
    assert mine.command("draw", "topic@1", "--active", TASKS, "--json").json == drawn, "safe to run again"
    assert f"{len(drawn['active'])} more where a version was unsure; 60 of them have a ground truth" in again.err
    titles = [view["data"]["title"] for view in project.get("/api/dm/views/", project=project.id)]
    assert titles.count(ACTIVE_TAB) == 1
    for task in drawn["open"]:
        star_as_meant(project, task)
    evaluated = mine.command("evaluate", "topic@1", "--no-push", "--json")
    found = evaluated.json["ground_truths"]
    assert (found["all"], found["active"], found["active_gaps"]) == (TASKS + 60, len(drawn["active"]), [])
    low, high = found["accuracy_weighted_ci"]
    assert low < found["accuracy_weighted"] < high
    assert "drawn with a known chance, where a version was unsure." in evaluated.err
    assert "The accuracy for the whole project, weighted by the chances of the drawn tasks, is 0." in evaluated.err
    threshold = mine.command("threshold", "topic@1", "--accuracy", 0.5, "--json").json
    assert threshold["ground_truths"]["drawn"] == len(drawn["drawn"]), "those with a higher chance do not count"
    assert mine.command("shares", "topic@1", "--json").json["ground_truths"]["active"] == len(drawn["active"])


def star_as_meant(project: StudioProject, task: int) -> None:
    number = project.task_ids().index(task)
    body = {"result": chosen(topic_of(number + vague(number))), "ground_truth": True, "lead_time": 2.0}
    project.http.post(f"/api/tasks/{task}/annotations/", json=body).raise_for_status()
