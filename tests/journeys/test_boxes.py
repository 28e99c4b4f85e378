"""Boxes, ellipses and points in pictures on a real Label Studio: asked, judged, pushed, shown, annotated, withdrawn.

The stand-in model is sent the pictures and does not look at them: it copies the places that the text beside one tells.
"""

import base64
import struct
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.installation import Installation
from tests.journeys.browser import TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, StudioProject
from tests.journeys.screen import opened, photograph, submitted
from tests.running import RunningStandIn

TASKS, TRUTHS, NEAR, FAR = 6, 4, 0, 1
WIDTH, HEIGHT = 200, 100
CONFIG = """<View>
  <Text name="note" value="$note"/>
  <Image name="img" value="$image" rotateControl="true"/>
  <RectangleLabels name="box" toName="img"><Label value="Red" alias="R"/><Label value="Blue"/></RectangleLabels>
  <EllipseLabels name="round" toName="img"><Label value="Ball"/></EllipseLabels>
  <KeyPointLabels name="spot" toName="img"><Label value="Eye"/></KeyPointLabels>
</View>"""
PROMPT = "Say where they are in {image}.\n\n{note}"


def picture(number: int) -> str:
    """A PNG as a `data:` URI, no two alike."""
    row = b"\0" + bytes([40 * number, 120, 200]) * WIDTH

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0))
    png = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(row * HEIGHT)) + chunk(b"IEND", b"")
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def task(number: int) -> Json:
    red = 100 + 50 * number
    note = f"red {red} 200 {red + 301} 600, blue 650 500 900 900.5; ball: 200 200 400 600; eye 333 250"
    return {"note": note, "image": picture(number)}


def marked(name: str, kind: str, label: str, **value: float) -> Json:
    """A region as the screen saves it."""
    size = {"original_width": WIDTH, "original_height": HEIGHT, "image_rotation": 0}
    return {"from_name": name, "to_name": "img", "type": kind, "value": {**value, kind: [label]}, **size}


def regions(number: int, moved: float = 0) -> list[Json]:
    """Of what the note of a task says, the red box `moved` to the right."""
    red = {"x": 10 + 5 * number + moved, "y": 20, "width": 30.1, "height": 40, "rotation": 0}
    return [
        marked("box", "rectanglelabels", "R", **red),
        marked("box", "rectanglelabels", "Blue", x=65, y=50, width=25, height=40.05, rotation=0),
        marked("round", "ellipselabels", "Ball", x=30, y=40, radiusX=10, radiusY=20, rotation=0),
        marked("spot", "keypointlabels", "Eye", x=33.3, y=25, width=0.5),
    ]


def essence(result: list[Json]) -> list[Json]:
    """Without the names of regions and where they came from."""
    known = ("from_name", "to_name", "type", "value", "original_width", "original_height", "image_rotation")
    return [{name: region[name] for name in known} for region in result]


@pytest.fixture(autouse=True)
def with_pictures(stand_in: RunningStandIn) -> None:
    stand_in.control(pictures=True)


def project_of(label_studio: RunningLabelStudio, tasks: int, truths: int) -> StudioProject:
    """Its ground truths are what the notes say; the red box of one is a little, that of another one far to the right.
    The ellipses are turned, by half a turn, and one picture was turned when it was marked."""
    given = [regions(number, {NEAR: 3, FAR: 40}.get(number, 0)) for number in range(truths)]
    for result in given:
        result[2]["value"]["rotation"] = 180
    for region in given[-1] if given else ():
        region["image_rotation"] = 90
    return StudioProject.made(
        label_studio, [task(n) for n in range(tasks)], [*given, *[None] * (tasks - truths)], CONFIG
    )


