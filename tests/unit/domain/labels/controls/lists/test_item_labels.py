"""<Choices choice="multiple" perItem="true">: labels for each picture, by its number."""

from typing import Any

import pytest

from backend.domain.answer import Groups
from backend.domain.labels.config import read_config
from backend.domain.labels.regions import from_result, is_submittable, to_result
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Rejection
from backend.domain.prompts.default_prompt import first_prompt

IMAGE = '<Image name="img" valueList="$images"/>'
CHOICES = '<Choice value="red" hint="like blood"/><Choice value="blue" alias="b"/><Choice value="green"/>'
KIND = '<Choices name="kind" toName="img"><Choice value="x"/><Choice value="y"/></Choices>'
REQUIRED = 'required="true"'
BOTH = Groups((("red", ("0", "2")), ("b", ("0",))))


def schema(attributes: str = "", more: str = "", choices: str = CHOICES) -> Any:
    own = f'name="what" toName="img" perItem="true" choice="multiple" {attributes}'
    return read_config(f'<View><Text name="t" value="$text"/>{IMAGE}<Choices {own}>{choices}</Choices>{more}</View>')


def bound(pictures: int = 2, attributes: str = "", more: str = "") -> LabelSchema:
    found = schema(attributes, more).for_task({"images": [f"/{n}.png" for n in range(pictures)]})
    assert isinstance(found, LabelSchema)
    return found


def item(number: Any, *labels: Any) -> dict[str, Any]:
    return {"item": number, "what": [*labels]}


def region(number: int, *labels: str) -> dict[str, Any]:
    value = {"choices": [*labels]}
    return {"from_name": "what", "to_name": "img", "type": "choices", "value": value, "item_index": number}


@pytest.mark.parametrize(
    ("attributes", "rule"),
    [("", "a list with any of these, empty if none fits"), (REQUIRED, "a list with at least one of these")],
)
def test_what_is_asked_for(attributes: str, rule: str) -> None:
    lines = schema(attributes).describe({}, "").splitlines()
    assert lines == [
        '"what": a list with an object for each picture of "images", each exactly once: "item": its number, counted '
        f'from 0; "what": {rule}',
        *("- red: like blood", "- blue", "- green"),
    ]
    assert "Choose for each picture the labels (what) that fit it." in first_prompt(schema()).template
    said = schema().json_schema()["properties"]["what"]["items"]["properties"]["what"]
    assert said == {"type": "array", "items": {"type": "string", "enum": ["red", "blue", "green"]}}


def test_labels_for_each_picture_in_any_order() -> None:
    found = bound(3)
    answer = found.parse({"what": [item(2, "red", "red"), item(0, " BLUE ", "red"), item(1)]})
    assert answer == {"what": BOTH}
    assert not isinstance(answer, Rejection)
    assert to_result(answer, found) == [region(0, "red", "b"), region(2, "red")]
    assert from_result(list(reversed(to_result(answer, found))), found) == answer
    control = found.by_name["what"]
    assert control.to_json(answer["what"]) == [item(0, "red", "blue"), item(1), item(2, "red")]
    assert control.classes(answer["what"]) == ("red", "b")
    assert set(control.items(answer["what"])) == {("red", "0"), ("red", "2"), ("b", "0")}


def test_no_label_for_any_picture_is_nothing_unless_it_is_required() -> None:
    found = bound(2)
    control = found.by_name["what"]
    assert found.parse({"what": [item(0), item(1)]}) == {"what": None}
    assert to_result({"what": None}, found) == []
    assert control.parse(control.to_json(None)) is None
    assert (control.must_answer, bound(2, REQUIRED).by_name["what"].must_answer) == (False, True)
    assert control.partial(None, None) == 1


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("red", "wrong_type"),
        ([item(0, "red"), {"item": 1, "what": "red"}], "wrong_type"),
        ([item(0, "red"), {"item": 1, "what": None}], "wrong_type"),
        ([item(0, "red"), {"item": 1}], "missing_field"),
        ([item("0", "red"), item(1, "red")], "wrong_type"),
        ([item(0, "red"), item(2, "red")], "out_of_range"),
        ([item(0, "red", "purple"), item(1)], "unknown_choice"),
        ([item(0, ["red"]), item(1)], "unknown_choice"),
        ([item(0, "red")], "incomplete"),
        ([], "incomplete"),
        ([item(0, "red"), item(1), item(1, "blue")], "incomplete"),
    ],
)
def test_nothing_is_guessed(said: Any, reason: str) -> None:
    found = bound().parse({"what": said})
    assert isinstance(found, Rejection)
    assert found.reason == reason


def test_where_it_is_required_each_picture_has_a_label_as_the_screen_demands() -> None:
    found = bound(2, REQUIRED)
    lacking = found.parse({"what": [item(0, "red"), item(1)]})
    assert isinstance(lacking, Rejection)
    assert lacking.reason == "missing_field"
    assert found.parse({"what": [item(0, "red"), item(1, "red")]}) == {"what": Groups((("red", ("0", "1")),))}
    assert not is_submittable([], found)


def test_the_first_region_of_each_picture_counts() -> None:
    strange: list[Any] = [
        {**region(0, "red"), "item_index": None},
        {**region(0, "red"), "item_index": "0"},
        region(7, "red"),
        {**region(0, "red"), "value": {"choices": "red"}},
        {**region(0, "red"), "value": {"choices": []}},
    ]
    assert from_result(strange, bound()) == {"what": None}
    held = from_result([*strange, region(1, "b", "red", "b"), region(1, "green")], bound())
    assert held == {"what": Groups((("red", ("1",)), ("b", ("1",))))}


def test_the_share_of_pictures_with_the_same_labels() -> None:
    control = bound(3).by_name["what"]
    other = Groups((("red", ("0", "2")),))
    assert control.partial(BOTH, BOTH) == 1
    assert control.partial(BOTH, other) == pytest.approx(1 / 2)
    assert control.partial(BOTH, None) == 0


def test_two_labels_of_a_picture_that_become_one_are_one() -> None:
    control = bound(3).by_name["what"]
    held = Groups((("crimson", ("0",)), ("red", ("0",))))
    assert control.renamed(held, {"crimson": "red"}) == Groups((("red", ("0",)),))
    assert control.removed_classes(held) == ["crimson"]


def test_a_version_from_before_goes_on_without_it() -> None:
    single = '<Choices name="one" toName="img" perItem="true"><Choice value="x"/></Choices>'
    before = read_config(f'<View><Text name="t" value="$text"/>{IMAGE}{KIND}{single}</View>')
    now = schema(more=KIND + single)
    assert now.as_of(before.digest).names == ("kind", "one")
    assert now.as_of(now.digest).names == ("what", "kind", "one")
    assert schema(REQUIRED).digest != schema().digest
