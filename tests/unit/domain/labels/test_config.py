"""Labelling configs as people write them, and as they shouldn't."""

import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import pytest

from backend.domain.chat.request import ChatRequest
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.labels.config import read_config
from backend.domain.labels.controls.values.choices import ChoicesControl
from backend.domain.prompts.default_prompt import default_version
from backend.domain.task import Task
from backend.errors import LabelConfigError
from tests.scripted import at

TEXT = '<Text name="text" value="$text"/>'
CHOICES = '<Choices name="mood" toName="text"><Choice value="Good"/><Choice value="Bad"/></Choices>'
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><View>&c;</View>'
)


def view(*parts: str) -> str:
    return f"<View>{''.join(parts)}</View>"


def fields(*parts: str) -> list[ChoicesControl]:
    return [field for field in read_config(view(TEXT, *parts)).fields if isinstance(field, ChoicesControl)]


def field(xml: str) -> ChoicesControl:
    (only,) = fields(xml)
    return only


@pytest.mark.parametrize(
    ("attribute", "multiple"),
    [("", False), ('choice="single"', False), ('choice="single-radio"', False), ('choice="multiple"', True)],
)
def test_single_or_multiple(attribute: str, multiple: bool) -> None:
    found = field(f'<Choices name="mood" toName="text" {attribute}><Choice value="Good"/></Choices>')
    assert found.multiple is multiple
    assert found.exclusive is not multiple


def test_an_alias_is_stored_and_the_value_is_shown() -> None:
    (choice,) = field(
        '<Choices name="mood" toName="text"><Choice value="Good" alias="g" hint="fine"/></Choices>'
    ).choices
    assert (choice.name, choice.stored, choice.hint) == ("Good", "g", "fine")


def test_an_empty_alias_is_none() -> None:
    (choice,) = field('<Choices name="mood" toName="text"><Choice value="Good" alias=""/></Choices>').choices
    assert choice.stored == "Good"


def test_nested_choices_are_flattened_in_document_order_and_shown_as_paths_where_names_repeat() -> None:
    nested = (
        '<Choices name="mood" toName="text"><Choice value="A"><Choice value="A1"/><Choice value="Other"/></Choice>'
        '<Choice value="B"><Choice value="Other" alias="second"/><Choice value="B1"/></Choice></Choices>'
    )
    found = [(choice.name, choice.stored) for choice in field(nested).choices]
    assert found == [
        ("A", "A"),
        ("A1", "A1"),
        ("A / Other", "Other"),
        ("B", "B"),
        ("B / Other", "second"),
        ("B1", "B1"),
    ]


def test_choices_without_a_value_are_no_choices() -> None:
    found = field('<Choices name="mood" toName="text"><Choice value=""/><Choice/><Choice value="Good"/></Choices>')
    assert [choice.name for choice in found.choices] == ["Good"]


def test_several_controls_stand_in_document_order() -> None:
    other = '<Choices name="topic" toName="text" choice="multiple"><Choice value="Price"/></Choices>'
    assert [f.name for f in read_config(view(TEXT, other, CHOICES)).fields] == ["topic", "mood"]


def test_a_condition_on_the_control_or_on_a_view_around_it_makes_it_optional() -> None:
    condition = 'visibleWhen="choice-selected" whenTagName="mood" whenChoiceValue="Bad"'
    own = f'<Choices name="own" toName="text" {condition}><Choice value="x"/></Choices>'
    inner = '<Choices name="inner" toName="text"><Choice value="x"/></Choices>'
    around = f"<View {condition}><View>{inner}</View></View>"
    found = {f.name: f.optional for f in fields(CHOICES, own, around)}
    assert found == {"mood": False, "own": True, "inner": True}


@pytest.mark.parametrize("attribute", ["perRegion", "perItem"])
def test_choices_of_another_kind_are_named_and_left_alone(attribute: str) -> None:
    other = f'<Choices name="other" toName="text" {attribute}="true"><Choice value="x"/></Choices>'
    schema = read_config(view(TEXT, CHOICES, other))
    assert [f.name for f in schema.fields] == ["mood"]
    (named,) = schema.unsupported
    assert "other" in named
    assert attribute in named


