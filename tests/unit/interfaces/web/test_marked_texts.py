"""Spans in HTML and dialogues on the labelling screen's path, with the stand-in as the model."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.interfaces.web.server import create_app
from tests.calls import predict, task
from tests.installation import Installation
from tests.running import RunningStandIn

LABELS = '<View><{0} name="ner" toName="t"><Label value="PER"/></{0}>{1}</View>'
HTML = '<HyperText name="t" value="$text"/>'
TURNS = '<Paragraphs name="t" value="$text" nameKey="who" textKey="says"/>'
DIALOGUE = [{"who": "A", "says": "Hi"}, {"who": "B", "says": "😀 the the Bob"}]
IN_TURN = {"start": "1", "end": "1", "startOffset": 11, "endOffset": 14, "text": "Bob"}
IN_HTML = {
    "start": "",
    "end": "",
    "startOffset": 0,
    "endOffset": 0,
    "globalOffsets": {"start": 11, "end": 14},
    "text": "Bob",
}


@pytest.fixture
def client(tmp_path: Path, stand_in: RunningStandIn) -> FlaskClient:
    return create_app(Installation.made(tmp_path, stand_in.url).app).test_client()


@pytest.mark.parametrize(
    ("tag", "shown", "text", "place"),
    [
        ("HyperTextLabels", HTML, "<p>one</p><p>the <i>the</i> Bob</p>", IN_HTML),
        ("Labels", HTML, "<p>one</p><p>the <i>the</i> Bob</p>", IN_HTML),
        ("ParagraphLabels", TURNS, DIALOGUE, IN_TURN),
        ("Labels", TURNS, DIALOGUE, IN_TURN),
    ],
)
def test_a_prediction_is_placed_in_the_units_of_its_object(
    client: FlaskClient, tag: str, shown: str, text: Any, place: dict[str, Any]
) -> None:
    (found,) = predict(client, task(text), config=LABELS.format(tag, shown))
    (region,) = found["result"]
    kind = tag.lower()
    assert region["value"] == {**place, kind: ["PER"]}
    assert (region["from_name"], region["to_name"], region["type"]) == ("ner", "t", kind)


@pytest.mark.slow
def test_a_task_without_a_dialogue_is_left_empty(client: FlaskClient) -> None:
    found = predict(client, task("no turns"), task(DIALOGUE, 2), config=LABELS.format("ParagraphLabels", TURNS))
    assert [len(one.get("result", [])) for one in found] == [0, 1]
