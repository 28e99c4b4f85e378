"""Answers to Label Studio's regions and back. Annotations come from people and other tools: expect anything."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.answer import Labels
from backend.domain.labels.config import read_config
from backend.domain.labels.regions import answer_print, fingerprint, from_result, replaced, rounded, to_result

SCHEMA = read_config("""<View><Text name="text" value="$text"/>
<Choices name="mood" toName="text"><Choice value="Good" alias="g"/><Choice value="Bad"/></Choices>
<Choices name="topics" toName="text" choice="multiple"><Choice value="Price"/><Choice value="Speed"/></Choices>
</View>""")
answers = st.fixed_dictionaries(
    {
        "mood": st.sampled_from([None, Labels(("g",)), Labels(("Bad",))]),
        "topics": st.sampled_from([None, Labels(("Price",)), Labels(("Speed",)), Labels(("Price", "Speed"))]),
    }
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
regions = st.fixed_dictionaries(
    {},
    optional={
        "from_name": st.sampled_from(["mood", "topics", "other"]) | json_values,
        "to_name": json_values,
        "type": st.sampled_from(["choices", "relation"]),
        "value": st.fixed_dictionaries({"choices": json_values}) | json_values,
    },
)


def region(*labels: str, name: str = "mood", **more: Any) -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": list(labels)}, **more}


def test_an_answer_as_regions() -> None:
    answer = {"mood": Labels(("g",)), "topics": Labels(("Price", "Speed"))}
    assert to_result(answer, SCHEMA) == [region("g"), region("Price", "Speed", name="topics")]


def test_nothing_chosen_is_no_region() -> None:
    assert to_result({"mood": Labels(("g",)), "topics": None}, SCHEMA) == [region("g")]
    assert to_result({}, SCHEMA) == []


@given(answers)
def test_there_and_back(answer: Any) -> None:
    assert from_result(to_result(answer, SCHEMA), SCHEMA) == answer


def test_labels_are_in_the_order_of_the_config_however_they_were_clicked() -> None:
    assert from_result([region("Speed", "Price", "Speed", name="topics")], SCHEMA)["topics"] == Labels(
        ("Price", "Speed")
    )
    both = [region("Speed", name="topics"), region("Price", name="topics")]
    assert from_result(both, SCHEMA)["topics"] == Labels(("Price", "Speed"))


def test_labels_the_config_no_longer_knows_are_kept_and_come_last() -> None:
    assert from_result([region("Zeal", "Ardour", "Speed", name="topics")], SCHEMA)["topics"] == Labels(
        ("Speed", "Ardour", "Zeal")
    )


def test_other_controls_and_relations_are_left_alone() -> None:
    others = [region("x", name="other"), {"type": "relation", "from_id": "a", "to_id": "b"}, region("g", id="abc")]
    assert from_result(others, SCHEMA) == {"mood": Labels(("g",)), "topics": None}


@pytest.mark.parametrize(
    "value", [None, "g", [], {}, {"choices": None}, {"choices": []}, {"choices": {}}, {"text": ["g"]}]
)
def test_a_region_without_choices_says_nothing(value: Any) -> None:
    assert from_result([{"from_name": "mood", "value": value}], SCHEMA) == {"mood": None, "topics": None}


def test_one_choice_without_its_list_is_that_choice() -> None:
    assert from_result([{"from_name": "mood", "value": {"choices": "g"}}], SCHEMA)["mood"] == Labels(("g",))


@given(st.lists(regions | json_values, max_size=4))
def test_no_result_breaks_the_reading(result: Any) -> None:
    found = from_result(result, SCHEMA)
    assert set(found) == {"mood", "topics"}


def same(one: Any, other: Any) -> Any:
    return fingerprint(0.5, one) == fingerprint(0.5, other)


@given(st.lists(regions, max_size=3), st.lists(regions, max_size=3))
def test_no_result_breaks_the_comparison(one: Any, other: Any) -> None:
    assert same(one, list(reversed(one)))
    assert same(one, other) == same(other, one)


def test_ids_and_what_label_studio_adds_do_not_matter() -> None:
    assert same([region("g")], [region("g", id="x1", origin="prediction")])


@pytest.mark.parametrize(
    "other",
    [
        [],
        [region("Bad")],
        [region("g", name="topics")],
        [region("g"), region("g")],
        [{**region("g"), "to_name": "other"}],
        [{**region("g"), "type": "labels"}],
        [region("g", "Bad")],
    ],
)
def test_another_answer_is_another_result(other: Any) -> None:
    assert not same([region("g")], other)


def test_which_regions_share_an_id_matters_and_not_the_id() -> None:
    """What is said of a span is another answer when it is said of another span at the same place."""
    first, second = region("a", name="ner"), region("b", name="ner")
    sex = region("f", name="sex")
    of_first = [{**first, "id": "1"}, {**sex, "id": "1"}, {**second, "id": "2"}]
    assert same(of_first, [{**second, "id": "y"}, {**first, "id": "x"}, {**sex, "id": "x"}])
    of_second = [{**first, "id": "1"}, {**second, "id": "2"}, {**sex, "id": "2"}]
    assert not same(of_first, of_second)
    assert answer_print(of_first) != answer_print(of_second)
    assert not same(of_first, [first, second, sex])


def test_the_score_is_part_of_what_is_said_as_exactly_as_it_is_stored() -> None:
    result = [region("g")]
    assert fingerprint(1, result) == fingerprint(1.0, result) == fingerprint(0.99999999, result)
    assert len({fingerprint(score, result) for score in (1, 0.99999, 0, None)}) == 4
    assert rounded(0.1234564999) == 0.123456


@given(st.none() | st.floats(0, 1), st.lists(regions, max_size=3))
def test_a_fingerprint_fits_into_eight_bytes(score: float | None, result: Any) -> None:
    assert 0 <= fingerprint(score, result) < 2**60


MASK = {"id": "m", "from_name": "mask", "to_name": "img", "type": "brushlabels", "value": {"rle": [1]}}
ARROW = {"type": "relation", "direction": "right"}
SPANS = read_config("""<View><Text name="text" value="$text"/>
<Labels name="part" toName="text"><Label value="Who"/></Labels></View>""")
RELATED = read_config("""<View><Text name="text" value="$text"/>
<Labels name="part" toName="text"><Label value="Who"/></Labels>
<Relations><Relation value="knows"/></Relations></View>""")
GOOD = {"mood": Labels(("g",)), "topics": None}


def span(start: int, name: str) -> dict[str, Any]:
    value = {"start": start, "end": start + 2, "labels": ["Who"]}
    return {"id": name, "from_name": "part", "to_name": "text", "type": "labels", "value": value}


def test_another_answer_replaces_only_its_own_controls() -> None:
    note = {**MASK, "from_name": "note", "type": "textarea", "value": {"text": ["scratched"]}}
    other = {**ARROW, "from_id": "m", "to_id": "n"}
    held = [MASK, note, region("Bad", id="c"), {**MASK, "id": "n"}, other, region("Price", name="topics")]
    assert replaced(held, GOOD, SCHEMA) == [MASK, note, {**MASK, "id": "n"}, other, region("g")]


def test_the_same_answer_leaves_an_annotation_as_it_is() -> None:
    held = [region("Good", id="c"), MASK, {**ARROW, "from_id": "c", "to_id": "m"}]
    assert replaced(held, from_result(held, SCHEMA), SCHEMA) == held


def test_what_is_no_region_is_left_out() -> None:
    broken: Any = ["x", None, region("Bad", id="c"), MASK]
    assert replaced(broken, GOOD, SCHEMA) == [MASK, region("g")]


@pytest.mark.parametrize(
    "more",
    [
        {**ARROW, "from_id": "a", "to_id": "b"},
        {**ARROW, "from_id": "a", "to_id": "m"},
        {"id": "a", "from_name": "sure", "to_name": "text", "type": "rating", "value": {"rating": 3}},
    ],
)
def test_what_is_said_about_a_region_that_would_go_is_not_lost(more: dict[str, Any]) -> None:
    held = [span(0, "a"), span(4, "b"), MASK, more]
    assert replaced(held, from_result([span(8, "c")], SPANS), SPANS) is None


def test_relations_that_are_asked_for_go_with_their_ends() -> None:
    held = [span(0, "a"), span(4, "b"), MASK, {**ARROW, "from_id": "a", "to_id": "b", "labels": ["knows"]}]
    answer = from_result([span(8, "c")], RELATED)
    assert replaced(held, answer, RELATED) == [MASK, *to_result(answer, RELATED)]
    assert replaced([*held, {**ARROW, "from_id": "a", "to_id": "m"}], answer, RELATED) is None