@pytest.mark.parametrize("attribute", ["allowNested", "perRegion", "perItem"])
def test_an_attribute_that_is_false_changes_nothing(attribute: str) -> None:
    assert field(f'<Choices name="mood" toName="text" {attribute}="false"><Choice value="x"/></Choices>').name == "mood"


def test_other_controls_are_named_and_left_alone() -> None:
    others = '<Brush name="tree" toName="text"/><Brush name="stars" toName="text"/>'
    schema = read_config(view(TEXT, CHOICES, others))
    assert [f.name for f in schema.fields] == ["mood"]
    assert [word for word in ("Brush", "tree", "stars") if word not in " ".join(schema.unsupported)] == []


def test_a_control_that_no_prompt_fills_for_each_item_is_named_and_left_alone() -> None:
    repeated = (
        '<Repeater on="$turns"><Brush name="turn_{{idx}}" toName="t_{{idx}}"/>'
        '<Text name="t_{{idx}}" value="$turns[{{idx}}].text"/></Repeater>'
    )
    schema = read_config(view(TEXT, CHOICES, repeated))
    assert [f.name for f in schema.fields] == ["mood"]
    assert "turn_{{idx}}" in " ".join(schema.unsupported)
    assert schema.variables == ("text", "turns")


def test_a_smart_text_area_is_the_prompt_control() -> None:
    areas = '<TextArea name="note" toName="text"/><TextArea name="prompt" toName="text" smart="true"/>'
    schema = read_config(view(TEXT, CHOICES, areas))
    assert schema.prompt_control == "prompt"
    assert [field.name for field in schema.fields] == ["mood", "note"]


def test_without_a_smart_text_area_there_is_no_prompt_control() -> None:
    assert read_config(view(TEXT, CHOICES)).prompt_control is None


def test_variables_are_the_tasks_texts_and_pictures_in_document_order_each_once() -> None:
    texts = (
        '<Header value="Read this"/><Header value="$title"/><Text name="a" value="$body"/>'
        '<HyperText name="b" value="$html"/><Text name="c" value="$body"/><Image name="i" value="$picture"/>'
        '<Text name="d" value="$link" valueType="url"/><Text name="e" value="$"/>'
    )
    choices = CHOICES.replace('toName="text"', 'toName="a"')
    assert read_config(view(texts, choices)).variables == ("title", "body", "html", "picture", "link")


@pytest.mark.parametrize(
    "xml",
    [
        LAUGHS,
        '<!DOCTYPE v SYSTEM "file:///etc/passwd"><View/>',
        '<!DOCTYPE v [<!ENTITY x SYSTEM "file:///etc/passwd">]><View>&x;</View>',
        "<!DOCTYPE View><View/>",
        "",
        "<View>",
        "not xml",
        "<View>\x00</View>",
        "<View>\ud800</View>",
        "<View/><View/>",
    ],
)
def test_what_is_no_plain_xml_is_refused_in_one_sentence(xml: str) -> None:
    with pytest.raises(LabelConfigError, match="project's settings") as error:
        read_config(xml)
    assert "\n" not in str(error.value)
    assert "root:" not in str(error.value)


def test_a_config_without_a_control_says_what_it_has_instead() -> None:
    with pytest.raises(LabelConfigError, match=r"<Brush name='tree'>.*Add <Choices>"):
        read_config(view(TEXT, '<Brush name="tree" toName="text"/>'))


def test_a_config_with_nothing_in_it_says_so() -> None:
    with pytest.raises(LabelConfigError, match="no controls"):
        read_config("<View></View>")


def test_choices_without_choices_are_refused_as_such() -> None:
    with pytest.raises(LabelConfigError, match="lists no choices"):
        read_config(view(TEXT, '<Choices name="mood" toName="text"></Choices>'))


