"""Where the labelling screen shows remarks about a typed prompt, and when it is there."""

from typing import Any

import pytest

from backend.domain.labels.config import read_config
from backend.domain.labels.remark_box import RemarkBox, is_shown, remark_box

BOX = '<TextArea name="remark" toName="text" whenTagName="not-saved" maxSubmissions="0"/>'
CONFIG = f"""<View><Text name="text" value="$text"/>
<Choices name="topic" toName="text"><Choice value="Refund"/><Choice value="Praise"/></Choices>
<Header value="Your prompt"/><TextArea name="prompt" toName="text" smart="true"/>
<View visibleWhen="choice-selected"><Header value="What we say of it"/>{BOX}</View></View>"""


def test_it_is_found_and_is_no_control_for_answers_and_its_titles_are_not_for_the_model() -> None:
    assert remark_box(CONFIG) == RemarkBox("remark", "text")
    schema = read_config(CONFIG)
    assert ([field.name for field in schema.fields], schema.prompt_control) == (["topic"], "prompt")
    assert (schema.unsupported, schema.headers) == ((), ())


@pytest.mark.parametrize(
    "config",
    [
        CONFIG.replace(BOX, ""),
        CONFIG.replace("not-saved", "topic"),
        CONFIG.replace('name="remark"', ""),
        "<View>",
        "",
        '<!DOCTYPE x [<!ENTITY y "z">]><View/>',
    ],
)
def test_a_config_without_one_has_none(config: str) -> None:
    assert remark_box(config) is None


@pytest.mark.parametrize(
    ("context", "shown"),
    [
        ({"result": [{"type": "choices"}]}, True),
        ({"result": [{"type": "textarea"}, {"type": "taxonomy"}]}, True),
        ({"result": [{"type": "textarea"}]}, False),
        ({"result": []}, False),
        ({"result": "choices"}, False),
        ({"result": ["choices", None]}, False),
        ({}, False),
        (None, False),
    ],
)
def test_it_is_on_the_screen_once_a_choice_is_made(context: dict[str, Any] | None, shown: bool) -> None:
    assert is_shown(context) is shown
