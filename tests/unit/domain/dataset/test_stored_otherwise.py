"""Ground truths that Label Studio stored otherwise than its screen shows them: read as shown, and counted."""

from typing import Any

import pytest

from backend.domain.answer import Moment, Number, spans_of
from backend.domain.dataset.ground_truth import otherwise_of, truth_of
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Truth

CONDITION = 'visibleWhen="choice-selected" whenTagName="kind" whenChoiceValue="complaint"'
HIDDEN = f"""<View><Text name="t" value="$text"/><Choices name="kind" toName="t"><Choice value="complaint"/>
<Choice value="praise"/></Choices><View {CONDITION}><Rating name="stars" toName="t"/><Labels name="ner" toName="t">
<Label value="PER"/></Labels></View></View>"""
KIND = {"from_name": "kind", "to_name": "t", "type": "choices", "value": {"choices": ["praise"]}}
STARS = {"from_name": "stars", "to_name": "t", "type": "rating", "value": {"rating": 4}}


def truth(config: str, *result: Any, data: dict[str, Any] | None = None) -> Truth:
    schema = read_config(config).for_task(data or {"text": "Anna met\nBob in 😀 Oslo."})
    assert isinstance(schema, LabelSchema)
    found = truth_of(1, [{"result": list(result), "ground_truth": True}], "ground-truth", schema)
    assert found is not None
    return found


def test_a_value_that_a_condition_hides_does_not_count_and_is_told() -> None:
    found = truth(HIDDEN, KIND, STARS)
    assert (found.answer["stars"], found.otherwise) == (None, ("hidden",))
    span = {"from_name": "ner", "to_name": "t", "type": "labels", "value": {"start": 0, "end": 4, "labels": ["PER"]}}
    found = truth(HIDDEN, KIND, span)
    assert (found.answer["ner"], found.otherwise) == (None, ("hidden",))


def test_a_value_that_is_shown_is_as_it_should_be() -> None:
    found = truth(HIDDEN, {**KIND, "value": {"choices": ["complaint"]}}, STARS)
    assert (found.answer["stars"], found.otherwise) == (Number(4), ())


DATE = '<View><Text name="t" value="$text"/><DateTime name="when" toName="t" {}/></View>'


def dated(stored: str, attributes: str) -> Truth:
    region = {"from_name": "when", "to_name": "t", "type": "datetime", "value": {"datetime": stored}}
    return truth(DATE.format(attributes), region)


@pytest.mark.parametrize(
    ("attributes", "stored", "shown"),
    [
        ('only="month,year"', "2024-01-01", "2024-01"),
        ('only="date"', "2024-02-31", "2024-03-02"),
        ("", "2024-02-30T10:00", "2024-03-01T10:00"),
    ],
)
def test_dates_that_label_studio_does_not_keep_are_those_of_the_screen(
    attributes: str, stored: str, shown: str
) -> None:
    found = dated(stored, attributes)
    assert (found.answer["when"], found.otherwise) == (Moment(shown), ("date",))


@pytest.mark.parametrize(
    ("attributes", "stored"),
    [
        ('only="month,year"', "2024-02-01"),
        ('only="date" format="%Y-%m"', "2024-01"),
        ('only="year"', "2024-01-01"),
        ('only="time"', "04:05"),
        ('only="date"', "2024-02-29"),
        ("", "2024-02-29T10:00"),
    ],
)
def test_other_dates_are_as_they_should_be(attributes: str, stored: str) -> None:
    assert dated(stored, attributes).otherwise == ()


MARKED = '<View><Text name="t" value="$text"/><Labels name="ner" toName="t"><Label value="PER"/></Labels></View>'


def marked(text: Any, start: Any = 0, end: Any = 12, config: str = MARKED, **data: Any) -> Truth:
    value = {"start": start, "end": end, "labels": ["PER"], **({} if text is None else {"text": text})}
    return truth(config, {"from_name": "ner", "to_name": "t", "type": "labels", "value": value}, data=data or None)


@pytest.mark.parametrize("text", ["Oslo", "Anna met", "anna met Bob"])
def test_the_offsets_count_where_the_text_says_something_else(text: str) -> None:
    found = marked(text)
    assert [span.text for span in spans_of(found.answer["ner"])] == ["Anna met\nBob"]
    assert found.otherwise == ("text",)


@pytest.mark.parametrize("text", ["Anna met\\nBob", "Anna met\nBob", "Anna met Bob", "", None, 7])
def test_a_text_with_the_escape_of_a_line_break_or_none_at_all_says_the_same(text: Any) -> None:
    assert marked(text).otherwise == ()


def test_an_offset_beyond_the_text_is_cut_as_on_the_screen() -> None:
    found = marked("Anna met\\nBob in 😀 Oslo.", end=500)
    assert [span.end for span in spans_of(found.answer["ner"])] == [23]
    assert found.otherwise == ()
    assert marked("Oslo", start=500, end=504).otherwise == (), "the screen shows nothing of it"


def test_what_label_studio_writes_of_a_dialogue_says_nothing() -> None:
    config = MARKED.replace("<Text ", "<Paragraphs ").replace("Labels", "ParagraphLabels")
    value = {"start": "0", "end": "0", "startOffset": 0, "endOffset": 4, "text": "Ann", "paragraphlabels": ["PER"]}
    region = {"from_name": "ner", "to_name": "t", "type": "paragraphlabels", "value": value}
    found = truth(config, region, data={"text": [{"author": "A", "text": "Anna"}]})
    assert (len(spans_of(found.answer["ner"])), found.otherwise) == (1, ())


def test_tasks_are_counted_by_what_is_stored_otherwise() -> None:
    kinds: list[tuple[str, ...]] = [("hidden",), (), ("hidden", "date"), ("text",)]
    truths = [Truth(number, {}, otherwise) for number, otherwise in enumerate(kinds, 1)]
    assert otherwise_of(truths) == {"hidden": (1, 3), "date": (3,), "text": (4,)}
    assert otherwise_of(truths[1:2]) == {}
