"""What a LabelSchema amounts to: its digest, the JSON Schema it demands, the classes of an answer."""

import pytest

from backend.domain.answer import Labels
from backend.domain.chat.request import ChatRequest
from backend.domain.labels.config import read_config
from backend.domain.outcome import Failure
from tests.scripted import builder, choices, request

BASE = """<View><Text name="text" value="$text"/>
<Choices name="mood" toName="text"><Choice value="Good" hint="fine" alias="g"/><Choice value="Bad"/></Choices></View>"""
DYNAMIC = """<View><Text name="text" value="$text"/><Choices name="pick" toName="text" value="$options"/>
<Choices name="mood" toName="text" choice="multiple"><Choice value="Good"/></Choices></View>"""


@pytest.mark.parametrize(
    "layout",
    [
        BASE.replace("\n", "   \n\n"),
        BASE.replace("<View>", '<View style="color: red"><!-- a comment -->'),
        BASE.replace("<View>", "<View><View>").replace("</View>", "</View></View>"),
        BASE.replace('<Choices name="mood"', '<Choices showInline="true" required="true" name="mood"'),
        BASE.replace("</View>", '<Brush name="stars" toName="text"/></View>'),
        BASE.replace("</View>", '<TextArea name="p" toName="text" smart="true"/></View>'),
        BASE.replace('<Choice value="Bad"/>', '<Choice value="Bad" background="red" hotkey="b"/>'),
        BASE.replace("</View>", '<Header value="Choose well"/></View>'),
    ],
)
def test_layout_leaves_the_digest_alone(layout: str) -> None:
    assert read_config(layout).digest == read_config(BASE).digest


@pytest.mark.parametrize(
    "changed",
    [
        BASE.replace('"Bad"', '"Awful"'),
        BASE.replace('hint="fine"', 'hint="great"'),
        BASE.replace('alias="g"', 'alias="G"'),
        BASE.replace('<Choices name="mood"', '<Choices choice="multiple" name="mood"'),
        BASE.replace('<Choices name="mood"', '<Choices visibleWhen="no-region-selected" name="mood"'),
        BASE.replace('name="mood"', 'name="feeling"'),
        BASE.replace("$text", "$body"),
        BASE.replace('<Choice value="Bad"/>', ""),
        BASE.replace("</View>", '<Text name="more" value="$more"/></View>'),
    ],
)
def test_what_changes_answers_or_questions_changes_the_digest(changed: str) -> None:
    assert read_config(changed).digest != read_config(BASE).digest


def test_the_order_of_labels_matters_to_a_model_and_so_to_the_digest() -> None:
    assert choices("A", "B").digest != choices("B", "A").digest


def test_the_schema_is_strict() -> None:
    config = """<View><Text name="text" value="$text"/>
    <Choices name="one" toName="text"><Choice value="A" alias="a"/><Choice value="B"/></Choices>
    <Choices name="many" toName="text" choice="multiple"><Choice value="C"/></Choices>
    <Choices name="maybe" toName="text" visibleWhen="choice-selected"><Choice value="D"/></Choices></View>"""
    assert read_config(config).json_schema() == {
        "type": "object",
        "properties": {
            "one": {"type": "string", "enum": ["A", "B"]},
            "many": {"type": "array", "items": {"type": "string", "enum": ["C"]}},
            "maybe": {"type": ["string", "null"], "enum": ["D", None]},
        },
        "required": ["one", "many", "maybe"],
        "additionalProperties": False,
    }


def test_a_schema_that_does_not_depend_on_the_task_is_itself_for_every_task() -> None:
    schema = read_config(BASE)
    assert not schema.needs_task
    assert schema.for_task({"text": "x"}) is schema


def test_a_tasks_own_choices_fill_only_the_field_that_takes_them() -> None:
    resolved = read_config(DYNAMIC).for_task({"text": "x", "options": ["red", "green"]})
    assert not isinstance(resolved, Failure)
    assert [[choice.name for choice in field.labels] for field in resolved.fields] == [["red", "green"], ["Good"]]


def test_a_task_without_its_choices_can_not_be_asked_about() -> None:
    found = read_config(DYNAMIC).for_task({"text": "x"})
    assert isinstance(found, Failure)
    assert (found.kind, "options" in found.detail) == ("bad_task", True)


def test_tasks_with_other_choices_are_other_requests() -> None:
    from backend.domain.task import Task

    asks = builder(read_config(DYNAMIC))
    one, same, other = (asks.request(Task(1, {"text": "x", "options": o})) for o in (["a"], ["a"], ["a", "b"]))
    assert isinstance(one, ChatRequest)
    assert isinstance(same, ChatRequest)
    assert isinstance(other, ChatRequest)
    assert one.digest == same.digest != other.digest


def test_classes_are_named_by_their_control_when_there_are_several() -> None:
    one, two = read_config(BASE), read_config(DYNAMIC)
    assert one.labels({"mood": Labels(("g",))}) == ["g"]
    assert two.labels({"pick": Labels(("red",)), "mood": Labels(("Good",))}) == ["pick: red", "mood: Good"]


def test_an_answer_is_shown_on_one_line() -> None:
    assert read_config(BASE).show({"mood": Labels(("g",))}) == "g"
    assert read_config(BASE).show({}) == "(none)"
    assert read_config(DYNAMIC).show({"pick": Labels(("red",))}) == "pick: red; mood: (none)"
    assert read_config(DYNAMIC).show_each({"pick": Labels(("red",))}) == ["pick: red", "mood: (none)"]
    assert read_config(BASE).show_each({}) == ["(none)"]


def test_the_model_is_told_every_label_with_its_hint() -> None:
    assert request(schema=read_config(BASE)).template.system.endswith('"mood": exactly one of\n- Good: fine\n- Bad')
