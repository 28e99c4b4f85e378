"""Which annotation of a task is its truth, and what it says."""

from typing import Any

import pytest

from backend.domain.answer import Labels
from backend.domain.dataset.ground_truth import gone_labels, is_own, truth_of
from backend.domain.labels.config import read_config
from backend.domain.outcome import Truth
from tests.scripted import CONFIG

SCHEMA = read_config(CONFIG)
OPTIONAL = read_config(CONFIG.replace('name="mood"', 'name="mood" visibleWhen="no-region-selected"'))
MULTIPLE = read_config(CONFIG.replace('name="mood"', 'name="mood" choice="multiple"'))


def annotation(*labels: str, ground_truth: bool = True, **more: Any) -> dict[str, Any]:
    region = {"from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": list(labels)}}
    return {"result": [region] if labels else [], "ground_truth": ground_truth, **more}


def test_ground_truth_is_the_annotation_marked_so() -> None:
    annotations = [annotation("Bad"), annotation("Good", ground_truth=False)]
    assert truth_of(3, annotations, "ground-truth", SCHEMA) == Truth(3, {"mood": Labels(("Bad",))})


def test_any_takes_the_latest() -> None:
    annotations = [annotation("Bad"), annotation("Good", ground_truth=False)]
    assert truth_of(3, annotations, "any", SCHEMA) == Truth(3, {"mood": Labels(("Good",))})


def test_without_a_serving_annotation_there_is_none() -> None:
    unmarked = [annotation("Good", ground_truth=False), {"result": []}]
    assert truth_of(3, unmarked, "ground-truth", SCHEMA) is None
    assert truth_of(3, [], "any", SCHEMA) is None


@pytest.mark.parametrize("result", [[], None, [{"from_name": "other", "value": {"choices": ["Good"]}}], ["x"]])
def test_a_control_left_empty_says_nothing(result: Any) -> None:
    assert truth_of(3, [{"result": result, "ground_truth": True}], "ground-truth", SCHEMA) is None


def test_a_control_that_may_stay_empty_is_a_truth_all_the_same() -> None:
    assert truth_of(3, [annotation()], "ground-truth", OPTIONAL) == Truth(3, {"mood": None})
    assert truth_of(3, [annotation()], "ground-truth", MULTIPLE) == Truth(3, {"mood": None})


def test_a_label_the_config_no_longer_knows_stays_a_truth() -> None:
    assert truth_of(3, [annotation("Awful")], "ground-truth", SCHEMA) == Truth(3, {"mood": Labels(("Awful",))})


def test_labels_stand_in_the_order_of_the_config() -> None:
    found = truth_of(3, [annotation("Zebra", "Bad", "Good", "Bad")], "ground-truth", MULTIPLE)
    assert found == Truth(3, {"mood": Labels(("Good", "Bad", "Zebra"))})


VERSIONS = {5: "mood@3", 6: "mood@3~ab12", 7: "other@1", 8: None, 9: "feeling@1"}


@pytest.mark.parametrize(
    ("parent", "origin", "own"),
    [
        (5, None, True),
        (6, "prediction-changed", True),  # a correction: without it, only what was accepted would be left out
        (9, None, True),  # under the prompt's former name
        (7, "prediction", False),
        (8, "prediction", False),
        (4, "prediction", False),
        (None, "prediction", True),  # Label Studio forgets the parent when the prediction is deleted
        (None, "prediction-changed", True),
        (None, "manual", False),
        (None, None, False),
    ],
)
def test_an_annotation_is_a_prompts_own_when_it_began_as_its_prediction(parent: Any, origin: Any, own: Any) -> None:
    region = {"from_name": "mood", "value": {}} | ({"origin": origin} if origin else {})
    found = {"result": [region, "noise"], "parent_prediction": parent}
    assert is_own(found, VERSIONS, ("mood", "feeling")) is own


def test_an_own_annotation_may_be_empty() -> None:
    assert is_own({"result": None, "parent_prediction": 5}, VERSIONS, ("mood",))
    assert not is_own({"result": None}, VERSIONS, ("mood",))


def test_labels_that_are_gone_are_named() -> None:
    assert gone_labels({"mood": Labels(("Good",))}, SCHEMA) == []
    assert gone_labels({"mood": Labels(("Good", "Zebra", "Ape"))}, MULTIPLE) == ["Zebra", "Ape"]
    dynamic = read_config('<View><Text name="t" value="$t"/><Choices name="c" toName="t" value="$list"/></View>')
    assert gone_labels({"c": Labels(("anything",))}, dynamic) == []
