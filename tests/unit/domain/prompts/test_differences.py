"""What two versions differ in."""

from dataclasses import replace
from typing import Any

import pytest

from backend.domain.cascade import Cascade
from backend.domain.prompts.differences import Difference, Setup, differences
from backend.domain.prompts.examples import Example, Examples
from backend.interfaces.presentation.differences import difference_sentence
from tests.scripted import version
from tests.unit.domain.metrics.test_classification import SINGLE

ONE = version("Say of {text}", schema=SINGLE, number=1, model="small", parameters={"temperature": 0, "seed": 1})
SHOWN = Examples(1, "fixed", (Example(1, {"text": "x"}, {"c": "a"}),))
CHANGES: dict[str, tuple[dict[str, Any], Difference]] = {
    "prompt": ({"template": "What of {text}"}, Difference("prompt")),
    "system": ({"system": "Be fair."}, Difference("system part")),
    "labels": ({"definitions": {"c": {"a": "first"}}}, Difference("label definitions")),
    "config": ({"schema_digest": "0" * 64}, Difference("labelling config")),
    "model": ({"model": "large"}, Difference("model", "small", "large")),
    "value": ({"parameters": {"temperature": 0.7, "seed": 1}}, Difference("temperature", "0", "0.7")),
    "left out": ({"parameters": {"temperature": 0}}, Difference("seed", "1", "not set")),
    "examples": ({"examples": SHOWN}, Difference("examples", "none", "1 of 1, fixed")),
    "confidence": ({"confidence": "samples:5"}, Difference("confidence", "auto", "samples:5")),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_thing_that_makes_another_version_is_named(name: Any) -> None:
    values, difference = CHANGES[name]
    assert differences(Setup(ONE), Setup(replace(ONE, number=2, **values))) == (difference,)


def test_names_notes_and_dates_are_no_difference() -> None:
    assert differences(Setup(ONE), Setup(replace(ONE, name="x", number=7, note="n", created="now"))) == ()


def test_servers_differ_where_both_are_known() -> None:
    here, there = Setup(ONE, ("http://a/v1",)), Setup(ONE, ("http://a/v1", "http://b/v1"))
    assert differences(here, there) == (Difference("server", "http://a/v1", "http://a/v1, http://b/v1"),)
    assert differences(here, Setup(ONE)) == differences(here, here) == ()


def test_a_sentence_says_whether_it_is_the_prompt() -> None:
    prompt, model = Difference("prompt"), Difference("model", "small", "large")
    assert difference_sentence([prompt]) == "Only the text of the prompt differs."
    assert difference_sentence([prompt, model]) == (
        "Not only the text of the prompt differs, but also: model small → large."
    )
    assert difference_sentence([model, Difference("label definitions")]) == (
        "The text of the prompt is the same; what differs: model small → large; label definitions."
    )
    assert difference_sentence([]) == "Nothing differs between these versions but their names."


def test_a_second_model_is_a_difference() -> None:
    first, second = (Setup(version(cascade=cascade)) for cascade in (None, Cascade("dear", "other", 0.9)))
    assert differences(first, second) == (Difference("cascade", "none", "then other/dear below 0.9"),)
    assert first.version.content != second.version.content
