"""<Repeater>: the controls inside have a value for each item of a task's list, under names with its number."""

from typing import Any

import pytest

from backend.domain.answer import Answer, Labels, Number
from backend.domain.answer_json import answer_json
from backend.domain.labels.config import read_config
from backend.domain.labels.regions import answer_print, from_result, is_submittable, to_result
from backend.domain.labels.relabel import same_answers, shared_schema, with_current_labels, with_renames
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Rejection
from backend.domain.prompts.default_prompt import first_prompt
from backend.domain.repeated import Repeated

TEXT = '<Text name="t_{{idx}}" value="$items[{{idx}}].text"/>'
CHOICES = '<Choice value="red" hint="like blood"/><Choice value="blue" alias="b"/>'
KIND = (
    '<Text name="all" value="$text"/><Choices name="kind" toName="all"><Choice value="x"/><Choice value="y"/></Choices>'
)
DATA = {"text": "whole", "items": [{"text": "one"}, {"text": "two"}, {"text": "three"}]}


def control(tag: str = "Choices", name: str = "c_{{idx}}", attributes: str = "", inside: str = "") -> str:
    listed = inside or (CHOICES if tag in ("Choices", "Taxonomy") else "")
    return f'<{tag} name="{name}" toName="t_{{{{idx}}}}" {attributes}>{listed}</{tag}>'


def repeated(*controls: str, attributes: str = 'on="$items"', text: str = TEXT) -> str:
    return f"<Repeater {attributes}>{text}{''.join(controls or (control(),))}</Repeater>"


def schema(*inside: str) -> LabelSchema:
    return read_config(f"<View>{''.join(inside)}</View>")


def bound(*inside: str, **data: Any) -> LabelSchema:
    found = schema(*(inside or (repeated(),))).for_task({**DATA, **data})
    assert isinstance(found, LabelSchema), found
    return found


def item(number: Any, value: Any, key: str = "c") -> dict[str, Any]:
    return {"item": number, key: value}


def region(number: int, label: str, name: str = "c") -> dict[str, Any]:
    own = {"from_name": f"{name}_{number}", "to_name": f"t_{number}", "type": "choices"}
    return {**own, "value": {"choices": [label]}}


def parsed(found: LabelSchema, said: dict[str, Any]) -> Answer:
    answer = found.parse(said)
    assert not isinstance(answer, Rejection), answer
    return answer


ALL = [item(0, "red"), item(1, "blue"), item(2, "red")]


def test_what_is_asked_for() -> None:
    assert schema(repeated()).describe({"c": {"red": "of blood"}}, "").splitlines() == [
        '"c": a list with an object for each item of "items", each exactly once: "item": its number, counted from 0; '
        '"c": exactly one of',
        *("- red: of blood", "- blue"),
    ]
    of_one = {
        "type": "object",
        "properties": {"item": {"type": "integer"}, "c": {"type": "string", "enum": ["red", "blue"]}},
        "required": ["item", "c"],
        "additionalProperties": False,
    }
    assert schema(repeated()).json_schema()["properties"] == {"c": {"type": "array", "items": of_one}}
    assert first_prompt(schema(repeated())).template.splitlines() == [
        "For each item: choose the labels (c) that fit this item best.",
        *("", "items:", "{items}"),
    ]


