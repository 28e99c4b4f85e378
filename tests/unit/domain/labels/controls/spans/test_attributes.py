"""What controls with `perRegion="true"` say of spans: asked, judged, written as regions of the span's id, read."""

from typing import Any

import pytest

from backend.domain.answer import Answer, Labels, Number, Texts, spans_of
from backend.domain.answer_json import answer_json
from backend.domain.labels.config import read_config
from backend.domain.labels.controls.spans.marking import attributes_of, classes_of, controls_in
from backend.domain.labels.regions import from_result, to_result
from backend.domain.labels.relabel import same_answers, with_current_labels, with_renames
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Rejection

TEXT = '<Text name="text" value="$text"/>'
LABELS = '<Labels name="ner" toName="text" {}><Label value="Person" alias="PER"/><Label value="ORG"/></Labels>'
MALE, FEMALE = '<Choice value="Male" alias="m"/>', '<Choice value="f"/>'
SEX = f'<Choices name="sex" toName="text" perRegion="true" {{}}>{MALE}{FEMALE}</Choices>'
DATA = {"text": "Anna met Bob of Acme.", "sizes": ["small", "large"]}


def schema(*parts: str, labels: str = "", data: Any = DATA) -> LabelSchema:
    """Bound to the task."""
    found = read_config(f"<View>{TEXT}{LABELS.format(labels)}{''.join(parts)}</View>").for_task(data)
    assert not isinstance(found, Failure)
    return found


def span(text: str, label: str = "Person", **more: Any) -> dict[str, Any]:
    return {"label": label, "text": text, "before": "", **more}


def parsed(bound: LabelSchema, *spans: Any) -> Answer:
    found = bound.parse({"ner": list(spans)})
    assert not isinstance(found, Rejection), found
    return found


def attributes(bound: LabelSchema, *spans: Any) -> list[dict[str, Any]]:
    """Of each span in the order of the text."""
    return [dict(one.attributes) for one in spans_of(parsed(bound, *spans)["ner"])]


def rejected(bound: LabelSchema, *spans: Any) -> str:
    found = bound.parse({"ner": list(spans)})
    assert isinstance(found, Rejection)
    return found.reason


def test_the_model_is_told_of_each_after_the_labels() -> None:
    note = '<TextArea name="note" toName="text" perRegion="true" placeholder="in full"/>'
    lines = schema('<Header value="His"/>', SEX.format('whenLabelValue="PER"'), note).describe({}, "")
    assert lines.splitlines()[1:] == [
        "- Person",
        "- ORG",
        'in each object, "sex": under the heading "His", null unless "label" is "Person", else exactly one of',
        "- Male",
        "- f",
        'in each object, "note": a list of texts, empty if there is nothing to write; its hint: "in full"',
    ]


