"""<Choices allowNested="true">: what is asked for, what the screen would tick, and how it is stored."""

from typing import Any

import pytest

from backend.domain.answer import Paths, names_of
from backend.domain.labels.config import read_config
from backend.domain.labels.regions import from_result, to_result
from backend.domain.labels.relabel import with_current_labels, with_renames
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Rejection
from backend.domain.prompts.default_prompt import first_prompt

TREE = """<Choice value="Food" hint="To eat"><Choice value="Fruit" alias="fr"/><Choice value="Veg"/></Choice>
  <Choice value="Other"/>"""
TEXT = '<Text name="t" value="$text"/>'
ALL = ["Food", "Food / Fruit", "Food / Veg", "Other"]
FOOD = Paths((("Food", "fr"), ("Food", "Veg")))
BROUGHT = [{"value": "X", "children": [{"value": "X1"}, {"value": "X2", "alias": "two"}]}, "Y"]
MANY = 'choice="multiple"'


def schema(attributes: str = "", tree: str = TREE, more: str = "") -> LabelSchema:
    nested = f'<Choices name="topic" toName="t" allowNested="true" {attributes}>{tree}</Choices>'
    return read_config(f"<View>{TEXT}{nested}{more}</View>")


def control(attributes: str = "", tree: str = TREE) -> Any:
    return schema(attributes, tree).by_name["topic"]


def region(paths: Any) -> dict[str, Any]:
    return {"from_name": "topic", "to_name": "t", "type": "choices", "value": {"choices": paths}}


def reason(found: Any) -> str:
    assert isinstance(found, Rejection)
    return found.reason


def test_what_is_asked_for() -> None:
    above = "; a path that others begin with stands for all of those"
    listed = ["- Food: To eat", "- Food / Fruit", "- Food / Veg", "- Other"]
    assert control().describe({}).splitlines() == [f'"topic": exactly one of these paths{above}', *listed]
    many = control(MANY).describe({}).splitlines()
    assert many == [f'"topic": a list with any of these paths, empty if none fits{above}', *listed]
    assert above not in control(tree='<Choice value="A"/><Choice value="B"/>').describe({})
    assert control().json_schema() == {"type": "string", "enum": ALL}
    assert control(MANY).json_schema() == {"type": "array", "items": {"type": "string", "enum": ALL}}
    assert "Choose the labels (topic) that fit this item best." in first_prompt(schema()).template


def test_one_path() -> None:
    value = control().parse(" food / FRUIT ")
    assert value == Paths((("Food", "fr"),)) == control().parse(["Food / Fruit"])
    assert control().to_regions(value) == [region([["Food", "fr"]])]
    assert (control().to_json(value), control().cell(value), control().show(value)) == ("Food / Fruit",) * 3
    assert control().column == "text"
    assert (control().show(None), control().cell(None)) == ("(none)", None)


@pytest.mark.parametrize("attributes", ["", MANY])
def test_what_stands_above_others_is_ticked_by_ticking_them(attributes: str) -> None:
    """By itself `[["Food"]]` ticks nothing: the screen unticks it again with each of its children."""
    field = control(attributes)
    value = field.parse(["Food"])
    assert value == FOOD
    assert field.to_regions(value) == [region([["Food", "fr"], ["Food", "Veg"]])]
    saved = [region([["Food"], ["Food", "fr"], ["Food", "Veg"]])]
    assert field.from_regions(saved) == value
    assert field.from_regions([region([["Food"]])]) is None
    assert field.to_json(value) == (["Food / Fruit", "Food / Veg"] if attributes else "Food")
    assert field.parse(field.to_json(value)) == value


def test_several_paths_each_once_in_any_order() -> None:
    field = control(MANY)
    value = field.parse(["Other", "Food / Veg", "Food", "Other"])
    assert value == Paths((("Food", "Veg"), ("Food", "fr"), ("Other",)))
    assert field.cell(value) == ["Other", "Food / Veg", "Food / fr"]
    assert field.classes(value) == ("Other", "Food / Veg", "Food / fr")
    assert field.partial(value, FOOD) == pytest.approx(4 / 5)
    assert field.parse([]) is None


@pytest.mark.parametrize(
    ("attributes", "said", "why"),
    [
        ("", [], "missing_field"),
        ("", None, "wrong_type"),
        ("", ["Other", "Food / Veg"], "too_many"),
        ("", "Fruit", "unknown_choice"),
        ("", "Food / fr", "unknown_choice"),
        ("", 7, "wrong_type"),
        (MANY, [["Food", "fr"]], "wrong_type"),
        (MANY, ["Food / Fruit / Pear"], "unknown_choice"),
    ],
)
def test_nothing_is_guessed(attributes: str, said: Any, why: str) -> None:
    assert reason(control(attributes).parse(said)) == why


def test_none_is_possible_where_it_is_not_always_shown() -> None:
    condition = 'visibleWhen="choice-selected" whenTagName="kind" whenChoiceValue="a"'
    kind = '<Choices name="kind" toName="t"><Choice value="a"/><Choice value="b"/></Choices>'
    found = schema(condition, more=kind)
    assert found.by_name["topic"].json_schema() == {"type": ["string", "null"], "enum": [*ALL, None]}
    assert '"topic": null unless "kind" is "a", else exactly one of these paths' in found.describe({}, "")
    assert found.parse({"kind": "b", "topic": None}) == {"topic": None, "kind": found.by_name["kind"].parse("b")}
    assert found.parse({"kind": "b", "topic": "Other"}) == found.parse({"kind": "b", "topic": None})
    required = schema(f'required="true" {MANY}')
    assert reason(required.parse({"topic": []})) == "missing_field"


