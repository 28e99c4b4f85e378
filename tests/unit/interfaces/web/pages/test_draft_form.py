"""What the form of a draft says replaces what the draft began with; what it does not send stays."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.prompts.examples import Example, Examples
from backend.domain.prompts.prompt_file import PromptFile
from backend.interfaces.web.pages.draft import SAMPLES, _samples
from backend.interfaces.web.pages.draft_form import MOST_DEFINED, MOST_WORDS, few_shot_request, filled, label_fields
from backend.services.prompts.few_shot_selection import FewShotRequest
from tests.scripted import choices

SCHEMA = choices("Good", "Bad")
TWO = read_config(
    '<View><Text name="t" value="$text"/><Choices name="mood" toName="t"><Choice value="Good"/><Choice value="Bad"/>'
    '</Choices><TextArea name="why" toName="t"/><Choices name="size" toName="t"><Choice value="Big"/>'
    '<Choice value="Bad"/></Choices></View>'
)
EXAMPLES = Examples(1, "fixed", (Example(1, {"text": "Nice"}, {"mood": "Good"}),))
BEGINNING = PromptFile(
    "How is {text}?", "old-model", "old note", {"temperature": 0}, labels={"Good": "Praise."}, examples=EXAMPLES
)


def sent(form: Mapping[str, Any], beginning: PromptFile = BEGINNING, schema: LabelSchema | None = SCHEMA) -> PromptFile:
    with Flask(__name__).test_request_context(method="POST", data=form):
        return filled(beginning, schema)


def wished(**form: str) -> FewShotRequest | None:
    with Flask(__name__).test_request_context(method="POST", data=form):
        return few_shot_request()


def test_each_label_has_a_field_with_what_is_said_of_it() -> None:
    fields = label_fields(BEGINNING, SCHEMA)
    assert [(row.name, row.label, row.sentence) for row in fields["mood"]] == [
        ("label-0-0", "Good", "Praise."),
        ("label-0-1", "Bad", ""),
    ]


def test_fields_are_told_apart_by_their_controls_and_texts_have_none() -> None:
    fields = label_fields(PromptFile("", labels={"size": {"Bad": "Too small."}}), TWO)
    assert list(fields) == ["mood", "size"]
    names = [row.name for rows in fields.values() for row in rows]
    assert len(set(names)) == 4
    assert [row.sentence for row in fields["size"]] == ["", "Too small."]


def test_there_are_no_fields_without_a_config_or_for_too_many_labels() -> None:
    assert label_fields(BEGINNING, None) == {}
    many = choices(*map(str, range(MOST_DEFINED + 1)))
    assert label_fields(PromptFile(""), many) == {}
    assert len(label_fields(PromptFile(""), choices(*map(str, range(MOST_DEFINED))))["mood"]) == MOST_DEFINED


def test_definitions_of_labels_that_are_gone_leave_empty_fields() -> None:
    fields = label_fields(PromptFile("", labels={"Ugly": "Gone."}), SCHEMA)
    assert [row.sentence for row in fields["mood"]] == ["", ""]


def test_the_form_replaces_what_it_has_fields_for() -> None:
    file = sent(
        {
            "text": "What of\r\n{text}?",
            "system": " Be\r\nbrief. ",
            "model": " new   model ",
            "note": "shorter\n",
            "connection": "groq",
            "confidence": "samples",
            "samples": "5",
            "examples": "none",
        }
    )
    assert (file.template, file.system, file.model, file.note) == (
        "What of\n{text}?",
        "Be\nbrief.",
        "new model",
        "shorter",
    )
    assert (file.connection, file.confidence, file.examples) == ("groq", "samples:5", None)
    assert file.parameters == {"temperature": 0}, "the form has no field for it"


def test_what_is_not_sent_stays_and_an_empty_model_is_none() -> None:
    file = sent({"text": "{text}", "model": " "}, PromptFile("", "m", system="Be brief.", connection="groq"))
    assert (file.model, file.system, file.connection, file.confidence) == (None, "Be brief.", "groq", "auto")
    assert sent({"text": "{text}"}).labels == {"Good": "Praise."}
    assert sent({"text": "{text}"}).examples == EXAMPLES


def test_the_default_connection_is_not_written_down() -> None:
    assert sent({"connection": "default"}, PromptFile("", "m", connection="groq")).connection is None


def test_names_are_cut() -> None:
    file = sent({"model": "m" * 999, "note": "n" * 999})
    assert (len(file.model or ""), len(file.note)) == (MOST_WORDS, MOST_WORDS)


def test_definitions_are_those_of_the_form() -> None:
    file = sent({"label-0-0": "", "label-0-1": " Blame \r\n or scorn. "})
    assert file.labels == {"mood": {"Bad": "Blame or scorn."}}
    assert sent({"label-0-0": "", "label-0-1": ""}).labels == {}, "all of them were emptied"


def test_definitions_of_controls_without_fields_stay() -> None:
    beginning = PromptFile("", labels={"mood": {"Good": "Praise."}, "size": {"Big": "Above 1 m."}})
    file = sent({"label-0-0": "Joy.", "label-1-0": "Above 2 m."}, beginning, TWO)
    assert file.labels == {"mood": {"Good": "Joy."}, "size": {"Big": "Above 2 m."}}
    assert sent({"label-0-0": "Joy."}, beginning, None).labels == beginning.labels, "nobody knows the labels"


def test_new_examples_are_only_taken_when_they_are_asked_for() -> None:
    assert wished() is None
    assert wished(examples="none", example_number="3") is None
    assert wished(examples="new", example_number="8", example_way="diverse") == FewShotRequest(8, "diverse")


@pytest.mark.parametrize("number", ["", "-1", "many", "1000", "٣٣٣٣"])
def test_a_number_of_examples_that_cannot_be_read_is_the_suggested_one(number: str) -> None:
    assert wished(examples="new", example_number=number, example_way="worst") == FewShotRequest(4, "similar")


@pytest.mark.parametrize("number", ["", "\u00b2", "1" * 5000, "-3", "1"])
def test_a_number_of_samples_that_cannot_be_is_shown_as_the_usual_one(number: str) -> None:
    assert _samples(replace(BEGINNING, confidence=f"samples:{number}")) == SAMPLES
    assert _samples(replace(BEGINNING, confidence="samples:7")) == 7
    assert _samples(BEGINNING) == SAMPLES
