"""Which annotation of a task is its truth, and what it says."""

from typing import Any

import pytest

from backend.core.labels.config import read_config
from backend.core.outcomes import Truth
from backend.core.truths import truth_of
from tests.scripted import CONFIG

SCHEMA = read_config(CONFIG)
OPTIONAL = read_config(CONFIG.replace('name="mood"', 'name="mood" visibleWhen="choice-selected"'))
MULTIPLE = read_config(CONFIG.replace('name="mood"', 'name="mood" choice="multiple"'))


def annotation(*labels: str, ground_truth: bool = True, **more: Any) -> dict[str, Any]:
    region = {"from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": list(labels)}}
    return {"result": [region] if labels else [], "ground_truth": ground_truth, **more}


def test_ground_truth_is_the_annotation_marked_so() -> None:
    annotations = [annotation("Bad"), annotation("Good", ground_truth=False)]
    assert truth_of(3, annotations, "ground-truth", SCHEMA) == Truth(3, {"mood": ("Bad",)})


def test_any_takes_the_latest() -> None:
    annotations = [annotation("Bad"), annotation("Good", ground_truth=False)]
    assert truth_of(3, annotations, "any", SCHEMA) == Truth(3, {"mood": ("Good",)})


def test_without_a_serving_annotation_there_is_none() -> None:
    unmarked = [annotation("Good", ground_truth=False), {"result": []}]
    assert truth_of(3, unmarked, "ground-truth", SCHEMA) is None
    assert truth_of(3, [], "any", SCHEMA) is None


@pytest.mark.parametrize("result", [[], None, [{"from_name": "other", "value": {"choices": ["Good"]}}], ["x"]])
def test_a_control_left_empty_says_nothing(result: Any) -> None:
    assert truth_of(3, [{"result": result, "ground_truth": True}], "ground-truth", SCHEMA) is None


def test_a_control_that_may_stay_empty_is_a_truth_all_the_same() -> None:
    assert truth_of(3, [annotation()], "ground-truth", OPTIONAL) == Truth(3, {"mood": ()})
    assert truth_of(3, [annotation()], "ground-truth", MULTIPLE) == Truth(3, {"mood": ()})


def test_a_label_the_config_no_longer_knows_stays_a_truth() -> None:
    assert truth_of(3, [annotation("Awful")], "ground-truth", SCHEMA) == Truth(3, {"mood": ("Awful",)})


def test_labels_stand_in_the_order_of_the_config() -> None:
    found = truth_of(3, [annotation("Zebra", "Bad", "Good", "Bad")], "ground-truth", MULTIPLE)
    assert found == Truth(3, {"mood": ("Good", "Bad", "Zebra")})
