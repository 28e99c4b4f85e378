"""Controls that nothing brings onto the screen."""

import pytest

from backend.domain.answer import Labels, Moment, Number, Paths, Ranking, Texts
from backend.domain.labels.config import read_config
from backend.domain.labels.controls.registry import BUILDERS
from backend.domain.labels.unreachable import _NEVER_CHOSEN, unreachable
from backend.domain.repeated import Repeated
from backend.domain.shapes.marked_box import Boxes
from tests.unit.domain.labels.controls.test_base import built

CHOSEN = {Labels, Paths}
"""Kinds of value in which a condition finds choices."""
WITHOUT_CHOICES = {Texts, Number, Moment, Ranking, Boxes, Repeated}
"""Kinds of value of controls whose choices no task brings."""
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


@pytest.mark.parametrize("tag", BUILDERS)
def test_it_is_known_of_each_kind_whether_a_condition_looks_at_it(tag: str) -> None:
    """A new kind of value is a line in _NEVER_CHOSEN, in CHOSEN, or in WITHOUT_CHOICES."""
    control = built(tag)
    places = [_NEVER_CHOSEN, CHOSEN, WITHOUT_CHOICES]
    assert sum(control.holds in place for place in places) == 1
    assert not (control.holds in WITHOUT_CHOICES and (control.dynamic or control.names))
