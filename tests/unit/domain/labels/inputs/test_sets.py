"""Tasks with spans as Label Studio 1.23.2 holds them: what is read is written again, and answers are placed there."""

from collections.abc import Iterator
from typing import Any

import pytest

from backend.domain.labels.inputs.base import SpanText
from backend.domain.labels.inputs.hypertext import HyperTextDom
from backend.domain.labels.inputs.objects import PlainText
from backend.domain.labels.inputs.paragraphs import dialogue
from backend.domain.labels.placement.location import Location, Quote, Unlocated
from tests.control_sets import control_set

LABELS = {"labels_text": "labels", "labels_hypertext": "hypertextlabels", "labels_paragraphs": "paragraphlabels"}


def shown(name: str, data: dict[str, Any]) -> SpanText:
    if name == "labels_text":
        return PlainText.of(data["text"])
    if name == "labels_hypertext":
        return HyperTextDom.of(data["html"])
    found = dialogue(data["dialogue"])
    assert found is not None
    return found


def cases() -> Iterator[tuple[str, int]]:
    for name in LABELS:
        for number in range(len(control_set(name).tasks)):
            yield name, number


@pytest.mark.parametrize(("name", "number"), list(cases()))
def test_truths_are_read_and_written_again(name: str, number: int) -> None:
    text = shown(name, control_set(name).tasks[number])
    for region in control_set(name).truths[number]:
        value = {key: said for key, said in region["value"].items() if key != LABELS[name]}
        span = text.span(value)
        assert span is not None
        assert text.value(*span) == value


def placed(text: SpanText, items: list[dict[str, Any]]) -> list[Location | Unlocated]:
    return text.locate([Quote(item["text"], item["label"], item["before"], item.get("turn")) for item in items])


@pytest.mark.parametrize(("name", "number"), list(cases()))
def test_answers_are_placed_where_the_truth_is(name: str, number: int) -> None:
    text = shown(name, control_set(name).tasks[number])
    items = next(iter(control_set(name).answers[number].values()))
    found = [
        {**text.value(one.start, one.end), LABELS[name]: [item["label"]]}
        for one, item in zip(placed(text, items), items, strict=True)
        if isinstance(one, Location)
    ]
    assert found == [region["value"] for region in control_set(name).truths[number]]