def test_every_kind_has_its_own_rules_and_its_own_region() -> None:
    tree = '<Choice value="a"><Choice value="b"/></Choice>'
    bound = schema(
        SEX.format(""),
        '<TextArea name="notes" toName="text" perRegion="true"/>',
        '<Rating name="sure" toName="text" perRegion="true" maxRating="3"/>',
        '<Number name="age" toName="text" perRegion="true" min="0"/>',
        '<DateTime name="born" toName="text" perRegion="true" only="date"/>',
        f'<Taxonomy name="kind" toName="text" perRegion="true">{tree}</Taxonomy>',
        f'<Choices name="path" toName="text" perRegion="true" allowNested="true">{tree}</Choices>',
    )
    said: dict[str, Any] = {
        "sex": "male",
        "notes": ["x", " "],
        "sure": 3,
        "age": 41,
        "born": "2024-02-03",
        "kind": ["a / b"],
        "path": "a / b",
    }
    answer = parsed(bound, span("Bob", **said))
    regions = to_result(answer, bound)
    place = {"start": 9, "end": 12, "text": "Bob"}
    assert [(region["type"], region["value"]) for region in regions] == [
        ("labels", {**place, "labels": ["PER"]}),
        ("choices", {**place, "choices": ["m"]}),
        ("textarea", {**place, "text": ["x"]}),
        ("rating", {**place, "rating": 3}),
        ("number", {**place, "number": 41}),
        ("datetime", {**place, "datetime": "2024-02-03"}),
        ("taxonomy", {**place, "taxonomy": [["a", "b"]]}),
        ("choices", {**place, "choices": [["a", "b"]]}),
    ]
    assert len({region["id"] for region in regions}) == 1
    assert from_result(regions, bound) == answer
    assert answer_json(answer)["ner"][0]["attributes"]["age"] == [41]
    said_of_bob = "(sex: m; notes: x; sure: 3; age: 41; born: 2024-02-03; kind: a / b; path: a / b)"
    assert bound.show(answer) == f'PER "Bob" at 9 {said_of_bob}'


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"sex": "x"}, "unknown_choice"),
        ({"sex": "f", "sure": "4"}, "wrong_type"),
        ({"sex": "f", "sure": 9}, "out_of_range"),
        ({"sex": "f", "sure": 1, "note": ["a", "b"]}, "too_many"),
        ({"sex": None}, "missing_field"),
        ({}, "missing_field"),
    ],
)
def test_a_wrong_value_is_a_rejection_of_its_own_kind(said: dict[str, Any], reason: str) -> None:
    sure = '<Rating name="sure" toName="text" perRegion="true"/>'
    note = '<TextArea name="note" toName="text" perRegion="true" maxSubmissions="1"/>'
    assert rejected(schema(SEX.format('required="true"'), sure, note), span("Bob", **said)) == reason


def test_what_is_required_may_not_be_an_empty_list_either() -> None:
    many = schema(SEX.format('required="true" choice="multiple"'))
    assert rejected(many, span("Bob", sex=[])) == "missing_field"
    assert attributes(many, span("Bob", sex=["f", "Male"])) == [{"sex": Labels(("m", "f"))}]


def test_a_value_that_the_label_leaves_out_is_ignored_in_answers_and_in_truths() -> None:
    bound = schema(SEX.format('required="true" whenLabelValue="PER"'))
    answer = parsed(bound, span("Bob", sex="Male"), span("Acme", "ORG", sex="nonsense"), span("Anna", sex="f"))
    assert [dict(one.attributes) for one in spans_of(answer["ner"])] == [
        {"sex": Labels(("f",))},
        {"sex": Labels(("m",))},
        {},
    ]
    regions = to_result(answer, bound)
    stale = {**regions[1], "id": regions[-1]["id"]}
    assert regions[-1]["value"]["labels"] == ["ORG"]
    assert from_result([*regions, stale], bound) == answer


def test_one_attribute_may_depend_on_another_of_the_same_span() -> None:
    when = 'visibleWhen="choice-selected" whenTagName="sex" whenChoiceValue="f"'
    maiden = f'<TextArea name="maiden" toName="text" perRegion="true" maxSubmissions="1" {when}/>'
    bound = schema(maiden, SEX.format(""))
    both = attributes(bound, span("Anna", sex="f", maiden="Berg"), span("Bob", sex="Male", maiden="Berg"))
    assert both == [{"maiden": Texts(("Berg",)), "sex": Labels(("f",))}, {"sex": Labels(("m",))}]
    assert '"maiden": null unless "sex" is "f", else' in bound.describe({}, "")


def test_a_region_without_the_span_s_id_says_nothing_of_it() -> None:
    bound = schema(SEX.format(""))
    labels, sex = to_result(parsed(bound, span("Bob", sex="f")), bound)
    for other in ({}, {"id": "x"}, {"id": None}, {"id": 7}):
        loose = {key: value for key, value in sex.items() if key != "id"} | other
        assert spans_of(from_result([labels, loose], bound)["ner"])[0].attributes == ()
    minimal = {
        "id": labels["id"],
        "from_name": "sex",
        "to_name": "text",
        "type": "choices",
        "value": {"choices": ["f"]},
    }
    assert spans_of(from_result([minimal, labels], bound)["ner"])[0].attributes == (("sex", Labels(("f",))),)


