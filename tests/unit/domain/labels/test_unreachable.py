"""Controls that nothing brings onto the screen."""

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
