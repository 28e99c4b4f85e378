"""A text of which only the regions are known: equal places are equal, others are not."""

from itertools import pairwise
from typing import Any

import pytest

from backend.domain.labels.inputs.unseen import UnseenText

HTML = {"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "startOffset": 0, "endOffset": 3}


def turn(start: Any, start_offset: int, end: Any, end_offset: int) -> dict[str, Any]:
    return {"start": start, "end": end, "startOffset": start_offset, "endOffset": end_offset}


@pytest.mark.parametrize(
    ("value", "span"),
    [
        ({"start": 2, "end": 5, "text": "met", "labels": ["A"]}, (2, 5)),
        ({**HTML, "globalOffsets": {"start": 7, "end": 10}}, (7, 10)),
        (HTML, None),
        ({"start": 5, "end": 5}, None),
        ({"start": 2}, None),
        ({"globalOffsets": "none"}, None),
    ],
)
def test_a_place(value: dict[str, Any], span: Any) -> None:
    assert UnseenText(value).span(value) == span


def test_turns_come_one_after_the_other() -> None:
    values = [turn("0", 0, "0", 3), turn("0", 4, "0", 9), turn("1", 0, "1", 2), turn("1", 3, "2", 1)]
    spans = [UnseenText(value).span(value) for value in values]
    assert all(one and other and one[1] <= other[0] for one, other in pairwise(spans))


def test_what_a_region_says_of_its_place_is_kept_as_it_came() -> None:
    value = {**HTML, "text": "met", "hypertextlabels": ["A"], "score": 1}
    assert UnseenText(value).value(0, 3) == {**HTML, "text": "met"}
    assert UnseenText(value).part(0, 3) == "met"
    assert UnseenText(HTML).part(0, 3) == ""