@pytest.mark.parametrize("value", [None, "f", {"choices": None}, {"choices": [3]}, {}])
def test_a_broken_region_never_breaks_the_reading(value: Any) -> None:
    bound = schema(SEX.format(""))
    labels, sex = to_result(parsed(bound, span("Bob", sex="f")), bound)
    assert len(spans_of(from_result([labels, {**sex, "value": value}], bound)["ner"])) == 1


def test_ids_are_the_same_each_time_and_of_one_span_alone() -> None:
    bound = schema(SEX.format(""))
    said = [span("Anna", sex="f"), span("Bob", sex="f"), span("Bob", "ORG", sex="Male")]
    first, again = (to_result(parsed(bound, *order), bound) for order in (said, said[::-1]))
    assert first == again
    assert len({region["id"] for region in first}) == 3
    assert all("#" not in region["id"] for region in first)
    assert from_result(first, bound) == parsed(bound, *said)


def test_a_span_that_is_given_twice_has_what_was_said_first() -> None:
    bound = schema(SEX.format(""))
    assert attributes(bound, span("Bob", sex="f"), span("Bob", sex="Male")) == [{"sex": Labels(("f",))}]


def test_labels_of_one_region_share_what_is_said_of_it() -> None:
    bound = schema(SEX.format('whenLabelValue="PER"'), labels='choice="multiple"')
    answer = parsed(bound, span("Bob", "ORG", sex="f"), span("Bob", sex="Male"), span("Acme", "ORG", sex="f"))
    assert [(one.label, dict(one.attributes)) for one in spans_of(answer["ner"])] == [
        ("ORG", {"sex": Labels(("m",))}),
        ("PER", {"sex": Labels(("m",))}),
        ("ORG", {}),
    ]
    regions = to_result(answer, bound)
    assert [region["type"] for region in regions] == ["labels", "choices", "labels"]
    assert from_result(regions, bound) == answer


def test_choices_that_the_task_brings() -> None:
    size = '<Choices name="size" toName="text" perRegion="true" value="$sizes"/>'
    bound = schema(size)
    assert attributes(bound, span("Acme", "ORG", size="large")) == [{"size": Labels(("large",))}]
    assert rejected(bound, span("Acme", "ORG", size="huge")) == "unknown_choice"
    assert '- "small"' in bound.listings({})
    loose = read_config(f"<View>{TEXT}{LABELS.format('')}{size}</View>")
    assert not isinstance(loose.parse({"ner": [span("Acme", "ORG", size="huge")]}), Rejection), "without a task"
    assert isinstance(loose.for_task({"text": "a", "sizes": 3}), Failure)


def test_an_answer_is_right_with_its_attributes_alone_and_right_in_part_without() -> None:
    bound = schema(SEX.format(""), '<Number name="age" toName="text" perRegion="true"/>')
    (control,) = bound.fields
    truth = parsed(bound, span("Bob", sex="f", age=4))["ner"]
    near, far = (parsed(bound, span("Bob", sex=sex, age=age))["ner"] for sex, age in (("f", 5), ("Male", None)))
    assert not control.equal(near, truth)
    assert control.partial(near, truth) == pytest.approx(2 / 3)
    assert control.partial(far, truth) == pytest.approx(2 / 5)
    assert control.equal(parsed(bound, span("Bob", sex="f", age=4.0))["ner"], truth)
    bare = schema().fields[0]
    assert bare.equal(near, truth), "what the config does not have does not count"
    assert control.shared([bare]).equal(near, truth)


def test_a_value_that_the_config_has_no_more_is_named() -> None:
    bound = schema(SEX.format(""))
    (control,) = bound.fields
    labels, sex = to_result(parsed(bound, span("Bob", sex="f")), bound)
    old = from_result([labels, {**sex, "value": {"choices": ["x"]}}], bound)
    assert control.removed_classes(old["ner"]) == ["sex: x"]
    assert control.removed_classes(parsed(bound, span("Bob", sex="f"))["ner"]) == []