def test_a_config_without_text_or_picture_says_what_it_shows_instead() -> None:
    with pytest.raises(LabelConfigError, match=r"no text or picture .*objects found: Audio, Video.*<Text"):
        read_config(view('<Video name="text" value="$i"/><Audio name="a" value="$a"/>', CHOICES))


def test_a_config_that_shows_nothing_says_so() -> None:
    with pytest.raises(LabelConfigError, match="objects found: none"):
        read_config(view(CHOICES))


def test_choices_inside_choices_belong_to_the_inner_ones() -> None:
    inner = '<Choices name="inner" toName="text"><Choice value="B"/></Choices>'
    nested = f'<Choices name="outer" toName="text"><View><Choice value="A"/>{inner}</View><Choice value="C"/></Choices>'
    found = {f.name: [choice.name for choice in f.choices] for f in fields(nested)}
    assert found == {"outer": ["A", "C"], "inner": ["B"]}


def test_a_condition_inside_a_condition_changes_nothing() -> None:
    inner = '<View visibleWhen="x"><Choices name="inner" toName="text"><Choice value="x"/></Choices></View>'
    found = {f.name: f.optional for f in fields(f'<View visibleWhen="y">{inner}</View>', CHOICES)}
    assert found == {"inner": True, "mood": False}


def calls(xml: str, work: Callable[[str], object] = read_config) -> int:
    """How many functions are called while `xml` is read, or refused, or whatever `work` does with it."""
    made = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal made
        made += "call" in event

    sys.setprofile(count)
    try:
        with suppress(LabelConfigError):
            work(xml)
    finally:
        sys.setprofile(None)
    return made


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ('<View visibleWhen="x">', "</View>"),
        ('<Choices name="a" toName="text"><Choice value="x"/>', "</Choices>"),
        ('<Choices name="a" toName="text" visibleWhen="x"><Choice value="x">', "</Choice></Choices>"),
        ("<View>", "</View>"),
    ],
)
def test_twice_as_much_nesting_is_twice_the_work(opening: str, closing: str) -> None:
    few, many = (calls(view(TEXT, opening * depth + closing * depth)) for depth in (300, 600))
    assert many < 2.5 * few


def test_a_config_beyond_all_measure_is_refused_unread() -> None:
    with pytest.raises(LabelConfigError, match=r"larger than 1 MB.*project's settings"):
        read_config(view(TEXT, CHOICES, " " * 1_000_000))


def test_a_long_list_of_what_is_not_supported_is_cut_short() -> None:
    others = "".join(f'<Brush name="tree {n}" toName="text"/>' for n in range(5000))
    with pytest.raises(LabelConfigError, match="and 4995 more") as error:
        read_config(view(TEXT, others))
    assert len(str(error.value)) < 500


def test_deep_nesting_is_read() -> None:
    depth = 5000
    assert read_config("<View>" * depth + TEXT + CHOICES + "</View>" * depth).variables == ("text",)


def wide(number: int) -> str:
    return view(TEXT, *(CHOICES.replace("mood", f"c{n}") for n in range(number)))


def test_twice_as_many_controls_are_twice_the_work_up_to_the_request() -> None:
    def asked(xml: str) -> None:
        schema = read_config(xml)
        made = RequestBuilder(default_version(schema, 1, "m"), schema, at("http://model.test/v1")).request(
            Task(1, {"text": "x"})
        )
        assert isinstance(made, ChatRequest)
        assert made.digest

    few, many = (calls(wide(number), asked) for number in (300, 600))
    assert many < 2.5 * few


@pytest.mark.slow
def test_ten_thousand_controls_are_read_once() -> None:
    xml = wide(10_000)
    assert len(read_config(xml).fields) == 10_000
    assert read_config(xml) is read_config(xml)
    assert calls(xml) < 10


def test_a_config_that_is_refused_is_not_read_again_either() -> None:
    xml = view(TEXT, "<Brush name='r' toName='text'/>" * 50)
    assert calls(xml) > 100
    assert calls(xml) < 10
