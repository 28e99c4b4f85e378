"""`<Choices perItem="true">` over several pictures on a real Label Studio: asked, judged, pushed, shown, annotated."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.installation import Installation
from tests.journeys.browser import TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.labelling import accepted_and_withdrawn, values_of
from tests.journeys.project import Json, StudioProject
from tests.journeys.screen import opened, photograph, submitted
from tests.pictures import data_url
from tests.running import RunningStandIn

TASKS, TRUTHS = 4, 3
CONFIG = """<View>
  <Image name="img" valueList="$images"/><Text name="note" value="$note"/>
  <Choices name="colour" toName="img" perItem="true"><Choice value="red"/><Choice value="blue" alias="b"/></Choices>
</View>"""
PROMPT = "Which colours?\n{images}\n{note}"
COLOURS = ("red", "b")


def task(number: int) -> Json:
    """The stand-in sees no pictures: it reads of each in the note."""
    lines = [f'- "{place}": something {"red" if place == number % 2 else "blue"}' for place in (0, 1)]
    return {"images": [data_url(2 * number), data_url(2 * number + 1)], "note": "\n".join(lines)}


def judged(*colours: str) -> list[Json]:
    own = {"from_name": "colour", "to_name": "img", "type": "choices"}
    return [{**own, "value": {"choices": [one]}, "item_index": number} for number, one in enumerate(colours)]


def right(number: int) -> tuple[str, str]:
    return ("red", "b") if number % 2 == 0 else ("b", "red")


def project_of(label_studio: RunningLabelStudio, tasks: int, truths: int) -> StudioProject:
    """The ground truth of the first task has another colour for its second picture."""
    given = [judged(*(right(n) if n else ("red", "red"))) for n in range(truths)]
    return StudioProject.made(
        label_studio, [task(n) for n in range(tasks)], [*given, *[None] * (tasks - truths)], CONFIG
    )


def shown(result: list[Json]) -> list[tuple[int, str]]:
    return sorted((region["item_index"], region["value"]["choices"][0]) for region in result)


def test_each_picture_has_a_choice(
    mine: Installation, label_studio: RunningLabelStudio, stand_in: RunningStandIn
) -> None:
    stand_in.control(pictures=True)
    project = project_of(label_studio, TASKS, TRUTHS)
    tag = mine.save("colours", project.id, PROMPT)
    measured = mine.command("evaluate", tag, "--json").json["controls"]["colour"]
    assert values_of(measured) == pytest.approx({"accuracy": 2 / 3, "item_accuracy": 5 / 6})
    mine.command("run", tag, "--on", "all")
    assert [shown(p["result"]) for p in project.predictions_by_task()] == [
        shown(judged(*right(n))) for n in range(TASKS)
    ]
    accepted_and_withdrawn(mine, project, tag, TASKS)


def test_the_screen_shows_and_submits_them(
    mine: Installation,
    label_studio: RunningLabelStudio,
    stand_in: RunningStandIn,
    browser: BrowserContext,
    tmp_path: Path,
) -> None:
    stand_in.control(pictures=True)
    project = project_of(label_studio, 1, 0)
    mine.command("run", mine.save("colours", project.id, PROMPT), "--on", "all")
    page = opened(browser, project)
    red, blue = (page.get_by_role("checkbox", name=re.compile(rf"^{name}\[")) for name in ("red", "blue"))
    expect(red).to_be_checked(timeout=TIMEOUT_MS)
    expect(blue).not_to_be_checked()
    photograph(page, tmp_path / "colours.png")
    (annotation,) = submitted(page, project)
    assert shown(annotation["result"]) == [(0, "red"), (1, "b")]