def test_a_value_for_each_item_in_any_order() -> None:
    found = bound()
    answer = parsed(found, {"c": [ALL[2], ALL[0], item(1, " BLUE ")]})
    assert answer == {"c": Repeated(((0, Labels(("red",))), (1, Labels(("b",))), (2, Labels(("red",)))))}
    result = to_result(answer, found, {"c": 0.5})
    assert result == [{**region(n, label), "score": 0.5} for n, label in enumerate(["red", "b", "red"])]
    assert from_result(list(reversed(result)), found) == answer
    (field,) = found.fields
    assert field.to_json(answer["c"]) == ALL
    assert field.show(answer["c"]) == "0: red | 1: b | 2: red"
    assert answer_json(answer)["c"][1] == {"item": 1, "value": ["b"]}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("red", "wrong_type"),
        ({"item": 0, "c": "red"}, "wrong_type"),
        (None, "wrong_type"),
        (["red", "blue", "red"], "wrong_type"),
        ([{"c": "red"}, *ALL[1:]], "missing_field"),
        ([{"item": 0}, *ALL[1:]], "missing_field"),
        ([item("0", "red"), *ALL[1:]], "wrong_type"),
        ([item(True, "red"), *ALL[1:]], "wrong_type"),
        ([item(1.0, "red"), *ALL[1:]], "wrong_type"),
        ([item(-1, "red"), *ALL[1:]], "out_of_range"),
        ([*ALL, item(3, "red")], "out_of_range"),
        ([item(10**400, "red"), *ALL[1:]], "out_of_range"),
        ([item(0, "green"), *ALL[1:]], "unknown_choice"),
        ([item(0, None), *ALL[1:]], "unknown_choice"),
        ([item(0, ["red", "blue"]), *ALL[1:]], "too_many"),
        (ALL[:2], "incomplete"),
        ([], "incomplete"),
        ([*ALL, ALL[0]], "incomplete"),
    ],
)
def test_nothing_is_guessed(said: Any, reason: str) -> None:
    found = bound().parse({"c": said})
    assert isinstance(found, Rejection)
    assert found.reason == reason


def test_other_keys_say_nothing() -> None:
    assert parsed(bound(), {"c": [{**one, "why": "because"} for one in ALL]}) == parsed(bound(), {"c": ALL})


@pytest.mark.parametrize(
    ("tag", "attributes", "values"),
    [
        ("Choices", 'choice="multiple"', [["red", "blue"], [], ["blue"]]),
        ("Choices", 'allowNested="true"', ["red", "blue", "red"]),
        ("TextArea", "", [["a", "b"], [], ["c"]]),
        ("TextArea", 'maxSubmissions="1"', ["a", None, "c"]),
        ("Rating", "", [1, None, 5]),
        ("Number", 'min="0" step="0.5"', [0, None, 2.5]),
        ("Taxonomy", "", [["red"], [], ["red", "blue"]]),
        ("DateTime", 'only="date"', ["2024-02-03", None, "1999-12-31"]),
    ],
)
def test_each_kind_of_control_may_be_repeated(tag: str, attributes: str, values: list[Any]) -> None:
    found = bound(repeated(control(tag, attributes=attributes)))
    said = {"c": [item(number, value) for number, value in enumerate(values)]}
    answer = parsed(found, said)
    result = to_result(answer, found)
    filled = [number for number, value in enumerate(values) if value not in (None, [])]
    assert [one["from_name"] for one in result] == [f"c_{number}" for number in filled]
    assert [one["to_name"] for one in result] == [f"t_{number}" for number in filled]
    assert from_result(result, found) == answer
    (field,) = found.fields
    assert parsed(found, {"c": field.to_json(answer["c"])}) == answer
    assert field.partial(answer["c"], answer["c"]) == 1
    assert found.parse({"c": [item(0, {"x": 1}), item(1, values[1]), item(2, values[2])]}) != answer


def test_a_required_control_has_a_value_for_every_item() -> None:
    found = bound(repeated(control("Rating", attributes='required="true"')))
    why = found.parse({"c": [item(0, 3), item(1, None), item(2, 4)]})
    assert isinstance(why, Rejection)
    assert (why.reason, why.detail) == (
        "missing_field",
        "'c' takes at least one rating for each item, item 1 has none.",
    )
    rated = [{"from_name": f"c_{n}", "to_name": f"t_{n}", "type": "rating", "value": {"rating": 3}} for n in range(3)]
    assert is_submittable(rated, found)
    assert not is_submittable(rated[:2], found)


def test_several_controls_several_lists_and_one_of_the_whole_task() -> None:
    other = repeated(control("Rating", "s_{{idx}}"), attributes='on="$others"', text="")
    found = bound(KIND, repeated(control(), control("TextArea", "{{idx}}.said")), other, others=[1])
    assert found.names == ("kind", "c", "said", "s")
    said = {
        "kind": "x",
        "c": ALL,
        "said": [item(n, ["hm"], "said") for n in range(3)],
        "s": [item(0, 4, "s")],
    }
    answer = parsed(found, said)
    names = [one["from_name"] for one in to_result(answer, found)]
    assert names == ["kind", "c_0", "c_1", "c_2", "0.said", "1.said", "2.said", "s_0"]
    assert from_result(to_result(answer, found), found) == answer