@pytest.mark.parametrize(
    ("tag", "shown", "data", "turn"),
    [
        ("HyperTextLabels", '<HyperText name="text" value="$text"/>', "<p>Ann</p><p>\U0001f600 Bob</p>", {}),
        (
            "ParagraphLabels",
            '<Paragraphs name="text" value="$text"/>',
            [{"author": "A", "text": "\U0001f600 Bob"}],
            {"turn": 0},
        ),
    ],
)
def test_in_html_and_dialogues_they_are_at_the_place_of_their_span(tag: str, shown: str, data: Any, turn: Any) -> None:
    labels = f'<{tag} name="ner" toName="text"><Label value="PER"/></{tag}>'
    config = read_config(f'<View>{shown}{labels}<Rating name="sure" toName="text" perRegion="true"/></View>')
    bound = config.for_task({"text": data})
    assert not isinstance(bound, Failure)
    answer = parsed(bound, span("Bob", "PER", sure=2, **turn))
    marked, rated = to_result(answer, config)
    assert rated["id"] == marked["id"]
    assert {**rated["value"], tag.lower(): ["PER"]} == {**marked["value"], "rating": 2}
    assert from_result([marked, rated], bound) == answer
    assert dict(spans_of(answer["ner"])[0].attributes) == {"sure": Number(2)}


def test_renamed_labels_keep_what_was_said() -> None:
    bound = schema(SEX.format(""))
    (control,) = bound.fields
    old = from_result(to_result(parsed(bound, span("Bob", sex="f")), bound), bound)["ner"]
    assert attributes_of(control.with_former_labels({"PER": "HUMAN"})) == attributes_of(control)
    assert control.renamed(old, {"PER": "HUMAN"}) == old
    then = control.with_former_labels({"PER": "HUMAN"})
    renamed = then.renamed(old, {"PER": "HUMAN"})
    assert [(one.label, dict(one.attributes)) for one in spans_of(renamed)] == [("HUMAN", {"sex": Labels(("f",))})]


def test_a_renamed_label_of_an_attribute_is_read_under_its_new_name() -> None:
    old = schema(SEX.format('whenLabelValue="PER,X"'))
    answer = parsed(old, span("Bob", sex="Male"), span("Anna", sex="f"))
    choices = SEX.format('whenLabelValue="X,HUMAN"').replace(MALE, '<Choice value="man"/>')
    renamed = f"<View>{TEXT}{LABELS.format('').replace('PER', 'HUMAN')}{choices}</View>"
    now = with_renames(read_config(renamed), {"ner": {"PER": "HUMAN"}, "sex": {"m": "man"}})
    assert [dict(one.attributes) for one in spans_of(now.renamed(answer)["ner"])] == [
        {"sex": Labels(("f",))},
        {"sex": Labels(("man",))},
    ]
    bound = now.for_task(DATA)
    assert not isinstance(bound, Failure)
    truth = from_result(to_result(answer, old), bound)
    assert truth == now.renamed(answer)
    assert bound.fields[0].removed_classes(truth["ner"]) == []
    assert same_answers(with_current_labels(old, now), now)
    assert not same_answers(old, now)
    assert classes_of("sex", truth, now.fields) == {"f", "man"}
    assert classes_of("ner", truth, now.fields) == {"HUMAN"}
    assert [control.name for control in controls_in(now.fields)] == ["sex", "ner"]


def test_the_digest_follows_what_is_asked_of_spans() -> None:
    kinds = [(), (SEX.format(""),), (SEX.format('whenLabelValue="PER"'),), (SEX.format('required="true"'),)]
    assert len({schema(*parts).digest for parts in kinds}) == len(kinds)


def test_a_version_of_before_goes_on_with_spans_alone() -> None:
    old, now = schema(), schema(SEX.format(""))
    assert now.fits(old.digest)
    then = now.as_of(old.digest)
    assert then.json_schema() == old.json_schema()
    assert then.describe({}, "") == old.describe({}, "")
    assert old.digest == "b67ab05ecb8263ff283790dba677bc22c59545f6771f40cf8ab411715a32b77e"
    result = to_result(parsed(now, span("Bob", sex="f")), now)
    assert spans_of(from_result(result, then)["ner"])[0].attributes == ()
