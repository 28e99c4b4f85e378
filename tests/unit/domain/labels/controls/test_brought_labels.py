"""Labels of spans, and of pictures of a list, that the task brings."""

from typing import Any

import pytest

from backend.domain.answer import spans_of
from backend.domain.chat.request import ChatRequest
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.labels.config import read_config
from backend.domain.labels.regions import from_result
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.evaluation import evaluation
from backend.domain.outcome import Failure, Outcome, Rejection, Truth
from backend.domain.task import Task
from tests.scripted import at, version

TEXT = '<Text name="t" value="$text"/>'
BROUGHT = [{"value": "Person", "alias": "PER", "background": "red"}, "Place"]
IMAGES = '<Image name="img" valueList="$images"/>'


def spans(listed: str = "", attributes: str = "") -> LabelSchema:
    return read_config(f'<View>{TEXT}<Labels name="ner" toName="t" value="$labs" {attributes}>{listed}</Labels></View>')


def items(listed: str = "", attributes: str = "") -> LabelSchema:
    control = f'<Choices name="what" toName="img" perItem="true" value="$labs" {attributes}>{listed}</Choices>'
    return read_config(f"<View>{TEXT}{IMAGES}{control}</View>")


def asked(schema: LabelSchema, **data: Any) -> ChatRequest | Failure:
    builder = RequestBuilder(version("{text}", schema, variables=("text",)), schema, at("http://model.test/v1"))
    return builder.request(Task(1, {"text": "Anna in Oslo", "images": ["a", "b"], **data}))


def bound(schema: LabelSchema, labs: Any) -> LabelSchema:
    found = schema.for_task({"text": "Anna in Oslo", "images": ["a", "b"], "labs": labs})
    assert isinstance(found, LabelSchema)
    return found


def test_the_labels_stand_in_the_users_message_as_data() -> None:
    request = asked(spans(), labs=[{"value": "Per\nson", "hint": 'say "x"'}, "Place"])
    assert isinstance(request, ChatRequest)
    assert "exactly one of the labels for it in the user's message" in request.template.system
    assert "Place" not in request.template.system
    assert request.user.startswith('The labels for "ner":\n- "Per\\nson": "say \\"x\\""\n- "Place"\n\n')
    shown = request.template.answer_schema["properties"]["ner"]["items"]["properties"]["label"]
    assert shown == {"type": "string", "enum": ["Per\nson", "Place"]}


def test_a_span_has_the_alias_of_a_label_of_its_task() -> None:
    schema = bound(spans(), BROUGHT)
    quote = {"label": "Person", "text": "Anna", "before": ""}
    answer = schema.parse({"ner": [quote]})
    assert not isinstance(answer, Rejection)
    (region,) = schema.fields[0].to_regions(answer["ner"])
    assert region["value"] == {"start": 0, "end": 4, "text": "Anna", "labels": ["PER"]}
    assert from_result([region], schema) == answer
    assert schema.fields[0].to_json(answer["ner"]) == [quote]
    unknown = schema.parse({"ner": [quote | {"label": "Organisation"}]})
    assert isinstance(unknown, Rejection)
    assert unknown.reason == "unknown_choice"
    assert spans_of(from_result([region], spans())["ner"]), "also where the task is not known"


def test_those_of_the_config_come_first_and_count_before_equal_ones() -> None:
    schema = spans('<Label value="Place" alias="LOC" hint="where"/>')
    request = asked(schema, labs=BROUGHT)
    assert isinstance(request, ChatRequest)
    assert "in the user's message, or these\n- Place: where" in request.template.system
    assert request.user.startswith('The labels for "ner":\n- "Person"\n\n')
    assert [label.stored for label in bound(schema, BROUGHT).fields[0].labels] == ["LOC", "PER"]
    assert [label.stored for label in bound(schema, []).fields[0].labels] == ["LOC"]