@pytest.mark.parametrize("items", [None, [], ""])
def test_a_list_without_items_has_nothing_to_say(items: Any) -> None:
    found = bound(KIND, repeated(), items=items)
    answer = parsed(found, {"kind": "x", "c": []})
    assert answer == {"kind": Labels(("x",)), "c": None}
    assert to_result(answer, found) == [{**region(0, "x"), "from_name": "kind", "to_name": "all"}]
    assert isinstance(found.parse({"kind": "x", "c": [item(0, "red")]}), Rejection)
    nothing = schema(repeated()).for_task({"items": items})
    assert nothing == Failure("bad_task", "'items' has no items, of which 'c' says something.")


@pytest.mark.parametrize("items", ["abc", {"0": "a"}, 3, True, ["x"] * 1001])
def test_what_is_not_a_list_or_too_long_is_a_failed_task(items: Any) -> None:
    found = schema(KIND, repeated()).for_task({"items": items})
    assert found == Failure("bad_task", "'items' is not a list of at most 1,000 items, of which 'c' says something.")


def test_regions_of_no_item_are_left_alone() -> None:
    found = bound()
    others = [region(3, "red"), {**region(0, "red"), "from_name": "c_00"}, {**region(0, "red"), "from_name": "c_x"}]
    others += [{**region(0, "red"), "from_name": name} for name in ("c", "c_-1", "c_٣", "xc_0", "c_0_", 3)]
    assert from_result(others, found) == {"c": None}
    assert from_result([*others, region(1, "b")], found) == {"c": Repeated(((1, Labels(("b",))),))}
    assert from_result([{"from_name": "c_0"}, {"from_name": "c_1", "value": 3}], found) == {"c": None}


def test_equal_items_and_partly_equal_ones() -> None:
    found = bound()
    (field,) = found.fields
    one, other = (parsed(found, {"c": said})["c"] for said in (ALL, [item(n, "red") for n in range(3)]))
    assert (field.equal(one, other), field.equal(one, one)) == (False, True)
    assert field.partial(one, other) == pytest.approx(2 / 3)
    assert field.items(one) == (("red", (0, None)), ("b", (1, None)), ("red", (2, None)))
    assert field.classes(one) == ("red", "b")


def test_choices_that_the_task_brings_for_all_items() -> None:
    found = bound(repeated(control(attributes='value="$choices"', inside=" ")), choices=["p", "q"])
    answer = parsed(found, {"c": [item(n, "q") for n in range(3)]})
    assert answer["c"] == Repeated(tuple((n, Labels(("q",))) for n in range(3)))
    assert '"c":\n- "p"' in found.listings({})


def test_a_condition_on_the_whole_task_hides_all_items() -> None:
    shown = '<View visibleWhen="choice-selected" whenTagName="kind" whenChoiceValue="x">{}</View>'
    found = bound(KIND, shown.format(repeated()))
    assert '"c": [] unless "kind" is "x", else a list' in found.describe({}, "")
    assert parsed(found, {"kind": "y", "c": ALL})["c"] is None
    hidden = [{**region(0, "y"), "from_name": "kind"}, region(0, "red")]
    assert from_result(hidden, found)["c"] is None
    assert not is_submittable(hidden, found)


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        (repeated(control(name="c")), "inside a <Repeater>, its name needs {{idx}} once"),
        (repeated(attributes='on="items"'), 'that repeats no field of the task: write on="$field"'),
        (repeated(attributes='on="$items" indexFlag=""'), "inside a <Repeater> without an index"),
        (repeated(repeated()), "inside a <Repeater> that another one repeats"),
        (repeated(control("Labels", inside='<Label value="a"/>')), "where prompts fill only <Choices>, <TextArea>"),
        (repeated(control(attributes='perRegion="true"')), "where prompts fill only <Choices>, <TextArea>"),
        (repeated(control(attributes='value="$items[{{idx}}].choices"', inside=" ")), "words of a single item"),
        (repeated(control(inside='<Choice value="{{idx}}"/>')), "words of a single item"),
        (
            repeated(control("Rating", "r_{{idx}}", 'visibleWhen="choice-selected" whenTagName="c_{{idx}}"')),
            "words of a single item",
        ),
        (
            repeated(f'<View visibleWhen="choice-selected" whenTagName="k_{{{{idx}}}}">{control()}</View>'),
            "shown under a condition on an item",
        ),
        (
            repeated(text='<Image name="t_{{idx}}" value="$items[{{idx}}].url"/>'),
            "about a <Image> of each item, which the model does not get",
        ),
        (repeated(control("Rating", attributes='maxRating="x"')), "maxRating is not a whole number"),
    ],
)
def test_what_prompts_do_not_fill_is_named(inside: str, why: str) -> None:
    found = schema(KIND, inside)
    assert "kind" in found.names
    assert "c" not in found.names
    (sentence,) = [said for said in found.unsupported if why in said]
    assert "\x01" not in sentence


