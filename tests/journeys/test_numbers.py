"""`<Rating>` and `<Number>` beside `<Choices>` on a real Label Studio: asked, judged, pushed, shown and annotated."""

import json

import pytest

from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, StudioProject, chosen, topic_of

TASKS, TRUTHS, STARS = 9, 6, 4
CONFIG = f"""<View>
  <Text name="text" value="$text"/>
  <Choices name="topic" toName="text">
    <Choice value="Refund"/><Choice value="Delivery"/><Choice value="Praise"/>
  </Choices>
  <Rating name="stars" toName="text" maxRating="{STARS}" required="true"/>
  <Number name="price" toName="text" min="10" step="0.5"/>
</View>"""


def given(number: int) -> int:
    """The stars in the text of a task, which the stand-in finds."""
    return number % STARS + 1


def price(number: int) -> float:
    return 10 + number / 2


def rated(stars: int, price: float) -> list[Json]:
    return [
        {"from_name": "stars", "to_name": "text", "type": "rating", "value": {"rating": stars}},
        {"from_name": "price", "to_name": "text", "type": "number", "value": {"number": price}},
    ]


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """Its ground truths are what the texts say; the first has a star more, the second two, the third costs 3 more."""
    texts = [f"The {topic_of(i).lower()} cost {price(i)}, I give it {given(i)}" for i in range(TASKS)]
    tasks = [{"text": text} for text in texts]
    prices = [price(0), price(1), price(2) + 3, *map(price, range(3, TRUTHS))]
    stars = [given(0) + 1, given(1) + 2, *map(given, range(2, TRUTHS))]
    truths = [[*chosen(topic_of(number)), *rated(stars[number], prices[number])] for number in range(TRUTHS)]
    return StudioProject.made(label_studio, tasks, [*truths, *[None] * (TASKS - TRUTHS)], CONFIG)


def test_numbers_are_asked_judged_pushed_and_annotated(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("topic", project.id)
    saved = mine.command("save", "other", "--project", project.id).err
    assert [name for name in ("<Rating", "<Number") if name in saved] == [], "nothing is left alone"
    assert "stars: 1; price: 10" in mine.command("try", tag, "--task", project.task_ids()[0]).out
    shown = " ".join(mine.command("evaluate", tag).out.split())
    assert "its numbers (stars, price) are right exactly: look at the scores of each control too" in shown
    assert "stars: mean_absolute_error 0.500" in shown
    assert "confusion: stars" in shown
    judged = mine.command("evaluate", tag, "--json").json
    assert judged["accuracy"] == pytest.approx(3 / 6)
    assert judged["controls"]["topic"]["accuracy"]["value"] == 1
    measured = {name: one["value"] for name, one in judged["controls"]["stars"].items()}
    assert measured["accuracy"] == pytest.approx(4 / 6)
    assert measured["within_1"] == pytest.approx(5 / 6)
    assert measured["mean_absolute_error"] == pytest.approx((1 + 2) / 6)
    assert judged["controls"]["price"]["mean_absolute_error"]["value"] == pytest.approx(3 / 6)
    assert judged["controls"]["price"]["bias"]["value"] == pytest.approx(-3 / 6)
    assert 0 < measured["quadratic_weighted_kappa"] < 1
    mine.command("run", tag, "--on", "all")
    predictions = sorted(project.predictions(), key=lambda prediction: int(prediction["task"]))
    results = [{region["from_name"]: region for region in prediction["result"]} for prediction in predictions]
    assert [held["stars"]["value"] for held in results] == [{"rating": given(number)} for number in range(TASKS)]
    assert [held["price"]["value"] for held in results] == [{"number": price(number)} for number in range(TASKS)]
    assert {(held["stars"]["type"], held["price"]["type"]) for held in results} == {("rating", "number")}
    assert {type(held["stars"]["value"]["rating"]) for held in results} == {int}, "a text breaks the labelling screen"
    assert mine.app.push(tag).unchanged == TASKS, "what Label Studio stored is read back as what was said"
    mine.command("annotate", tag, "--yes")
    made = [annotation for annotation in project.annotations() if annotation["parent_prediction"]]
    assert len(made) == TASKS
    assert {region["from_name"] for region in made[0]["result"]} == {"topic", "stars", "price"}
    assert "stars: 1" in mine.command("results", tag, "--wrong").out
    rows = mine.command("export", tag, "--format", "jsonl").out.splitlines()
    exported = [json.loads(row) for row in rows]
    assert [row["answer.stars"] for row in exported] == [given(number) for number in range(TASKS)]
    assert [row["answer.price"] for row in exported] == [price(number) for number in range(TASKS)]
