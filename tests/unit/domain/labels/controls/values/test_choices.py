"""<Choices>: what is accepted from a model, and what comes from a task."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.answer import Labels, names_of
from backend.domain.labels.choice_names import Choice
from backend.domain.labels.controls.label_lookup import fold
from backend.domain.labels.controls.values.choices import ChoicesControl
from backend.domain.outcome import Failure, Rejection

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def field(*labels: str, multiple: bool = False, optional: bool = False, source: str | None = None) -> ChoicesControl:
    return ChoicesControl("mood", "text", multiple, optional, tuple(Choice(label, label) for label in labels), source)


def reason(found: Any) -> str:
    assert isinstance(found, Rejection)
    return found.reason


@pytest.mark.parametrize("given_value", ["Good", "good", " GOOD\n", "gooD", ["Good"]])
def test_a_label_is_known_by_its_name_whatever_its_case_and_the_spaces_around_it(given_value: Any) -> None:
    assert field("Good", "Bad").parse(given_value) == Labels(("Good",))


@pytest.mark.parametrize("given_value", ["Goo", "Good!", "Good Bad", "Go od", "", "Gut", "'Good'"])
def test_a_label_is_never_guessed(given_value: Any) -> None:
    assert reason(field("Good", "Bad").parse(given_value)) == "unknown_choice"


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert field("Caf\u00e9").parse("cafe\u0301") == Labels(("Caf\u00e9",))
    assert field("Cafe\u0301").parse("CAF\u00c9") == Labels(("Cafe\u0301",))
    assert field("Straße").parse("STRASSE") == Labels(("Straße",))


def test_two_labels_that_fold_alike_are_told_apart_by_their_exact_names_only() -> None:
    names = field("US", "us", "Other")
    assert names.parse("US") == Labels(("US",))
    assert names.parse("us") == Labels(("us",))
    assert reason(names.parse("Us")) == "unknown_choice"
    assert reason(names.parse(" US")) == "unknown_choice"


def test_three_labels_that_fold_alike_are_not_guessed_either() -> None:
    assert reason(field("US", "us", "uS").parse("Us")) == "unknown_choice"


@pytest.mark.parametrize(("label", "value"), [("5", 5), ("5.0", 5.0), ("true", True), ("True", True), ("-1", -1)])
def test_labels_that_look_like_numbers_may_come_as_such(label: Any, value: Any) -> None:
    assert field(label, "other").parse(value) == Labels((label,))


@pytest.mark.parametrize(("label", "value"), [("5", 5.0), ("1", True), ("null", None), ("[]", []), ("{}", {})])
def test_but_only_as_they_are_written(label: Any, value: Any) -> None:
    assert isinstance(field(label, "other").parse(value), Rejection)


def test_one_label_means_one() -> None:
    assert reason(field("Good", "Bad").parse(["Good", "Bad"])) == "too_many"
    assert reason(field("Good", "Bad").parse([])) == "missing_field"
    assert reason(field("Good", "Bad").parse(None)) == "unknown_choice"


def test_null_means_that_an_optional_control_does_not_apply() -> None:
    assert field("Good", optional=True).parse(None) is None
    assert field("Good", optional=True).parse("Good") == Labels(("Good",))


def test_a_list_is_kept_in_the_order_of_the_config_each_label_once() -> None:
    many = field("A", "B", "C", multiple=True)
    assert many.parse(["C", "a", "C"]) == Labels(("A", "C"))
    assert many.parse([]) is None
    assert many.parse("B") == Labels(("B",))
    assert reason(many.parse(["A", "D"])) == "unknown_choice"
    assert reason(many.parse([["A"]])) == "unknown_choice"


def test_the_alias_is_stored_and_is_not_what_the_model_is_asked_for() -> None:
    aliased = ChoicesControl("mood", "text", False, False, (Choice("Good", "g"), Choice("g", "other")))
    assert aliased.parse("Good") == Labels(("g",))
    assert aliased.parse("g") == Labels(("other",))


@given(json_values, st.booleans(), st.booleans())
def test_any_json_is_accepted_or_rejected_and_never_raises(value: Any, multiple: Any, optional: Any) -> None:
    found = field("Good", "1", "true", multiple=multiple, optional=optional).parse(value)
    if isinstance(found, Rejection):
        assert found.reason in ("unknown_choice", "too_many", "missing_field")
        found.detail.encode()
    else:
        assert set(names_of(found)) <= {"Good", "1", "true"}


@given(st.lists(st.text(min_size=1), min_size=1, unique=True), st.data())
def test_a_label_given_exactly_is_that_label(labels: list[str], data: st.DataObject) -> None:
    label = data.draw(st.sampled_from(labels))
    assert field(*labels).parse(label) == Labels((label,))


@given(st.lists(st.text(min_size=1), min_size=1, unique=True), st.text())
def test_whatever_is_accepted_folds_to_its_label_and_to_no_other(labels: list[str], text: str) -> None:
    found = field(*labels).parse(text)
    if not isinstance(found, Rejection):
        assert fold(names_of(found)[0]) == fold(text)
        assert text in labels or [fold(label) for label in labels].count(fold(text)) == 1


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_case_and_normal_form_do_not_matter_to_folding(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)
    assert fold(f"\t {text}\n") == fold(text)


def test_a_tasks_choices_are_names_or_objects() -> None:
    data = {
        "options": [
            "red",
            {"value": "green", "alias": "g", "hint": "like grass", "children": ["lime", {"value": "olive"}]},
            "red",
        ]
    }
    resolved = field(source="options").for_task(data)
    assert not isinstance(resolved, Failure)
    assert resolved.choices == (
        Choice("red", "red"),
        Choice("green", "g", "like grass"),
        Choice("lime", "lime"),
        Choice("olive", "olive"),
    )
    assert resolved.parse("Green") == Labels(("g",))


def test_choices_of_the_config_stand_beside_those_of_the_task() -> None:
    resolved = field("Other", source="options").for_task({"options": ["red", {"value": "Red 2", "alias": "Other"}]})
    assert not isinstance(resolved, Failure)
    assert resolved.json_schema() == {"type": "string", "enum": ["Other", "red"]}
    assert resolved.describe({}) == (
        '"mood": exactly one of the choices for it in the user\'s message, or these\n- Other'
    )
    assert resolved.listing({}) == 'The choices for "mood":\n- "red"'
    for name in ("Other", "red"):
        assert resolved.parse(name) == Labels((name,))
        assert resolved.removed_classes(Labels((name,))) == []


@pytest.mark.parametrize("options", [None, [], "x", ["Other"]])
def test_a_task_without_more_choices_has_those_of_the_config(options: Any) -> None:
    resolved = field("Other", source="options").for_task({"options": options})
    assert not isinstance(resolved, Failure)
    assert (resolved.describe({}), resolved.listing({})) == (field("Other").describe({}), "")


@pytest.mark.parametrize(
    "garbage",
    [
        *(None, "red", 3, {}, [], [True], ["red", None], [""], [{"value": ""}], [{"value": float("nan")}]),
        *([{"alias": "a"}], [["red"]], [{"value": {"value": 3}}]),
    ],
)
def test_anything_else_is_a_bad_task(garbage: Any) -> None:
    found = field(source="options").for_task({"options": garbage})
    assert isinstance(found, Failure)
    assert found.kind == "bad_task"


@given(json_values)
def test_no_task_breaks_the_reading_of_choices(value: Any) -> None:
    found = field(source="options").for_task({"options": value})
    assert isinstance(found, Failure) or found.choices


def test_a_tasks_choices_nested_without_end_are_read() -> None:
    options: list[Any] = ["leaf"]
    for level in range(5000):
        options = [{"value": f"level {level}", "children": options}]
    resolved = field(source="options").for_task({"options": options})
    assert not isinstance(resolved, Failure)
    assert len(resolved.choices) == 5001


def test_a_rejection_shows_what_was_said_shortly_and_printably() -> None:
    found = field("Good").parse("x" * 1000)
    assert isinstance(found, Rejection)
    assert len(found.detail) < 120
    hostile = field("Good").parse("\ud800\x00\u0007")
    assert isinstance(hostile, Rejection)
    hostile.detail.encode()
    assert "\x00" not in hostile.detail


def test_what_a_model_says_for_a_value_is_accepted_as_that_value() -> None:
    aliased = (Choice("Good", "g"), Choice("Bad", "b"), Choice("Worse", "b"))
    one = ChoicesControl("mood", "text", False, True, aliased)
    many = ChoicesControl("mood", "text", True, False, aliased)
    both = Labels(("g", "b"))
    assert (one.to_json(Labels(("g",))), one.to_json(None), many.to_json(both)) == ("Good", None, ["Good", "Bad"])
    for field, value in ((one, Labels(("b",))), (one, None), (many, both), (many, None)):
        assert field.parse(field.to_json(value)) == value
