"""`<Pairwise>`, `<DateTime>` and `<Taxonomy>` on a real Label Studio: asked, judged, pushed, shown and annotated."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.installation import Installation
from tests.journeys.browser import TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.labelling import accepted_and_withdrawn, values_of
from tests.journeys.project import Json, StudioProject
from tests.journeys.screen import opened, photograph, submitted

TASKS, TRUTHS = 8, 6
CONFIG = """<View>
  <Text name="a" value="$draft"/><Text name="b" value="$other"/>
  <Pairwise name="better" toName="a,b"/>
  <DateTime name="due" toName="a" only="date" format="%d.%m.%Y"
    visibleWhen="choice-selected" whenTagName="media" whenChoiceValue="Print"/>
  <Taxonomy name="media" toName="a">
    <Choice value="Online"><Choice value="Paid" alias="p"/><Choice value="Free"/></Choice>
    <Choice value="Print"/>
  </Taxonomy>
</View>"""
"""Label Studio does not heed the condition on a <DateTime>."""
PROMPT = "Compare both.\n\n{draft}\n{other}"


def side(number: int) -> str:
    """Which text of a task is better, which the stand-in finds by the word, as it finds the path and the date."""
    return ("left", "right")[number % 2]


def kind(number: int) -> str:
    return ("Paid", "Free")[number % 3 == 0]


def task(number: int) -> Json:
    return {"draft": f"Due 2024-02-0{number + 1}, {kind(number)}.", "other": f"The {side(number)} text {number}."}


def judged(better: str, day: int, last: str) -> list[Json]:
    """The regions of an annotation as the screen makes them: a <Pairwise> names itself."""
    path = ["Online", "p" if last == "Paid" else last]
    return [
        {"from_name": "better", "to_name": "better", "type": "pairwise", "value": {"selected": better}},
        {"from_name": "due", "to_name": "a", "type": "datetime", "value": {"datetime": f"{day:02}.02.2024"}},
        {"from_name": "media", "to_name": "a", "type": "taxonomy", "value": {"taxonomy": [path]}},
    ]


def project_of(label_studio: RunningLabelStudio, tasks: int, truths: int) -> StudioProject:
    """Its ground truths are what the texts say; the first has the other side, the second is due three days later, and
    the third has the other kind of online."""
    sides = [side(1), *map(side, range(1, truths))]
    days = [number + (4 if number == 1 else 1) for number in range(truths)]
    kinds = [kind(0 if number == 2 else number) for number in range(truths)]
    given = [judged(*one) for one in zip(sides, days, kinds, strict=True)] if truths else []
    return StudioProject.made(
        label_studio, [task(n) for n in range(tasks)], [*given, *[None] * (tasks - truths)], CONFIG
    )


def test_sides_dates_and_paths_are_asked_judged_pushed_annotated_and_withdrawn(
    mine: Installation, label_studio: RunningLabelStudio
) -> None:
    project = project_of(label_studio, TASKS, TRUTHS)
    tag = mine.save("structured", project.id, PROMPT)
    evaluation = mine.command("evaluate", tag, "--json").json
    measured = {name: values_of(measures) for name, measures in evaluation["controls"].items()}
    assert measured["better"] == pytest.approx({"accuracy": 5 / 6, "left_answers": 3 / 6, "left_truths": 2 / 6})
    assert measured["due"] == pytest.approx({"accuracy": 5 / 6, "within_1_day": 5 / 6, "mean_error_days": 3 / 6})
    right_down = {"accuracy": 5 / 6, "hierarchical_f1": 11 / 12, "level_1": 1, "level_2": 5 / 6}
    assert measured["media"] == pytest.approx(right_down)
    mine.command("run", tag, "--on", "all")
    predictions = project.predictions_by_task()
    values = [{region["from_name"]: region["value"] for region in prediction["result"]} for prediction in predictions]
    expected = [{r["from_name"]: r["value"] for r in judged(side(n), n + 1, kind(n))} for n in range(TASKS)]
    assert values == expected, "a date in the control's own format, a path in aliases"
    made = accepted_and_withdrawn(mine, project, tag, TASKS)
    assert {region["from_name"] for region in made[0]["result"]} == {"better", "due", "media"}
    assert len([annotation for annotation in project.annotations() if not annotation["ground_truth"]]) == TASKS


def test_the_screen_shows_them_and_submits_what_was_predicted(
    mine: Installation, label_studio: RunningLabelStudio, browser: BrowserContext, tmp_path: Path
) -> None:
    project = project_of(label_studio, 1, 0)
    mine.command("run", mine.save("structured", project.id, PROMPT), "--on", "all")
    page = opened(browser, project)
    expect(page.locator("input[value='01.02.2024'], input[value='2024-02-01']")).to_be_visible(timeout=TIMEOUT_MS)
    expect(page.get_by_text("Free", exact=True).first).to_be_visible()
    photograph(page, tmp_path / "structured.png")
    (annotation,) = submitted(page, project)
    values = {region["from_name"]: region["value"] for region in annotation["result"]}
    assert values == {region["from_name"]: region["value"] for region in judged("left", 1, "Free")}
