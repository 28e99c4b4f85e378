"""Each kind of value as JSON."""

from typing import Any, get_args

import pytest

from backend.domain.answer import (
    AnswerValue,
    Groups,
    LabelDefinitions,
    Labels,
    MarkedSpan,
    Moment,
    Number,
    Paths,
    Plain,
    Ranking,
    Spans,
    Texts,
    UnlocatedQuote,
)
from backend.domain.answer_json import answer_json
from backend.domain.relations import Relation, Relations, SpanEnd
from backend.domain.repeated import Repeated
from backend.domain.shapes.marked_box import Boxes, MarkedBox

ANNA, BOB = SpanEnd("ner", 0, 4, "PER", "Anna"), SpanEnd("ner", 9, 12, "PER", "Bob")
VALUES: list[tuple[AnswerValue | None, list[Any]]] = [
    (None, []),
    (Labels(("a", "b")), ["a", "b"]),
    (Texts(("one  text",)), ["one  text"]),
    (Ranking(("7", "b")), ["7", "b"]),
    (Number(2.5), [2.5]),
    (Moment("2024-02"), ["2024-02"]),
    (Paths((("a", "b"), ("c",))), [["a", "b"], ["c"]]),
    (Groups((("good", ("7", "b")),)), [{"bucket": "good", "items": ["7", "b"]}]),
    (
        Spans((MarkedSpan(0, 4, "PER", "Anna", attributes=(("sex", Labels(("f",))),)),)),
        [{"start": 0, "end": 4, "label": "PER", "text": "Anna", "attributes": {"sex": ["f"]}}],
    ),
    (
        Spans((), (UnlocatedQuote("PER", "Eve", "absent"),)),
        [{"label": "PER", "text": "Eve", "unlocated": "absent"}],
    ),
    (Boxes((MarkedBox("car", "point", 1, 2),)), [{"label": "car", "shape": "point", "x": 1, "y": 2}]),
    (
        Relations((Relation(ANNA, BOB, "met"),)),
        [
            {
                "label": "met",
                "from": {"control": "ner", "start": 0, "end": 4, "label": "PER", "text": "Anna"},
                "to": {"control": "ner", "start": 9, "end": 12, "label": "PER", "text": "Bob"},
            }
        ],
    ),
    (Repeated(((0, Labels(("a",))), (2, Number(3)))), [{"item": 0, "value": ["a"]}, {"item": 2, "value": [3]}]),
    (LabelDefinitions((("c", "a", "It is A."),)), [["c", "a", "It is A."]]),
]


@pytest.mark.parametrize(("value", "listed"), VALUES)
def test_a_value_is_a_list_of_what_it_holds(value: AnswerValue | None, listed: list[Any]) -> None:
    assert answer_json({"c": value}) == {"c": listed}


def test_each_kind_of_value_is_here() -> None:
    assert {type(value) for value, _ in VALUES if value is not None} == {*get_args(Plain), Repeated, LabelDefinitions}
