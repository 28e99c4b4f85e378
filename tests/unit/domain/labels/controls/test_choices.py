"""<Choices>: what is accepted from a model, and what comes from a task."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.labels.choice_names import Choice
from backend.domain.labels.controls.choices import ChoicesField, fold
from backend.domain.outcome import Failure, Rejection

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def field(*labels: str, multiple: Any = False, optional: Any = False, source: Any = None) -> ChoicesField:
    return ChoicesField("mood", "text", multiple, optional, tuple(Choice(label, label) for label in labels), source)


def reason(found: Any) -> str:
    assert isinstance(found, Rejection)
    return found.reason


@pytest.mark.parametrize("given_value", ["Good", "good", " GOOD\n", "gooD", ["Good"]])
def test_a_label_is_known_by_its_name_whatever_its_case_and_the_spaces_around_it(given_value: Any) -> None:
    assert field("Good", "Bad").accept(given_value) == ("Good",)


@pytest.mark.parametrize("given_value", ["Goo", "Good!", "Good Bad", "Go od", "", "Gut", "'Good'"])
def test_a_label_is_never_guessed(given_value: Any) -> None:
    assert reason(field("Good", "Bad").accept(given_value)) == "unknown_choice"


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert field("Caf\u00e9").accept("cafe\u0301") == ("Caf\u00e9",)
    assert field("Cafe\u0301").accept("CAF\u00c9") == ("Cafe\u0301",)
    assert field("Straße").accept("STRASSE") == ("Straße",)


def test_two_labels_that_fold_alike_are_told_apart_by_their_exact_names_only() -> None:
    names = field("US", "us", "Other")
    assert names.accept("US") == ("US",)
    assert names.accept("us") == ("us",)
    assert reason(names.accept("Us")) == "unknown_choice"
    assert reason(names.accept(" US")) == "unknown_choice"


def test_three_labels_that_fold_alike_are_not_guessed_either() -> None:
    assert reason(field("US", "us", "uS").accept("Us")) == "unknown_choice"


@pytest.mark.parametrize(("label", "value"), [("5", 5), ("5.0", 5.0), ("true", True), ("True", True), ("-1", -1)])
def test_labels_that_look_like_numbers_may_come_as_such(label: Any, value: Any) -> None:
    assert field(label, "other").accept(value) == (label,)


@pytest.mark.parametrize(("label", "value"), [("5", 5.0), ("1", True), ("null", None), ("[]", []), ("{}", {})])
def test_but_only_as_they_are_written(label: Any, value: Any) -> None:
    assert isinstance(field(label, "other").accept(value), Rejection)


def test_one_label_means_one() -> None:
    assert reason(field("Good", "Bad").accept(["Good", "Bad"])) == "too_many"
    assert reason(field("Good", "Bad").accept([])) == "missing_field"
    assert reason(field("Good", "Bad").accept(None)) == "unknown_choice"


def test_null_means_that_an_optional_control_does_not_apply() -> None:
    assert field("Good", optional=True).accept(None) == ()
    assert field("Good", optional=True).accept("Good") == ("Good",)


def test_a_list_is_kept_in_the_order_of_the_config_each_label_once() -> None:
    many = field("A", "B", "C", multiple=True)
    assert many.accept(["C", "a", "C"]) == ("A", "C")
    assert many.accept([]) == ()
    assert many.accept("B") == ("B",)
    assert reason(many.accept(["A", "D"])) == "unknown_choice"
    assert reason(many.accept([["A"]])) == "unknown_choice"


def test_the_alias_is_stored_and_is_not_what_the_model_is_asked_for() -> None:
    aliased = ChoicesField("mood", "text", False, False, (Choice("Good", "g"), Choice("g", "other")))
    assert aliased.accept("Good") == ("g",)
    assert aliased.accept("g") == ("other",)


@given(json_values, st.booleans(), st.booleans())
def test_any_json_is_accepted_or_rejected_and_never_raises(value: Any, multiple: Any, optional: Any) -> None:
    found = field("Good", "1", "true", multiple=multiple, optional=optional).accept(value)
    if isinstance(found, Rejection):
        assert found.reason in ("unknown_choice", "too_many", "missing_field")
        found.detail.encode()
    else:
        assert set(found) <= {"Good", "1", "true"}


@given(st.lists(st.text(min_size=1), min_size=1, unique=True), st.data())
def test_a_label_given_exactly_is_that_label(labels: Any, data: Any) -> None:
    label = data.draw(st.sampled_from(labels))
    assert field(*labels).accept(label) == (label,)


@given(st.lists(st.text(min_size=1), min_size=1, unique=True), st.text())
def test_whatever_is_accepted_folds_to_its_label_and_to_no_other(labels: Any, text: Any) -> None:
    found = field(*labels).accept(text)
    if not isinstance(found, Rejection):
        assert fold(found[0]) == fold(text)
        assert text in labels or [fold(label) for label in labels].count(fold(text)) == 1


@given(st.text())
def test_folding_twice_is_folding_once(text: Any) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_case_and_normal_form_do_not_matter_to_folding(text: Any) -> None:
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
    assert resolved.accept("Green") == ("g",)


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
    found = field("Good").accept("x" * 1000)
    assert isinstance(found, Rejection)
    assert len(found.detail) < 120
    hostile = field("Good").accept("\ud800\x00\u0007")
    assert isinstance(hostile, Rejection)
    hostile.detail.encode()
    assert "\x00" not in hostile.detail


def test_what_a_model_says_for_a_value_is_accepted_as_that_value() -> None:
    aliased = (Choice("Good", "g"), Choice("Bad", "b"), Choice("Worse", "b"))
    one, many = ChoicesField("mood", "text", False, True, aliased), ChoicesField("mood", "text", True, False, aliased)
    assert (one.say(("g",)), one.say(()), many.say(("g", "b"))) == ("Good", None, ["Good", "Bad"])
    for field, value in ((one, ("b",)), (one, ()), (many, ("g", "b")), (many, ())):
        assert field.accept(field.say(value)) == value