def test_marks_are_asked_judged_pushed_annotated_and_withdrawn(
    mine: Installation, label_studio: RunningLabelStudio, stand_in: RunningStandIn
) -> None:
    project = project_of(label_studio, TASKS, TRUTHS)
    tag = mine.save("marks", project.id, PROMPT)
    judged = mine.command("evaluate", tag, "--json").json
    found = {name: {measure: one["value"] for measure, one in of.items()} for name, of in judged["controls"].items()}
    assert found["box"]["exact_match"] == judged["accuracy"] == pytest.approx(3 / 4), "a little apart is the same"
    assert found["box"]["box_f1"] == pytest.approx(7 / 8)
    overlap = (30.1 - 3) / (30.1 + 3)
    assert found["box"]["mean_iou"] == pytest.approx((6 + overlap) / 7)
    assert found["round"] == pytest.approx({"exact_match": 1, "box_f1": 1, "mean_iou": 1})
    assert found["spot"] == {"exact_match": 1, "point_f1": 1, "mean_distance": 0}
    assert judged["per_label"]["box: R"]["f1"] == pytest.approx(3 / 4)
    shown = mine.command("evaluate", tag).out
    assert "box: mean_iou" in shown
    assert "spot: mean_distance" in shown
    assert "R at 15, 20" in mine.command("results", tag, "--wrong").out

    mine.command("run", tag, "--on", "all")
    predictions = sorted(project.predictions(), key=lambda prediction: int(prediction["task"]))
    assert [essence(one["result"]) for one in predictions] == [regions(number) for number in range(TASKS)]
    assert sorted(stand_in.stats()["pictures"].values()) == [1] * TASKS, "each was shown once"
    names = [region["id"] for one in predictions for region in one["result"]]
    assert mine.app.push(tag).unchanged == TASKS, "what Label Studio stored is read back as what was said"
    mine.command("withdraw", tag, "--yes")
    mine.app.push(tag)
    again = sorted(project.predictions(), key=lambda prediction: int(prediction["task"]))
    assert [region["id"] for one in again for region in one["result"]] == names, "ids are the same again"
    mine.command("annotate", tag, "--yes")
    made = [annotation for annotation in project.annotations() if annotation["parent_prediction"]]
    assert [essence(one["result"]) for one in made] == [regions(number) for number in range(TASKS)]
    mine.command("withdraw", tag, "--yes")
    assert project.predictions() == []


def shown_on(page: Page, marks: int) -> None:
    """Waits until the picture is there, with all marks."""
    expect(page.locator("canvas").first).to_be_visible(timeout=TIMEOUT_MS)
    page.wait_for_function("[...document.images].every(image => image.complete)", timeout=TIMEOUT_MS)
    expect(page.locator(".lsf-outliner-item")).to_have_count(marks, timeout=TIMEOUT_MS)


@pytest.mark.parametrize("turned", [0, 90])
def test_the_screen_shows_the_marks_and_submits_what_was_predicted(
    mine: Installation, label_studio: RunningLabelStudio, browser: BrowserContext, tmp_path: Path, turned: int
) -> None:
    """Whether the annotator turns the picture or not."""
    project = project_of(label_studio, 1, 0)
    tag = mine.save("marks", project.id, PROMPT)
    mine.command("run", tag, "--on", "all")
    (prediction,) = project.predictions()
    page = opened(browser, project)
    shown_on(page, len(regions(0)))
    if turned:
        turn(page)
    photograph(page, tmp_path / "marks.png")
    (annotation,) = submitted(page, project)
    assert essence(prediction["result"]) == regions(0)
    assert essence(annotation["result"]) == [{**region, "image_rotation": turned} for region in regions(0)]
    assert mine.app.push(tag).unchanged == 1


def test_marks_that_were_drawn_by_hand_are_the_same_as_those_of_the_model(
    mine: Installation, label_studio: RunningLabelStudio, browser: BrowserContext
) -> None:
    """The ball is drawn from its centre; the annotator turns the picture at the end."""
    note = "red 100 200 400 600; ball 500 100 700 500; eye 850 800"
    project = StudioProject.made(label_studio, [{"note": note, "image": picture(0)}], None, CONFIG)
    page = opened(browser, project)
    shown_on(page, 0)
    draw(page, "Red", (10, 20), (40, 60))
    draw(page, "Ball", (60, 30), (70, 50))
    draw(page, "Eye", (85, 80), (85, 80))
    shown_on(page, 3)
    turn(page)
    (annotation,) = submitted(page, project)
    assert {region["image_rotation"] for region in annotation["result"]} == {90}
    project.http.patch(f"/api/annotations/{annotation['id']}/", json={"ground_truth": True}).raise_for_status()
    judged = mine.command("evaluate", mine.save("marks", project.id, PROMPT), "--json").json
    assert judged["accuracy"] == 1
    found = judged["controls"]
    assert found["box"]["mean_iou"]["value"] > 0.9
    assert found["round"]["mean_iou"]["value"] > 0.9
    assert found["spot"]["mean_distance"]["value"] < 1


def turn(page: Page) -> None:
    """Turns the picture clockwise, by the last of the tools beside it."""
    page.locator(".lsf-toolbar .lsf-tool").last.click()
    expect(page.locator("img[style*='rotate(90deg)']")).to_have_count(1, timeout=TIMEOUT_MS)


def draw(page: Page, label: str, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Presses the mouse at one place, in percent of the picture, and lets it go at another."""
    page.locator(".lsf-label", has_text=label).click()
    box = page.locator("canvas").first.bounding_box()
    assert box is not None
    for place, then in ((start, page.mouse.down), (end, page.mouse.up)):
        page.mouse.move(box["x"] + box["width"] * place[0] / 100, box["y"] + box["height"] * place[1] / 100, steps=5)
        then()
