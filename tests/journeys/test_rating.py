"""`<Rating>` beside `<Choices>` on a real Label Studio: asked, judged, pushed, shown and annotated."""

import json

import pytest

from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, Project, chosen, topic_of

TASKS, TRUTHS, STARS = 9, 6, 4
CONFIG = f"""<View>
  <Text name="text" value="$text"/>
  <Choices name="topic" toName="text">
    <Choice value="Refund"/><Choice value="Delivery"/><Choice value="Praise"/>
  </Choices>
  <Rating name="stars" toName="text" maxRating="{STARS}" required="true"/>
</View>"""


def given(number: int) -> int:
    """The stars in the text of a task, which the stand-in finds."""
    return number % STARS + 1


def rated(stars: int) -> list[Json]:
    return [{"from_name": "stars", "to_name": "text", "type": "rating", "value": {"rating": stars}}]


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> Project:
    """Its ground truths are what the texts say; the first has a star more and the second two."""
    tasks = [{"text": f"I give {given(i)} for this, which is about {topic_of(i).lower()}"} for i in range(TASKS)]
    stars = [given(0) + 1, given(1) + 2, *map(given, range(2, TRUTHS))]
    truths = [[*chosen(topic_of(number)), *rated(stars[number])] for number in range(TRUTHS)]
    return Project.made(label_studio, tasks, [*truths, *[None] * (TASKS - TRUTHS)], CONFIG)


def test_ratings_are_asked_judged_pushed_and_annotated(mine: Installation, project: Project) -> None:
    tag = mine.save("topic", project.id)
    assert "<Rating>" not in mine.command("save", "other", "--project", project.id).err, "nothing is left alone"
    assert "stars: 1" in mine.command("try", tag, "--task", project.task_ids()[0]).out
    shown = " ".join(mine.command("evaluate", tag).out.split())
    assert "its numbers (stars) are right exactly: look at the scores of each control too" in shown
    assert "stars: mean_absolute_error 0.500" in shown
    assert "confusion: stars" in shown
    judged = mine.command("evaluate", tag, "--json").json
    assert judged["accuracy"] == pytest.approx(4 / 6)
    assert judged["controls"]["topic"]["accuracy"]["value"] == 1
    measured = {name: one["value"] for name, one in judged["controls"]["stars"].items()}
    assert measured["accuracy"] == pytest.approx(4 / 6)
    assert measured["within_1"] == pytest.approx(5 / 6)
    assert measured["mean_absolute_error"] == pytest.approx((1 + 2) / 6)
    assert 0 < measured["quadratic_weighted_kappa"] < 1
    mine.command("run", tag, "--on", "all")
    predictions = sorted(project.predictions(), key=lambda prediction: int(prediction["task"]))
    ratings = [{r["from_name"]: r for r in prediction["result"]}["stars"] for prediction in predictions]
    assert [rating["value"] for rating in ratings] == [{"rating": given(number)} for number in range(TASKS)]
    assert {rating["type"] for rating in ratings} == {"rating"}
    assert all(type(rating["value"]["rating"]) is int for rating in ratings), "a text breaks the labelling screen"
    assert mine.app.push(tag).unchanged == TASKS, "what Label Studio stored is read back as what was said"
    mine.command("annotate", tag, "--yes")
    made = [annotation for annotation in project.annotations() if annotation["parent_prediction"]]
    assert len(made) == TASKS
    assert {region["from_name"] for region in made[0]["result"]} == {"topic", "stars"}
    assert "stars: 1" in mine.command("results", tag, "--wrong").out
    rows = mine.command("export", tag, "--format", "jsonl").out.splitlines()
    assert [json.loads(row)["answer.stars"] for row in rows] == [given(number) for number in range(TASKS)]
