"""<Choices perItem="true">: a choice for each picture, by its number."""

from typing import Any

import pytest

from backend.domain.answer import Groups
from backend.domain.labels.config import read_config
from backend.domain.labels.regions import answer_print, from_result, to_result
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Rejection
from backend.domain.prompts.default_prompt import first_prompt

IMAGE = '<Image name="img" valueList="$images"/>'
CHOICES = '<Choice value="red" hint="like blood"/><Choice value="blue" alias="b"/>'
KIND = '<Choices name="kind" toName="img"><Choice value="x"/><Choice value="y"/></Choices>'


def schema(attributes: str = "", choices: str = CHOICES, image: str = IMAGE, more: str = "", name: str = "what") -> Any:
    control = f'<Choices name="{name}" toName="img" perItem="true" {attributes}>{choices}</Choices>'
    return read_config(f'<View><Text name="t" value="$text"/>{image}{control}{more}</View>')


def bound(pictures: int = 2, **more: Any) -> LabelSchema:
    found = schema(**more).for_task({"images": [f"/{n}.png" for n in range(pictures)]})
    assert isinstance(found, LabelSchema)
    return found


def item(number: Any, label: Any, key: str = "what") -> dict[str, Any]:
    return {"item": number, key: label}


def region(number: int, label: str) -> dict[str, Any]:
    value = {"choices": [label]}
    return {"from_name": "what", "to_name": "img", "type": "choices", "value": value, "item_index": number}


def test_what_is_asked_for() -> None:
    lines = schema().describe({}, "").splitlines()
    assert lines == [
        '"what": a list with an object for each picture of "images", each exactly once: "item": its number, counted '
        'from 0; "what": exactly one of',
        *("- red: like blood", "- blue"),
    ]
    assert "Choose for each picture the label (what) that fits it best." in first_prompt(schema()).template
    assert schema(name="item").json_schema()["properties"]["item"]["items"]["required"] == ["item", "choice"]


def test_a_choice_for_each_picture_in_any_order() -> None:
    found = bound(3)
    answer = found.parse({"what": [item(2, "red"), item(0, " BLUE "), item(1, "red")]})
    assert answer == {"what": Groups((("red", ("2", "1")), ("b", ("0",))))}
    assert not isinstance(answer, Rejection)
    assert to_result(answer, found) == [region(0, "b"), region(1, "red"), region(2, "red")]
    assert from_result(list(reversed(to_result(answer, found))), found) == answer
    control = found.by_name["what"]
    assert control.to_json(answer["what"]) == [item(0, "blue"), item(1, "red"), item(2, "red")]
    assert control.partial(answer["what"], control.parse([item(n, "red") for n in range(3)])) == pytest.approx(2 / 3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("red", "wrong_type"),
        (["red", "blue"], "wrong_type"),
        ([{"what": "red"}, item(1, "red")], "missing_field"),
        ([item("0", "red"), item(1, "red")], "wrong_type"),
        ([item(True, "red"), item(1, "red")], "wrong_type"),
        ([item(0.0, "red"), item(1, "red")], "wrong_type"),
        ([item(-1, "red"), item(1, "red")], "out_of_range"),
        ([item(0, "red"), item(2, "red")], "out_of_range"),
        ([item(0, "green"), item(1, "red")], "unknown_choice"),
        ([item(0, None), item(1, "red")], "unknown_choice"),
        ([item(0, "red")], "incomplete"),
        ([], "incomplete"),
        ([item(0, "red"), item(1, "red"), item(1, "blue")], "incomplete"),
    ],
)
def test_nothing_is_guessed(said: Any, reason: str) -> None:
    found = bound().parse({"what": said})
    assert isinstance(found, Rejection)
    assert found.reason == reason


def test_a_task_without_pictures_has_nothing_to_choose_for() -> None:
    nothing: list[Any] = [[], None, ""]
    for images in nothing:
        assert isinstance(schema().for_task({"images": images}), Failure)


def test_what_the_screen_shows_is_read() -> None:
    """By the number of the picture; a person may leave some out."""
    strange: list[Any] = [
        {**region(0, "red"), "item_index": None},
        {**region(0, "red"), "item_index": "0"},
        {**region(0, "red"), "item_index": False},
        region(7, "red"),
        {**region(0, "red"), "value": {"choices": ["red", "b"]}},
    ]
    assert from_result(strange, bound()) == {"what": None}
    assert from_result([*strange, region(1, "b"), region(1, "red")], bound()) == {"what": Groups((("b", ("1",)),))}


def test_predictions_for_other_pictures_are_others() -> None:
    assert answer_print([region(0, "red"), region(1, "b")]) != answer_print([region(1, "red"), region(0, "b")])


def test_a_version_from_before_goes_on_without_it() -> None:
    before = read_config(f'<View><Text name="t" value="$text"/>{IMAGE}{KIND}</View>')
    now = schema(more=KIND)
    assert now.as_of(before.digest).names == ("kind",)
    assert now.as_of(now.digest).names == ("what", "kind")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"attributes": 'perRegion="true"'}, "a choice per region"),
        ({"choices": ""}, "without choices"),
        ({"image": '<Image name="img" value="$images"/>'}, "without an <Image valueList"),
        ({"image": '<Text name="img" value="$images"/>'}, "without an <Image valueList"),
    ],
)
def test_what_is_left_alone_is_named(more: dict[str, Any], why: str) -> None:
    (named,) = schema(more=KIND, **more).unsupported
    assert why in named


@pytest.mark.parametrize("attributes", ["", 'choice="multiple"'])
def test_a_choice_stored_like_no_bucket_is_a_choice(attributes: str) -> None:
    choices = '<Choice value="nothing" alias="_"/><Choice value="red"/>'
    found = bound(2, attributes=attributes, choices=choices)
    control = found.by_name["what"]
    value = control.parse([item(n, [name] if attributes else name) for n, name in enumerate(["nothing", "red"])])
    assert not isinstance(value, Rejection)
    assert control.classes(value) == ("_", "red")
    assert control.items(value) == (("_", "0"), ("red", "1"))
    assert control.from_regions(control.to_regions(value)) == value
    assert control.parse(control.to_json(value)) == value
    assert control.renamed(Groups((("_", ("0",)),)), {}) == Groups((("_", ("0",)),))
