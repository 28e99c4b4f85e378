"""<TextArea>: what is asked for, what is accepted and how it is stored and scored."""

from typing import Any

import pytest

from backend.domain.answer import Labels, Texts
from backend.domain.labels.config import read_config
from backend.domain.labels.controls.base import Control
from backend.domain.labels.regions import from_result, to_result
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.evaluation import evaluation
from backend.domain.outcome import Outcome, Rejection, Truth

HEAD = '<View><Text name="t" value="$text"/><Choices name="mood" toName="t"><Choice value="Good"/></Choices>'
OLD = read_config(f"{HEAD}</View>")


def schema(attributes: str = "") -> LabelSchema:
    return read_config(f'{HEAD}<TextArea name="sum" toName="t" {attributes}/></View>')


def control(attributes: str = "") -> Control:
    return schema(attributes).by_name["sum"]


def test_several_texts_are_a_list_kept_as_written_without_blank_ones() -> None:
    several = control('maxSubmissions="3"')
    assert several.json_schema() == {"type": "array", "items": {"type": "string"}}
    found = several.parse([" first ", "", "second\n\U0001f600"])
    assert isinstance(found, Texts)
    assert found.texts == (" first ", "second\n\U0001f600")
    region = {"from_name": "sum", "to_name": "t", "type": "textarea", "value": {"text": list(found.texts)}}
    assert several.to_regions(found) == [region]
    assert several.from_regions([region]) == found
    assert several.parse([" "]) is None


def test_one_text_is_a_string_and_null_where_it_may_stay_empty() -> None:
    assert control('maxSubmissions="1"').json_schema() == {"type": ["string", "null"]}
    assert control('maxSubmissions="1" required="true"').json_schema() == {"type": "string"}
    assert control('maxSubmissions="1"').parse(None) is None


@pytest.mark.parametrize(
    ("value", "reason"), [(3, "wrong_type"), ([None], "wrong_type"), ({}, "wrong_type"), (["a", "b"], "too_many")]
)
def test_what_is_not_a_text_is_rejected(value: Any, reason: str) -> None:
    found = control('maxSubmissions="1"').parse(value)
    assert isinstance(found, Rejection)
    assert found.reason == reason


@pytest.mark.parametrize("broken", ["half an emoji \ud83d", "\udc00 and its other half", "a\0b"])
def test_what_label_studio_cannot_keep_is_rejected(broken: str) -> None:
    """With half of a surrogate pair in a prediction, Label Studio answers each request for its task with an error."""
    for value in (["fine", broken], [broken]):
        found = control().parse(value)
        assert isinstance(found, Rejection)
        assert found.reason == "wrong_type"
        assert found.detail.isprintable()


def test_a_text_of_which_nothing_can_be_seen_is_none() -> None:
    hidden = ["\u200b", "\ufeff \u2060", "\u3164", "\t\n"]
    assert control().parse(hidden) is None
    assert control().parse([*hidden, "\u200bseen"]) == Texts(("\u200bseen",))
    assert isinstance(schema('required="true"').parse({"mood": "Good", "sum": hidden}), Rejection)


def test_a_required_text_must_be_there() -> None:
    found = schema('required="true"').parse({"mood": "Good", "sum": []})
    assert found == Rejection("missing_field", "'sum' takes at least one text, the answer has none.")


def test_an_answer_goes_to_label_studio_and_back() -> None:
    answer = schema().parse({"mood": "Good", "sum": ["one"]})
    assert not isinstance(answer, Rejection)
    assert answer == {"mood": Labels(("Good",)), "sum": Texts(("one",))}
    assert from_result(to_result(answer, schema()), schema()) == answer


def test_white_space_and_forms_of_letters_are_no_difference_and_words_in_common_count() -> None:
    text = control('maxSubmissions="1"')
    assert text.equal(Texts(("Caf\u00e9  now",)), Texts(("Cafe\u0301 now ",)))
    assert not text.equal(Texts(("a",)), Texts(("b",)))
    assert text.partial(Texts(("late and wet",)), Texts(("Late, wet!",))) == pytest.approx(0.8)
    assert text.partial(Texts(("a",)), None) == 0


def test_an_evaluation_measures_each_control() -> None:
    truths = [Truth(1, {"mood": Labels(("Good",)), "sum": Texts(("late and wet",))})]
    found = evaluation([Outcome(1, {"mood": Labels(("Good",)), "sum": Texts(("late wet",))})], truths, schema())
    values = {name: {which: one.value for which, one in of.items()} for name, of in found.measures.items()}
    assert values == {"mood": {"accuracy": 1}, "sum": {"exact_match": 0, "token_f1": pytest.approx(0.8)}}
    assert (found.score.accuracy, found.score.f1_macro) == (0, 1)
    assert list(found.score.per_label) == ["Good"]


def test_a_version_of_before_goes_on_without_it() -> None:
    now = schema()
    assert now.digest != OLD.digest
    assert now.fits(OLD.digest)
    before = now.as_of(OLD.digest)
    assert [field.name for field in before.fields] == ["mood"]
    assert before.json_schema() == OLD.json_schema()
    assert before.describe({}, "") == OLD.describe({}, "")
    assert now.as_of(now.digest) is now


def test_a_text_per_region_and_a_smart_one_are_no_controls() -> None:
    assert [field.name for field in schema('perRegion="true"').fields] == ["mood"]
    assert schema('smart="true"').prompt_control == "sum"
