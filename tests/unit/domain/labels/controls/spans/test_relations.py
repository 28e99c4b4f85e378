"""<Relations>: asked by ids of the answer, between spans of the text, written and read as regions are related."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.answer import Answer, spans_of
from backend.domain.answer_json import answer_json
from backend.domain.labels.config import read_config
from backend.domain.labels.regions import answer_print, from_result, to_result
from backend.domain.labels.relabel import with_current_labels, with_renames
from backend.domain.labels.related import json_of
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Rejection
from backend.domain.relations import Relation, Relations, SpanEnd, half_related_of, related_of

TEXT = '<Text name="text" value="$text"/>'
LABELS = '<Labels name="{}" toName="text" {}><Label value="Person" alias="PER"/><Label value="ORG"/></Labels>'
RELATIONS = '<Relations {}><Relation value="works for"/><Relation value="owns" hint="as a whole"/></Relations>'
DATA = {"text": "Anna met Bob of Acme."}
ANNA, BOB, ACME = SpanEnd("ner", 0, 4, "PER"), SpanEnd("ner", 9, 12, "PER"), SpanEnd("ner", 16, 20, "ORG")


def schema(labels: str = LABELS.format("ner", ""), relations: str = RELATIONS.format("")) -> LabelSchema:
    """Bound to the task."""
    found = read_config(f"<View>{TEXT}{labels}{relations}</View>").for_task(DATA)
    assert not isinstance(found, Failure)
    return found


def span(ref: Any, text: str, label: str = "Person") -> dict[str, Any]:
    return {"id": ref, "label": label, "text": text, "before": ""}


def related(head: Any, tail: Any, label: Any = "works for") -> dict[str, Any]:
    return {"from": head, "to": tail, "label": label}


SPANS = [span("a", "Anna"), span("b", "Bob"), span("c", "Acme", "ORG")]


def parsed(bound: LabelSchema, *relations: Any, spans: Any = SPANS) -> Answer:
    found = bound.parse({"ner": spans, "relations": list(relations)})
    assert not isinstance(found, Rejection), found
    return found


def rejected(relations: Any, spans: Any = SPANS, bound: LabelSchema | None = None) -> str:
    found = (bound or schema()).parse({"ner": spans, "relations": relations})
    assert isinstance(found, Rejection)
    return found.reason


def test_the_model_is_told_of_ids_and_of_the_direction() -> None:
    lines = schema().describe({"relations": {"owns": "has all of"}}, "").splitlines()
    assert 'Each is an object: "id": a name for it that no other object has' in lines[0]
    assert lines[3].startswith('"relations": a list of all relations that the text states between the objects of "ner"')
    assert lines[4:] == ["- works for", "- owns: has all of"]


def test_what_is_related_are_the_spans_whatever_they_are_called() -> None:
    bound = schema()
    answer = parsed(bound, related("b", "c"), related("a", "b", "OWNS"), related("b", "c"))
    assert answer["relations"] == Relations((Relation(ANNA, BOB, "owns"), Relation(BOB, ACME, "works for")))
    others = [span("1", "Acme", "ORG"), span("2", "Bob"), span("3", "Anna")]
    again = parsed(bound, related("3", "2", "owns"), related("2", "1"), spans=others)
    assert again == answer
    assert to_result(again, bound) == to_result(answer, bound)
    assert 'owns: "Anna" at 0 → "Bob" at 9' in bound.show(answer)
    assert answer_json(answer)["relations"][0]["from"] == {
        "control": "ner",
        "start": 0,
        "end": 4,
        "label": "PER",
        "text": "Anna",
    }


@pytest.mark.parametrize(
    ("relations", "reason"),
    [
        ("a", "wrong_type"),
        (["a"], "wrong_type"),
        ([related(1, "b")], "wrong_type"),
        ([{"from": "a", "to": "b"}], "missing_field"),
        ([related("a", None)], "missing_field"),
        ([related("a", "b", "likes")], "unknown_choice"),
        ([related("a", "b", ["owns"])], "unknown_choice"),
        ([related("a", "z")], "bad_reference"),
        ([related("A", "b")], "bad_reference"),
        ([related("a", "b")] * 1001, "too_many"),
    ],
)
def test_what_can_not_be_used_is_rejected(relations: Any, reason: str) -> None:
    assert rejected(relations) == reason


@pytest.mark.parametrize(("ref", "reason"), [(None, "missing_field"), (1, "wrong_type"), (["a"], "wrong_type")])
def test_each_span_needs_an_id(ref: Any, reason: str) -> None:
    assert rejected([], [span(ref, "Anna")]) == reason


def test_an_id_of_two_spans_means_none_of_them() -> None:
    twice = [span("a", "Anna"), span("a", "Bob"), span("c", "Acme", "ORG")]
    assert rejected([related("a", "c")], twice) == "bad_reference"
    assert related_of(parsed(schema(), spans=twice)["relations"]) == (), "nothing means it"


def test_a_span_that_is_given_twice_goes_by_both_its_ids() -> None:
    twice = [*SPANS, span("d", "Bob"), span("a", "Anna")]
    answer = parsed(schema(), related("d", "c"), related("a", "c"), spans=twice)
    assert related_of(answer["relations"]) == (Relation(ANNA, ACME, "works for"), Relation(BOB, ACME, "works for"))


def test_a_relation_whose_end_has_no_place_is_listed_with_it() -> None:
    bound = schema()
    answer = parsed(bound, related("b", "x"), related("b", "c"), spans=[*SPANS, span("x", "Initech", "ORG")])
    assert related_of(answer["relations"]) == (Relation(BOB, ACME, "works for"),)
    (lost,) = half_related_of(answer["relations"])
    assert (lost.head, lost.tail, lost.label) == ("Bob", "Initech", "works for")
    assert 'without an end: works for: "Bob" → "Initech"' in bound.show(answer)
    assert answer_json(answer)["relations"][0]["label"] == "works for"
    assert [region for region in to_result(answer, bound) if region["type"] == "relation"] == [
        {"type": "relation", "from_id": BOB.region_id, "to_id": ACME.region_id, "direction": "right"}
        | {"labels": ["works for"]}
    ]
    assert not bound.equal(answer, parsed(bound, related("b", "c")))


def test_two_labels_of_one_pair_are_one_region_or_too_many() -> None:
    """Of two regions for the same two spans, Label Studio shows the first."""
    both = [related("b", "c"), related("b", "c", "owns"), related("c", "b", "owns")]
    regions = [one for one in to_result(parsed(schema(), *both), schema()) if one["type"] == "relation"]
    assert [one["labels"] for one in regions] == [["owns", "works for"], ["owns"]]
    single = schema(relations=RELATIONS.format('choice="single"'))
    assert rejected(both, bound=single) == "too_many"
    assert len(related_of(parsed(single, *both[1:])["relations"])) == 2


def truth(*related: dict[str, Any]) -> list[dict[str, Any]]:
    return [*to_result(parsed(schema()), schema()), *({"type": "relation", **one} for one in related)]


@pytest.mark.parametrize(
    ("direction", "ends"),
    [("right", [(BOB, ACME)]), ("left", [(ACME, BOB)]), ("bi", [(BOB, ACME), (ACME, BOB)]), (None, [(BOB, ACME)])],
)
def test_an_arrow_may_point_back_or_both_ways(direction: Any, ends: Any) -> None:
    one = {"from_id": BOB.region_id, "to_id": ACME.region_id, "direction": direction, "labels": ["owns"]}
    found = from_result(truth(one), schema())["relations"]
    assert related_of(found) == tuple(sorted(Relation(head, tail, "owns") for head, tail in ends))


@pytest.mark.parametrize(
    "change",
    [
        {"from_id": "nowhere"},
        {"to_id": None},
        {"labels": []},
        {"labels": None},
        {"labels": "owns"},
        {"labels": [3]},
        {"type": "labels"},
    ],
)
def test_what_the_screen_does_not_show_is_no_relation(change: dict[str, Any]) -> None:
    one = {"from_id": BOB.region_id, "to_id": ACME.region_id, "direction": "right", "labels": ["owns"], **change}
    assert from_result(truth(one), schema())["relations"] is None


def test_of_two_regions_for_the_same_spans_the_first_counts() -> None:
    one = {"from_id": BOB.region_id, "to_id": ACME.region_id, "direction": "right", "labels": ["owns"]}
    found = from_result(truth(one, {**one, "labels": ["works for"]}), schema())["relations"]
    assert related_of(found) == (Relation(BOB, ACME, "owns"),)


def test_spans_of_all_controls_can_be_related() -> None:
    two = schema(LABELS.format("ner", "") + LABELS.format("other", 'choice="multiple"'))
    spans = [span("x", "Acme", "ORG"), span("y", "Acme")]
    said = {"ner": SPANS, "other": spans, "relations": [related("b", "y"), related("b", "x")]}
    answer = two.parse(said)
    assert not isinstance(answer, Rejection)
    end = SpanEnd("other", 16, 20)
    assert related_of(answer["relations"]) == (Relation(BOB, end, "works for"),), "one region with two labels"
    result = to_result(answer, two)
    assert from_result(result, two) == answer
    assert two.parse(json_of(answer, two.fields)) == answer


def test_a_hidden_control_s_spans_are_not_related() -> None:
    kind = '<Choices name="kind" toName="text"><Choice value="x"/><Choice value="y"/></Choices>'
    view = (
        f'<View visibleWhen="choice-selected" whenTagName="kind" whenChoiceValue="x">{LABELS.format("ner", "")}</View>'
    )
    bound = schema(kind + view)
    said = {"kind": "x", "ner": SPANS, "relations": [related("b", "c")]}
    answer = bound.parse(said)
    assert not isinstance(answer, Rejection)
    stale = [
        {**one, "value": {"choices": ["y"]}} if one["type"] == "choices" else one for one in to_result(answer, bound)
    ]
    assert dict(from_result(stale, bound)) | {"kind": None} == {"kind": None, "ner": None, "relations": None}


def test_equal_and_right_in_part() -> None:
    bound = schema()
    control = bound.by_name["relations"]
    both, one = (
        parsed(bound, *some)["relations"] for some in ([related("a", "c"), related("b", "c")], [related("b", "c")])
    )
    assert control.partial(one, both) == pytest.approx(2 / 3)
    assert control.partial(None, both) == 0
    assert control.classes(both) == ("works for",)
    assert len(control.items(both)) == 2
    assert control.removed_classes(control.renamed(both, {"works for": "x"})) == []
    assert bound.labels(parsed(bound, related("b", "c"))) == ["ner: PER", "ner: ORG", "relations: works for"]


def test_a_renamed_label_of_a_span_or_relation_is_read_under_its_new_name() -> None:
    old = schema()
    answer = parsed(old, related("b", "c"))
    config = f"<View>{TEXT}{LABELS.format('ner', '').replace('PER', 'HUMAN')}{RELATIONS.format('')}</View>"
    now = with_renames(
        read_config(config.replace("works for", "employed by")),
        {"ner": {"PER": "HUMAN"}, "relations": {"works for": "employed by"}},
    )
    human = SpanEnd("ner", 9, 12, "HUMAN")
    expected = (Relation(human, ACME, "employed by"),)
    assert related_of(now.renamed(answer)["relations"]) == expected
    bound = now.for_task(DATA)
    assert not isinstance(bound, Failure)
    assert related_of(from_result(to_result(answer, old), bound)["relations"]) == expected
    assert with_current_labels(old, now).by_name["relations"].known_classes == ("employed by", "owns")


def test_two_predictions_that_relate_other_spans_are_not_the_same() -> None:
    bound = schema()
    one, other = (to_result(parsed(bound, related(*ends)), bound) for ends in (("b", "c"), ("a", "c")))
    assert answer_print(one) != answer_print(other)
    moved = [
        {key: f"m{value}" if key in ("id", "from_id", "to_id") else value for key, value in region.items()}
        for region in one
    ]
    assert answer_print(moved) == answer_print(one)


@pytest.mark.parametrize(
    ("labels", "relations", "why"),
    [
        (LABELS.format("ner", ""), "<Relations/>", "it lists no labels"),
        ('<Choices name="c" toName="text"><Choice value="x"/></Choices>', RELATIONS.format(""), "without spans that a"),
    ],
)
def test_what_cannot_be_asked_for_is_named_and_left_alone(labels: str, relations: str, why: str) -> None:
    found = schema(labels, relations)
    assert len(found.fields) == 1
    assert why in found.unsupported[0]
    assert found.json_schema() == schema(labels, "").json_schema()


def test_the_key_is_free_and_the_last_element_counts() -> None:
    taken = '<Choices name="relations" toName="text"><Choice value="x"/></Choices>'
    first = "<Relations><Relation value='no'/></Relations>"
    found = schema(LABELS.format("ner", "") + taken + first)
    assert found.names == ("ner", "relations", "relations_")
    assert found.by_name["relations_"].known_classes == ("works for", "owns")


def test_a_version_of_before_goes_on_without_relations() -> None:
    old, now = schema(relations=""), schema()
    assert now.digest != old.digest
    then = now.as_of(old.digest)
    assert then.names == ("ner",)
    assert then.json_schema() == old.json_schema()
    assert then.describe({}, "") == old.describe({}, "")
    result = to_result(parsed(now, related("b", "c")), now)
    assert len(spans_of(from_result(result, then)["ner"])) == 3


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3))
REGION = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["a", "b"]) | JSON,
        "from_name": st.sampled_from(["ner", "sure", "relations"]) | JSON,
        "type": st.sampled_from(["labels", "rating", "relation"]) | JSON,
        "value": st.fixed_dictionaries({"start": JSON, "end": JSON, "labels": JSON, "rating": JSON}) | JSON,
        "from_id": st.sampled_from(["a", "b"]) | JSON,
        "to_id": st.sampled_from(["a", "b"]) | JSON,
        "direction": st.sampled_from(["left", "right", "bi"]) | JSON,
        "labels": st.lists(st.sampled_from(["owns", "works for"]), max_size=2) | JSON,
    },
)
SPAN = {"from_name": "ner", "to_name": "text", "type": "labels"}
GIVEN = [
    {**SPAN, "id": name, "value": {"start": start, "end": end, "labels": ["PER"]}}
    for name, start, end in (("a", 0, 4), ("b", 9, 12))
]


@given(st.lists(REGION | JSON, max_size=4))
def test_no_result_breaks_the_reading_and_what_is_read_is_written_again(result: list[Any]) -> None:
    bound = schema(LABELS.format("ner", "") + '<Rating name="sure" toName="text" perRegion="true"/>')
    found = from_result([*GIVEN, *result], bound)
    assert [span.key for span in spans_of(found["ner"])][:1] == [(0, 4, "PER")]
    assert from_result(to_result(found, bound), bound) == found
    assert answer_print(to_result(found, bound)) == answer_print(to_result(found, bound)[::-1])


@given(st.lists(st.fixed_dictionaries({"from": JSON, "to": JSON, "label": JSON}) | JSON, max_size=3) | JSON)
def test_no_answer_breaks_the_reading(said: Any) -> None:
    found = schema().parse({"ner": SPANS, "relations": said})
    assert isinstance(found, Rejection) or related_of(found["relations"]) == ()
