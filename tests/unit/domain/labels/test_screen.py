"""Which controls are on the screen, by what is chosen in the others."""

from backend.domain.answer import labels_or_none
from backend.domain.labels.config import read_config
from backend.domain.labels.screen import screen

FIELDS = read_config(
    '<View><Text name="text" value="$text"/>'
    '<Choices name="mood" toName="text"><Choice value="Good"/><Choice value="Bad"/></Choices>'
    '<View visibleWhen="choice-selected" whenTagName="mood" whenChoiceValue="Bad">'
    '<Choices name="why" toName="text"><Choice value="Late"/></Choices></View></View>'
).order


def shown(mood: str) -> list[str]:
    return [field.name for field, visible in screen(FIELDS, {"mood": labels_or_none([mood])}) if visible]


def test_a_control_is_shown_where_its_condition_holds() -> None:
    assert shown("Bad") == ["mood", "why"]
    assert shown("Good") == ["mood"]


def test_a_value_is_read_when_the_next_field_is_asked_for() -> None:
    """So that an answer can be read and judged at once."""
    answer = {"mood": labels_or_none(["Good"])}
    fields = screen(FIELDS, answer)
    next(fields)
    answer["mood"] = labels_or_none(["Bad"])
    assert [(field.name, visible) for field, visible in fields] == [("why", True)]