@pytest.mark.parametrize("labs", [None, [], "Person", [""], [{"alias": "x"}], ["x" * 1001], ["x"] * 10_001])
@pytest.mark.parametrize("kind", [spans, items])
def test_a_task_without_labels_is_told(kind: Any, labs: Any) -> None:
    found = asked(kind(), labs=labs)
    assert isinstance(found, Failure)
    assert found.detail.startswith("'labs' is not the list of at most 10,000 labels")


def test_pictures_of_a_list_have_labels_of_their_task() -> None:
    request = asked(items(), labs=BROUGHT)
    assert isinstance(request, ChatRequest)
    assert request.user.startswith('The labels for "what":\n- "Person"\n- "Place"\n\n')
    schema = bound(items(), BROUGHT)
    answer = schema.parse({"what": [{"item": 0, "what": "Person"}, {"item": 1, "what": "Place"}]})
    assert not isinstance(answer, Rejection)
    regions = schema.fields[0].to_regions(answer["what"])
    assert [(one["item_index"], one["value"]["choices"]) for one in regions] == [(0, ["PER"]), (1, ["Place"])]
    assert from_result(regions, schema) == answer
    several = bound(items(attributes='choice="multiple"'), BROUGHT)
    assert "a list with any of the labels for it in the user's message, empty if none fits" in several.describe({}, "")
    many = several.parse({"what": [{"item": 0, "what": ["Person", "Place"]}, {"item": 1, "what": []}]})
    assert not isinstance(many, Rejection)
    assert isinstance(asked(items(), labs=["x", {"value": "y", "alias": "_"}]), ChatRequest), "any alias may be brought"


def test_relations_between_such_spans_and_conditions_on_them() -> None:
    related = read_config(
        f'<View>{TEXT}<Labels name="ner" toName="t" value="$labs"/><Relations><Relation value="in"/></Relations>'
        '<View visibleWhen="choice-selected" whenTagName="ner"><Rating name="r" toName="t"/></View></View>'
    )
    assert related.names == ("ner", "relations")
    assert "shown only" in related.unsupported[0]


@pytest.mark.parametrize(
    ("inside", "names"),
    [
        ('<Labels name="ner" toName="t" value="$labs"/>', ("c",)),
        ('<Labels name="ner" toName="t" value="$labs"><Label value="x"/></Labels>', ("c",)),
        (f'{IMAGES}<Choices name="w" toName="img" perItem="true" value="$labs"/>', ("c",)),
    ],
)
def test_a_version_from_before_goes_on_without(inside: str, names: tuple[str, ...]) -> None:
    choices = '<Choices name="c" toName="t"><Choice value="A"/></Choices>'
    now = read_config(f"<View>{TEXT}{inside}{choices}</View>")
    shown = IMAGES if IMAGES in inside else ""
    before = read_config(f"<View>{TEXT}{shown}{choices}</View>")
    assert now.fits(before.digest)
    assert now.as_of(before.digest).names == names
    assert now.digest != before.digest


def test_tasks_with_labels_of_their_own_are_judged_together() -> None:
    schema, one, other = spans(), bound(spans(), BROUGHT), bound(spans(), ["City"])
    first, second = {"label": "Person", "text": "Anna", "before": ""}, {"label": "City", "text": "Oslo", "before": ""}
    right, wrong = one.parse({"ner": [first]}), other.parse({"ner": [second, second | {"text": "Anna"}]})
    truth = other.parse({"ner": [second]})
    assert not any(isinstance(answer, Rejection) for answer in (right, wrong, truth))
    outcomes: list[Any] = [Outcome(1, right), Outcome(2, wrong)]
    truths: list[Any] = [Truth(1, right), Truth(2, truth)]  # type: ignore[arg-type]
    found = evaluation(outcomes, truths, schema)
    assert found.score.accuracy == 0.5
    assert {label: (score.precision, score.recall) for label, score in found.score.per_label.items()} == {
        "PER": (1, 1),
        "City": (0.5, 1),
    }
