"""Every command that shows a figure says what it rests on: ground truths that people chose, few, and drawn."""

import pytest

from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, chosen, messages, topic_of, truths

TASKS, TRUTHS, DRAWN = 40, 12, 20
PROMPTS = ("What is it about?\n\n{text}", "Sort this message.\n\n{text}")
FIGURES = {
    "evaluate": ("evaluate", "topic@2", "--no-push"),
    "compare": ("compare", "topic@1", "topic@2"),
    "threshold": ("threshold", "topic@2", "--accuracy", 0.05),
    "threshold --wrong": ("threshold", "topic@2", "--wrong", 0.9),
    "calibrate": ("calibrate", "topic@2"),
    "shares": ("shares", "topic@2"),
    "votes": ("votes", "topic@1", "topic@2"),
    "cascade": ("cascade", "topic@1", "topic@2"),
    "report": ("report", "topic@2"),
}


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """The first twelve tasks have a ground truth: those that somebody chose."""
    return StudioProject.made(label_studio, messages(TASKS), truths(TRUTHS, TASKS))


def lines(mine: Installation, project: StudioProject) -> dict[str, str]:
    """Command -> the lines that it says about the draw."""
    asked = {**FIGURES, "audit": ("audit", project.id)}
    said = {}
    for name, argv in asked.items():
        done = mine.command(*argv)
        said[name] = "\n".join(line for line in (done.out + done.err).splitlines() if "drawn at random" in line)
    return said


def test_each_figure_comes_with_what_it_rests_on(mine: Installation, project: StudioProject) -> None:
    for text in PROMPTS:
        tag = mine.save("topic", project.id, text)
        mine.command("run", tag, "--on", "all", "--no-push")
    for name, said in lines(mine, project).items():
        assert f"0 of {TRUTHS} ground truths were drawn at random: tasks that people choose" in said, name
    drawn = mine.command("draw", project.id, "--size", DRAWN, "--json").json
    for name, said in lines(mine, project).items():
        assert f"of {TRUTHS} ground truths were drawn at random; the others may be" in said, name
    for task in drawn["open"]:
        body = {"result": chosen(topic_of(project.task_ids().index(task))), "ground_truth": True, "lead_time": 2.0}
        project.http.post(f"/api/tasks/{task}/annotations/", json=body).raise_for_status()
    every = TRUTHS + len(drawn["open"])
    for name, said in lines(mine, project).items():
        assert f"{DRAWN} of {every} ground truths were drawn at random" in said, name
