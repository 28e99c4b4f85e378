"""A prompt typed on the labelling screen: found in its regions, remarked on below, made a version of."""

from typing import Any

import pytest

from backend.domain.labels.config import read_config
from backend.domain.prompts.interactive import typed_region, typed_text, typed_version
from backend.errors import PromptError
from tests.scripted import CONFIG, version

SMART = CONFIG.replace("</View>", '<TextArea name="prompt" toName="text" smart="true"/></View>')
SCHEMA = read_config(SMART)


def region(*texts: Any, name: str = "prompt") -> dict[str, Any]:
    return {"from_name": name, "value": {"text": list(texts)}}


@pytest.mark.parametrize(
    ("context", "text"),
    [
        (None, ""),
        ({}, ""),
        ({"result": None}, ""),
        ({"result": [None, {"from_name": "prompt"}, region(), region(7)]}, ""),
        ({"result": [region("other", name="mood")]}, ""),
        ({"result": [region(" Say it. ")]}, "Say it."),
        ({"result": [{"from_name": "prompt", "value": {"text": "Say it."}}]}, "Say it."),
        ({"result": [region("first"), region("older", "last")]}, "last"),
    ],
)
def test_the_text_typed_last_is_found(context: dict[str, Any] | None, text: str) -> None:
    assert typed_text(context, SCHEMA) == text


def test_without_a_smart_control_nothing_is_typed() -> None:
    assert typed_region({"result": [region("Say it.")]}, read_config(CONFIG)) == {}


def test_a_remark_that_a_former_release_put_below_the_text_is_no_part_of_it() -> None:
    shown = region("older", "Say {body}.\n\n[Not used: there is no body]")
    assert typed_text({"result": [shown]}, SCHEMA) == "Say {body}."


def test_a_typed_text_becomes_a_version_with_the_tasks_text() -> None:
    base = version(schema=SCHEMA)
    asked = typed_version("Judge {text}, {place}", base, SCHEMA, {"text": "x", "place": "y"})
    assert (asked.template, asked.variables, asked.model) == ("Judge {text}, {place}", ("text", "place"), base.model)
    bare = typed_version("Judge it.", base, SCHEMA, {"text": "x"})
    assert bare.template.startswith("Judge it.\n\n")
    assert "{text}" in bare.template
    assert bare.variables == SCHEMA.variables


def test_a_variable_that_the_task_does_not_have_is_refused() -> None:
    with pytest.raises(PromptError, match="body"):
        typed_version("Judge {body}", version(schema=SCHEMA), SCHEMA, {"text": "x"})
