"""`<Choices choice="multiple" perItem="true">` on a real Label Studio: asked, judged, pushed, shown, annotated."""

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

CONFIG = """<View>
  <Image name="img" valueList="$images"/><Text name="note" value="$note"/>
  <Choices name="seen" toName="img" perItem="true" choice="multiple">
    <Choice value="red"/><Choice value="blue" alias="b"/><Choice value="green"/>
  </Choices>
</View>"""
PROMPT = "Which colours?\n{images}\n{note}"
NOTES = [("blue and red", "grey"), ("green", "red"), ("grey", "grey")]
"""What the stand-in, which sees no pictures, reads of each."""
SEEN: list[tuple[tuple[str, ...], ...]] = [(("red", "b"), ()), (("green",), ("red",)), ((), ())]
TRUTHS: list[tuple[tuple[str, ...], ...]] = [(("b", "red"), ()), (("green",), ("red", "b")), ((), ())]


def task(number: int) -> Json:
    lines = [f'- "{place}": something {colours}' for place, colours in enumerate(NOTES[number])]
    return {"images": [data_url(2 * number), data_url(2 * number + 1)], "note": "\n".join(lines)}


def judged(seen: tuple[tuple[str, ...], ...]) -> list[Json]:
    own = {"from_name": "seen", "to_name": "img", "type": "choices"}
    return [{**own, "value": {"choices": [*labels]}, "item_index": n} for n, labels in enumerate(seen) if labels]


def shown(result: list[Json]) -> list[tuple[int, list[str]]]:
    return sorted((region["item_index"], region["value"]["choices"]) for region in result)


def test_each_picture_has_labels_or_none(
    mine: Installation, label_studio: RunningLabelStudio, stand_in: RunningStandIn
) -> None:
    stand_in.control(pictures=True)
    project = StudioProject.made(label_studio, [task(n) for n in range(3)], [judged(truth) for truth in TRUTHS], CONFIG)
    tag = mine.save("colours", project.id, PROMPT)
    measured = mine.command("evaluate", tag, "--json").json["controls"]["seen"]
    assert values_of(measured) == pytest.approx({"accuracy": 2 / 3, "item_accuracy": 2 / 3})
    mine.command("run", tag, "--on", "all")
    assert [shown(p["result"]) for p in project.predictions_by_task()] == [shown(judged(seen)) for seen in SEEN]
    accepted_and_withdrawn(mine, project, tag, 3)


def test_the_screen_shows_and_submits_them(
    mine: Installation,
    label_studio: RunningLabelStudio,
    stand_in: RunningStandIn,
    browser: BrowserContext,
    tmp_path: Path,
) -> None:
    stand_in.control(pictures=True)
    project = StudioProject.made(label_studio, [task(0)], [None], CONFIG)
    mine.command("run", mine.save("colours", project.id, PROMPT), "--on", "all")
    page = opened(browser, project)
    red, blue, green = (page.get_by_role("checkbox", name=re.compile(rf"^{one}\[")) for one in ("red", "blue", "green"))
    expect(red).to_be_checked(timeout=TIMEOUT_MS)
    expect(blue).to_be_checked()
    expect(green).not_to_be_checked()
    photograph(page, tmp_path / "colours.png")
    (annotation,) = submitted(page, project)
    assert shown(annotation["result"]) == [(0, ["red", "b"])]