@pytest.mark.parametrize(
    ("wanted", "chosen", "shown"),
    [
        ("Fruit", ["Food / Fruit"], True),
        ("fr", ["Food / Fruit"], True),
        ("Food", ["Food / Fruit"], False),
        ("Food", ["Food"], True),
        ("Other", ["Food"], False),
        ("", ["Other"], True),
        ("", [], False),
    ],
)
def test_a_condition_looks_at_what_is_ticked(wanted: str, chosen: list[str], shown: bool) -> None:
    value = f'whenChoiceValue="{wanted}"' if wanted else ""
    condition = f'visibleWhen="choice-selected" whenTagName="topic" {value}'
    why = f'<Choices name="why" toName="t" {condition}><Choice value="a"/></Choices>'
    answer = schema(MANY, more=why).parse({"topic": chosen, "why": "a"})
    assert not isinstance(answer, Rejection)
    assert names_of(answer["why"]) == (("a",) if shown else ())


def test_of_equal_names_a_condition_means_the_first() -> None:
    tree = '<Choice value="A"><Choice value="x"/></Choice><Choice value="B"><Choice value="x"/></Choice>'
    field = control(MANY, tree)
    assert field.called(field.parse(["A / x"])) == {"A", "x"}
    assert field.called(field.parse(["B / x"])) == {"B"}


def test_choices_that_the_task_brings() -> None:
    dynamic = schema(f'value="$opts" {MANY}', "")
    assert dynamic.needs_task
    assert isinstance(dynamic.for_task({"opts": []}), Failure)
    bound = dynamic.for_task({"opts": BROUGHT})
    assert isinstance(bound, LabelSchema)
    assert bound.listings({}).splitlines()[:3] == ['The paths for "topic":', '- "X"', '- "X / X1"']
    answer = bound.parse({"topic": ["X / X2", "Y"]})
    assert not isinstance(answer, Rejection)
    assert to_result(answer, bound) == to_result(answer, dynamic) == [region([["X", "two"], ["Y"]])]
    for known in (bound, dynamic):
        assert from_result([region([["X"], ["X", "two"], ["Y"]])], known)["topic"] == Paths((("X", "two"), ("Y",)))


def test_choices_of_the_config_stand_beside_those_that_the_task_brings() -> None:
    own = '<Choice value="X"><Choice value="Mine"/></Choice><Choice value="Other"/>'
    bound: Any = schema(f'value="$opts" {MANY}', own).for_task({"opts": BROUGHT})
    answer = bound.parse({"topic": ["X / Mine", "X / X1", "Other", "Y"]})
    assert not isinstance(answer, Rejection)
    (paths,) = (region["value"]["choices"] for region in to_result(answer, bound))
    assert [path[0] for path in paths] == ["X", "X", "Other", "Y"]
    assert bound.fields[0].removed_classes(answer["topic"]) == []


def test_what_a_region_must_be() -> None:
    strange: list[Any] = ["fr", [], [1], None, {"a": 1}]
    assert control(MANY).from_regions([region(strange), region("fr"), {"from_name": "topic"}]) is None
    unknown = control(MANY).from_regions([region([["Gone", "x"]])])
    assert unknown == Paths((("Gone", "x"),))
    assert control(MANY).removed_classes(unknown) == ["Gone / x"]


def test_a_renamed_path_is_read_under_its_new_name() -> None:
    now = with_renames(schema(), {"topic": {"Food / berries": "Food / fr"}})
    assert from_result([region([["Food", "berries"]])], now)["topic"] == Paths((("Food", "fr"),))
    before = schema(tree=TREE.replace('value="Fruit" alias="fr"', 'value="berries"'))
    assert "Food / Fruit" in [choice.name for choice in with_current_labels(before, now).by_name["topic"].labels]


def test_a_version_from_before_goes_on_without_it() -> None:
    kind = '<Choices name="kind" toName="t"><Choice value="a"/><Choice value="b"/></Choices>'
    before, now = read_config(f"<View>{TEXT}{kind}</View>"), schema(more=kind)
    assert now.fits(before.digest)
    assert now.as_of(before.digest).names == ("kind",)
    assert now.as_of(now.digest).names == ("topic", "kind")


def test_the_digest_says_all_that_may_be_answered() -> None:
    kinds = [schema(), schema(MANY), schema(f'{MANY} required="true"'), schema(tree='<Choice value="A"/>')]
    assert len({one.digest for one in kinds}) == len(kinds)


@pytest.mark.parametrize(
    ("attributes", "tree", "why"),
    [
        ('perRegion="true"', TREE, 'perRegion="true" without spans that a prompt marks'),
        ('perItem="true"', TREE, "a path per item"),
        ("", "", "it lists no choices"),
        ("", "".join('<Choice value="x">' for _ in range(21)) + "</Choice>" * 21, "more than"),
    ],
)
def test_what_is_left_alone_is_named(attributes: str, tree: str, why: str) -> None:
    other = '<Choices name="kind" toName="t"><Choice value="a"/></Choices>'
    (named,) = schema(attributes, tree, other).unsupported
    assert why in named


def test_a_tree_too_large_for_an_answer_schema() -> None:
    tree = "".join(f'<Choice value="{number}"/>' for number in range(1001))
    assert control(tree=tree).json_schema() == {"type": "string"}
    assert control(MANY, tree).json_schema() == {"type": "array", "items": {"type": "string"}}
