"""What a prompt says of labels: whose label it is, and what the model is told."""

import time

import pytest

from backend.domain.chat.request import ChatRequest
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.prompts.definitions import defined, hints, listed
from backend.domain.prompts.version import Definitions
from backend.domain.task import Task
from backend.errors import PromptError
from tests.scripted import builder, choices, tasks

ONE = read_config("""<View><Text name="t" value="$text"/><Choices name="topic" toName="t">
<Choice value="Refund" hint="money
 back"/><Choice value="Delivery" alias="d"/><Choice value="Yes"/></Choices></View>""")
TWO = read_config("""<View><Text name="t" value="$text"/>
<Choices name="topic" toName="t"><Choice value="Refund"/><Choice value="Other"/></Choices>
<Choices name="mood" toName="t"><Choice value="Good"/><Choice value="Other"/></Choices></View>""")
DYNAMIC = read_config(
    """<View><Text name="t" value="$text"/><Choices name="topic" toName="t" value="$options"/></View>"""
)


def asked(builder: RequestBuilder, task: Task) -> ChatRequest:
    request = builder.request(task)
    assert isinstance(request, ChatRequest)
    return request


def told(definitions: Definitions) -> str:
    return asked(builder(ONE, definitions=definitions), tasks(1)[0]).template.system


def test_a_definition_stands_in_place_of_the_hint() -> None:
    found = defined({"refund ": "wants   the money\nback", "Yes": "", "Delivery": "parcels"}, ONE)
    assert found == {"topic": {"Refund": "wants the money back", "Delivery": "parcels"}}
    assert told(found).endswith("\n- Refund: wants the money back\n- Delivery: parcels\n- Yes")
    assert "- Refund: money  back" in told({})


def test_labels_of_several_controls_stand_below_their_controls() -> None:
    given: dict[str, str | dict[str, str]] = {"mood": {"Other": "neither"}, "Refund": "money back"}
    assert defined(given, TWO) == {"topic": {"Refund": "money back"}, "mood": {"Other": "neither"}}


@pytest.mark.parametrize("schema", [ONE, TWO])
def test_what_is_listed_means_the_same_again(schema: LabelSchema) -> None:
    field = schema.fields[-1]
    found = defined({field.name: {field.labels[-1].name: "a sentence"}}, schema)
    assert defined(listed(found), schema) == found
    assert listed(defined({}, schema)) == {}


@pytest.mark.parametrize(
    ("given", "schema", "said"),
    [
        ({"Refnud": "x"}, ONE, "did you mean Refund?"),
        ({"d": "x"}, ONE, "there are Refund, Delivery, Yes."),
        ({"topic": {"Refnud": "x"}}, ONE, "did you mean Refund?"),
        ({"Other": "x"}, TWO, "in 'topic' and 'mood'"),
        ({"moood": {"Good": "x"}}, TWO, "did you mean mood?"),
        ({"Goood": "x"}, TWO, "did you mean Good?"),
    ],
)
def test_what_the_config_does_not_have_is_refused_with_the_nearest(
    given: dict[str, str | dict[str, str]], schema: LabelSchema, said: str
) -> None:
    with pytest.raises(PromptError) as error:
        defined(given, schema)
    assert said in str(error.value)


def test_labels_that_come_from_the_task_may_be_defined_too() -> None:
    found = defined({"Blue": "like the sky"}, DYNAMIC)
    task = Task(1, {"text": "x", "options": ["Red", {"value": "Blue", "hint": "a colour"}]})
    request = asked(builder(DYNAMIC, definitions=found), task)
    assert '\n- "Red"\n- "Blue": like the sky\n' in request.user


def test_hints_are_one_line_each_in_the_order_of_the_config() -> None:
    assert hints(ONE) == {"topic": {"Refund": "money back", "Delivery": "", "Yes": ""}}


def test_thousands_of_definitions_take_no_time() -> None:
    labels = {f"Label {number}": f"says {number}" for number in range(10_000)}
    schema = choices(*labels)
    before = time.process_time()
    assert defined({name.upper(): said for name, said in labels.items()}, schema) == {"mood": labels}
    assert time.process_time() - before < 2
