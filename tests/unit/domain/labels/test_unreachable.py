"""Controls that nothing brings onto the screen."""

import pytest

from backend.domain.labels.config import read_config
from backend.domain.labels.unreachable import unreachable

TREE = '<Taxonomy name="tree" toName="t"><Choice value="leaf"/></Taxonomy>'
WHEN = 'visibleWhen="choice-selected" whenTagName'
KINDS = f"""<Choices name="kind" toName="t" {WHEN}="tree"><Choice value="a"/></Choices>
  <Choices name="why" toName="t" {WHEN}="kind"><Choice value="b"/></Choices>
  <Choices name="other" toName="t"><Choice value="c"/></Choices>"""
FIELDS = read_config(f'<View><Text name="t" value="$t"/>{KINDS}{TREE}</View>').fields


def test_what_depends_on_a_control_that_is_there_can_be_shown() -> None:
    assert unreachable(FIELDS) == {}


def test_without_it_all_that_hangs_on_it_is_never_shown() -> None:
    without = [field for field in FIELDS if field.tag != "Taxonomy"]
    assert list(unreachable(without)) == ["kind", "why"]


def brought(control: str) -> str:
    """A config in which the task brings the choices of a control, on which another one depends."""
    lists = '<List name="l" value="$list"/><Image name="p" value="$picture"/>'
    shown = f'<View {WHEN}="first"><Choices name="then" toName="t"><Choice value="a"/></Choices></View>'
    return f'<View><Text name="t" value="$t"/>{lists}{control}{shown}</View>'


@pytest.mark.parametrize(
    ("control", "usable"),
    [
        ('<Choices name="first" toName="t" value="$c"/>', True),
        ('<Taxonomy name="first" toName="t" value="$c"/>', True),
        ('<Labels name="first" toName="t" value="$c"/>', False),
        ('<Rating name="first" toName="t"/>', False),
        ('<Ranker name="first" toName="l"/>', False),
    ],
)
def test_a_condition_can_look_at_choices_that_a_task_brings_and_not_at_what_has_none(
    control: str, usable: bool
) -> None:
    fields = {field.name: field for field in read_config(brought(control)).fields}
    assert fields["first"].usable_in_conditions == usable
    assert ("then" in fields) == usable


def test_a_condition_can_look_at_whether_there_is_a_text() -> None:
    (field,) = read_config('<View><Text name="t" value="$t"/><TextArea name="why" toName="t"/></View>').fields
    assert field.usable_in_conditions
