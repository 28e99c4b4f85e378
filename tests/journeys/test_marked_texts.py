"""Spans in HTML and in dialogues on a real Label Studio: asked, placed, judged, pushed, shown, annotated, withdrawn."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.installation import Installation
from tests.journeys.browser import TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, StudioProject
from tests.journeys.screen import opened, photograph, submitted

TASKS, TRUTHS, LONGER = 6, 4, 1
NAME, WHOLE = "Anna", "Anna Berg"
_BEFORE = "\U0001f600 "
_STYLE = "p{color:red}"
_NOWHERE = {"start": "", "end": "", "startOffset": 0, "endOffset": 0}


def sentence(number: int) -> str:
    """An emoji is one code point and two UTF-16 units; the stand-in marks the first word."""
    return f"{_BEFORE}{WHOLE} wrote this & that, {number}."


@dataclass(frozen=True)
class MarkedKind:
    """`own`: the tag that marks the object alone; `data`: of a task; `drawn`: the value of an annotation's region, by
    its text; `pushed`: the value of a prediction's."""

    own: str
    object: str
    data: Callable[[int], Json]
    drawn: Callable[[str], Json]
    pushed: Json
    shown_in: Callable[[Page], Locator]

    @property
    def config(self) -> str:
        return f"""<View>
          <{self.own} name="own" toName="shown"><Label value="Person" alias="PER"/><Label value="Firm"/></{self.own}>
          <Labels name="general" toName="shown"><Label value="Name"/></Labels>
          {self.object}
        </View>"""

    def regions(self, text: str) -> list[Json]:
        """As the screen makes them."""
        return [
            {**region, "to_name": "shown", "value": {**self.drawn(text), region["type"]: labels}}
            for region, labels in (
                ({"from_name": "own", "type": self.own.lower()}, ["PER"]),
                ({"from_name": "general", "type": "labels"}, ["Name"]),
            )
        ]


def _html(number: int) -> Json:
    return {"it": f"<style>{_STYLE}</style><h1>Case</h1><p>{sentence(number).replace('&', '&amp;')}</p>"}


def _in_html(text: str, above: str = "Case") -> Json:
    """By the browser's XPath and UTF-16 units, and by code points of the whole page."""
    ends = {"start": "/p[1]/text()[1]", "startOffset": 3, "end": "/p[1]/text()[1]", "endOffset": 3 + len(text)}
    start = len(above) + len(_BEFORE)
    return {**ends, "globalOffsets": {"start": start, "end": start + len(text)}, "text": text}


def _in_page(text: str) -> Json:
    """Where the HTML stands in the page and not in a frame of its own, its style counts too."""
    return _in_html(text, f"{_STYLE}Case")


def _in_turn(text: str) -> Json:
    return {"start": "1", "end": "1", "startOffset": 3, "endOffset": 3 + len(text), "text": text}


KINDS = {
    "html": MarkedKind(
        "HyperTextLabels",
        '<HyperText name="shown" value="$it"/>',
        _html,
        _in_html,
        {**_in_html(NAME), **_NOWHERE},
        lambda page: page.frame_locator("iframe").locator(".htx-highlight"),
    ),
    "html in the page": MarkedKind(
        "HyperTextLabels",
        '<HyperText name="shown" value="$it" inline="true"/>',
        _html,
        _in_page,
        {**_in_page(NAME), **_NOWHERE},
        lambda page: page.locator(".htx-highlight"),
    ),
    "dialogue": MarkedKind(
        "ParagraphLabels",
        '<Paragraphs name="shown" value="$it" layout="dialogue"/>',
        lambda number: {"it": [{"author": "Bot", "text": "Hello"}, {"author": "Guest", "text": sentence(number)}]},
        _in_turn,
        _in_turn(NAME),
        lambda page: page.locator(".htx-highlight"),
    ),
}
PROMPT = "Mark the names.\n\n{it}"


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> MarkedKind:
    return KINDS[request.param]


def made(label_studio: RunningLabelStudio, kind: MarkedKind, tasks: int, truths: int) -> StudioProject:
    """Its ground truths are what the stand-in marks; those of the first tasks are longer."""
    given = [kind.regions(WHOLE if number < LONGER else NAME) for number in range(truths)]
    return StudioProject.made(
        label_studio, [*map(kind.data, range(tasks))], [*given, *[None] * (tasks - truths)], kind.config
    )


def test_spans_are_asked_placed_judged_pushed_annotated_and_withdrawn(
    mine: Installation, label_studio: RunningLabelStudio, kind: MarkedKind
) -> None:
    project = made(label_studio, kind, TASKS, TRUTHS)
    tag = mine.save("names", project.id, PROMPT)
    judged = mine.command("evaluate", tag, "--json").json
    assert judged["quotes"] == {"located": {"exact": 2 * TRUTHS}, "unlocated": {}}
    for name in ("own", "general"):
        measured = judged["controls"][name]
        assert measured["span_f1"]["value"] == pytest.approx((TRUTHS - LONGER) / TRUTHS)
        assert measured["overlap_f1"]["value"] == 1, "the screen's units and those of a prediction are the same place"
    mine.command("run", tag, "--on", "all")
    predictions = project.predictions()
    assert len(predictions) == TASKS
    for prediction in predictions:
        values = {region["type"]: region["value"] for region in prediction["result"]}
        assert values == {
            kind.own.lower(): {**kind.pushed, kind.own.lower(): ["PER"]},
            "labels": {**kind.pushed, "labels": ["Name"]},
        }
    assert mine.app.push(tag).unchanged == TASKS, "what Label Studio stored is read back as what was said"
    mine.command("annotate", tag, "--yes")
    accepted = [annotation for annotation in project.annotations() if annotation["parent_prediction"]]
    assert len(accepted) == TASKS
    assert {region["from_name"] for region in accepted[0]["result"]} == {"own", "general"}
    mine.command("withdraw", tag, "--yes")
    assert project.predictions() == []


def test_the_screen_highlights_what_was_marked_and_submits_the_same_place(
    mine: Installation, label_studio: RunningLabelStudio, kind: MarkedKind, browser: BrowserContext, tmp_path: Path
) -> None:
    project = made(label_studio, kind, 1, 0)
    mine.command("run", mine.save("names", project.id, PROMPT), "--on", "all")
    page = opened(browser, project)
    highlighted = kind.shown_in(page)
    expect(highlighted).to_have_text([NAME, NAME], timeout=TIMEOUT_MS)
    photograph(page, tmp_path / "marked.png")
    (annotation,) = submitted(page, project)
    values = [region["value"] for region in annotation["result"]]
    assert values == [region["value"] for region in kind.regions(NAME)], "the screen writes its own names of the places"