def test_names_that_could_be_one_are_not_filled() -> None:
    alone = KIND.replace('"kind"', '"c_7"')
    assert schema(alone, repeated()).names == ("c_7",)
    twins = repeated(control(), control(name="c_1{{idx}}"))
    assert schema(KIND, twins).names == ("kind",)
    assert schema(KIND, repeated(control(name="q1_{{idx}}"), control(name="q2_{{idx}}"))).names == ("kind", "q1", "q2")
    assert schema(KIND.replace('"kind"', '"c"'), repeated()).names == ("c", "c_")
    assert schema(KIND, repeated(control(name="{{idx}}"), control(name="item{{idx}}"))).names == (
        "kind",
        "choices",
        "item",
    )


def test_the_key_of_an_item_is_not_that_of_the_value() -> None:
    found = bound(repeated(control(name="item_{{idx}}")))
    answer = parsed(found, {"item": [item(n, "red", "answer") for n in range(3)]})
    assert [one["from_name"] for one in to_result(answer, found)] == ["item_0", "item_1", "item_2"]


def test_labels_that_were_renamed_are_read_under_their_new_names() -> None:
    then, now = schema(repeated()), schema(repeated(control(inside='<Choice value="crimson"/><Choice value="blue"/>')))
    found = with_renames(now, {"c": {"red": "crimson"}}).for_task(DATA)
    assert isinstance(found, LabelSchema)
    assert from_result([region(0, "red")], found) == {"c": Repeated(((0, Labels(("crimson",))),))}
    assert found.fields[0].removed_classes(Repeated(((0, Labels(("b",))),))) == ["b"]
    assert with_current_labels(then, with_renames(now, {"c": {"red": "crimson"}})).classes == ["crimson", "b"]
    assert not same_answers(then, now)


def test_versions_are_compared_by_what_they_have_in_common() -> None:
    other = schema(repeated(control(inside='<Choice value="red"/><Choice value="green"/>')))
    assert shared_schema([schema(repeated()), other]).classes == ["red"]
    rating = schema(KIND, repeated(control("Rating")))
    assert shared_schema([schema(KIND, repeated()), rating]).names == ("kind",)


def test_a_version_of_before_goes_on_without_it() -> None:
    now, before = schema(KIND, repeated()), schema(KIND)
    assert now.fits(before.digest)
    then = now.as_of(before.digest)
    assert (then.names, then.variables) == (("kind",), ("text",))
    assert then.describe({}, "") == before.describe({}, "")
    assert now.digest != before.digest


def test_the_flag_says_nothing_of_the_answers() -> None:
    flagged = repeated(attributes='on="$items" indexFlag="{{n}}"').replace("{{idx}}", "{{n}}")
    assert schema(flagged).digest == schema(repeated()).digest
    assert answer_print(to_result({"c": Repeated(((0, Labels(("red",))),))}, schema(flagged))) == answer_print(
        [region(0, "red")]
    )


def test_values_of_no_kind_are_none() -> None:
    (field,) = bound().fields
    assert field.renamed(Number(3), {}) is None
    assert field.show(None) == "(none)"
    assert field.cell(None) == []
