"""Measures of what is said of each item: of all items of a task, and of single items, with intervals by task."""

from typing import Any

import pytest

from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.cases import count_cases
from backend.domain.metrics.classification import score_of
from backend.domain.metrics.controls.measure import Measure
from backend.domain.metrics.controls.measures import measures_of
from backend.domain.metrics.controls.repeated_match import NO_ITEM
from backend.domain.outcome import Outcome, Rejection, Truth
from backend.domain.statistics.intervals import wilson


def schema(control: str) -> LabelSchema:
    text = '<Text name="t_{{idx}}" value="$items[{{idx}}]"/>'
    return read_config(f'<View><Repeater on="$items">{text}{control}</Repeater></View>')


CHOICES = schema('<Choices name="c_{{idx}}" toName="t_{{idx}}"><Choice value="a"/><Choice value="b"/></Choices>')
TEXTS = schema('<TextArea name="c_{{idx}}" toName="t_{{idx}}" maxSubmissions="1"/>')
DATES = schema('<DateTime name="c_{{idx}}" toName="t_{{idx}}" only="date"/>')
TIMES = schema('<DateTime name="c_{{idx}}" toName="t_{{idx}}" only="time"/>')
STARS = schema('<Rating name="c_{{idx}}" toName="t_{{idx}}"/>')


def answer(of: LabelSchema, values: list[Any]) -> Any:
    """Without what is None: a person may leave out items."""
    said = of.fields[0].to_json(None) + [{"item": n, "c": one} for n, one in enumerate(values) if one is not None]
    return {"c": of.fields[0].parse(said)} if said else {"c": None}


def cases(of: LabelSchema, *pairs: tuple[Any, list[Any]]) -> list[Any]:
    """Of answers (None cannot be used) and truths."""
    broken = Rejection("not_json", "It is not JSON.")
    outcomes = [Outcome(n, broken if said is None else answer(of, said)) for n, (said, _) in enumerate(pairs)]
    return count_cases(outcomes, [Truth(n, answer(of, truth)) for n, (_, truth) in enumerate(pairs)], of)


def measured(of: LabelSchema, *pairs: tuple[Any, list[Any]]) -> dict[str, Measure]:
    return dict(measures_of(cases(of, *pairs), of)["c"])


def test_tasks_and_items_that_are_right() -> None:
    found = measured(CHOICES, (["a", "b", "a"], ["a", "b", "b"]), (["b"], ["b"]), (None, ["a", "a"]))
    assert {name: one.value for name, one in found.items()} == {
        "accuracy": pytest.approx(1 / 3),
        "item_accuracy": pytest.approx(3 / 6),
    }


def test_an_item_that_must_have_a_value_and_a_person_left_out_does_not_count() -> None:
    assert measured(CHOICES, (["a", "b"], ["a", None]))["item_accuracy"].value == 1
    assert measured(TEXTS, (["a", "b"], ["a", None]))["item_exact_match"].value == 0.5


def test_an_interval_takes_the_items_of_a_task_together() -> None:
    right, wrong = (["a"] * 10, ["a"] * 10), (["a"] * 10, ["b"] * 10)
    clustered = measured(CHOICES, *[right, wrong] * 5)["item_accuracy"]
    alone = measured(CHOICES, *[(["a"], ["a"]), (["a"], ["b"])] * 50)["item_accuracy"]
    assert clustered.value == alone.value == 0.5
    assert clustered.interval is not None
    assert alone.interval is not None
    assert clustered.interval[1] - clustered.interval[0] > 2 * (alone.interval[1] - alone.interval[0])


def test_other_kinds_have_their_own_measures() -> None:
    texts = measured(TEXTS, (["it works well", "no"], ["it works", "no"]))
    assert texts["item_token_f1"].value == pytest.approx((0.8 + 1) / 2)
    stars = measured(STARS, ([5, 1, None], [4, 4, 2]), ([2], [2]))
    assert stars["item_mean_absolute_error"].value == pytest.approx((1 + 3 + 0) / 3)
    assert stars["item_within_1"].value == pytest.approx(2 / 4)
    assert stars["item_mean_absolute_error"].interval is not None
    assert stars["item_quadratic_weighted_kappa"].value is not None
    assert stars["item_quadratic_weighted_kappa"].interval is None


def test_dates_have_intervals_too() -> None:
    days = measured(DATES, (["2024-01-02", "2024-01-05"], ["2024-01-01", "2024-01-02"]), (["2024-01-01"],) * 2)
    assert days["item_mean_error_days"].value == pytest.approx((1 + 3 + 0) / 3)
    assert days["item_within_1_day"].value == pytest.approx(2 / 3)
    low, high = days["item_mean_error_days"].interval or (9, 9)
    assert 0 <= low < 4 / 3 < high <= 2
    low, high = days["item_within_1_day"].interval or (9, 9)
    assert 0 < low < 2 / 3 < high <= 1
    times = measured(TIMES, (["04:05"], ["05:05"]), (["04:05"], ["04:35"]))
    low, high = times["item_mean_error_minutes"].interval or (9, 9)
    assert 30 <= low < 45 < high <= 60
    assert times["item_within_1_hour"].interval == pytest.approx(wilson(2, 2))
    (alone,) = {measured(DATES, ([None], ["2024-01-01"]))["item_mean_error_days"].interval}
    assert alone is None


def test_paths_of_items_have_intervals_too() -> None:
    tree = schema('<Taxonomy name="c_{{idx}}" toName="t_{{idx}}"><Choice value="a"/><Choice value="b"/></Taxonomy>')
    found = measured(tree, ([["a"], ["b"]], [["a"], ["a"]]), ([["a"]], [["a"]]))
    for name in ("item_hierarchical_f1", "item_level_1"):
        low, high = found[name].interval or (9, 9)
        assert found[name].value == pytest.approx(2 / 3)
        assert low < 2 / 3 < high


def test_nothing_said_is_no_number() -> None:
    found = measured(TEXTS, ([], []))
    assert (found["item_accuracy"].value, found["item_accuracy"].reason) == (None, NO_ITEM)


def test_labels_are_counted_over_items() -> None:
    found = score_of(cases(CHOICES, (["a", "b", "a"], ["a", "b", "b"])), CHOICES)
    assert found.per_label["a"].precision == 0.5
    assert found.per_label["b"].recall == 0.5
