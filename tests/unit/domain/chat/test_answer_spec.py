"""What every form of an answer promises: that of labels and that of a teacher of prompts."""

import json
from typing import Any

import pytest

from backend.domain.chat.answer_spec import AnswerSpec
from backend.domain.labels.config import read_config
from backend.domain.optimize.teacher_request import REWRITE
from backend.domain.outcome import Rejection
from tests.scripted import CONFIG

DEFINITION = {"control": "mood", "label": "Bad", "definition": "broken"}
FORMS: list[tuple[AnswerSpec, dict[str, Any]]] = [
    (read_config(CONFIG), {"mood": "Good"}),
    (REWRITE, {"reasons": "It was vague.", "prompt": "How? {text}", "definitions": [DEFINITION]}),
]


@pytest.mark.parametrize(("spec", "said"), FORMS)
def test_an_answer_has_the_keys_that_its_form_names(spec: AnswerSpec, said: dict[str, Any]) -> None:
    answer = spec.parse(said)
    assert not isinstance(answer, Rejection)
    assert set(answer) == set(spec.names) == set(said)


@pytest.mark.parametrize(("spec", "said"), FORMS)
def test_its_json_schema_requires_every_key_and_allows_no_other(spec: AnswerSpec, said: dict[str, Any]) -> None:
    schema = spec.json_schema()
    assert schema["required"] == list(schema["properties"]) == list(said)
    assert schema["additionalProperties"] is False
    assert "$ref" not in json.dumps(schema)


@pytest.mark.parametrize(("spec", "said"), FORMS)
def test_an_answer_without_one_of_its_keys_is_rejected(spec: AnswerSpec, said: dict[str, Any]) -> None:
    for name in spec.names:
        without = {key: value for key, value in said.items() if key != name}
        assert isinstance(spec.parse(without), Rejection), name


@pytest.mark.parametrize(("spec", "said"), FORMS)
def test_what_an_answer_says_and_how_sure_it_can_be_concern_its_own_labels_and_keys(
    spec: AnswerSpec, said: dict[str, Any]
) -> None:
    answer = spec.parse(said)
    assert not isinstance(answer, Rejection)
    assert set(spec.labels_in(answer)) <= set(spec.spoken)
    assert set(spec.probable(answer)) <= set(spec.names)


def test_labels_are_spoken_and_probable_and_a_rewrite_is_neither() -> None:
    (labels, said), (rewrite, rewritten) = FORMS
    answer, other = labels.parse(said), rewrite.parse(rewritten)
    assert not isinstance(answer, Rejection)
    assert not isinstance(other, Rejection)
    assert (labels.spoken, list(labels.labels_in(answer))) == (("Good", "Bad"), ["Good"])
    assert labels.probable(answer) == {"mood": False}
    assert (rewrite.spoken, list(rewrite.labels_in(other)), rewrite.probable(other)) == ((), [], {})
