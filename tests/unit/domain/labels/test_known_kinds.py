"""What is left of a config for a release that knows some kinds of controls."""

from backend.domain.labels.config import read_config
from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.spans.marking import attributes_of
from backend.domain.labels.known_kinds import of_kinds
from tests.unit.domain.labels.test_unreachable import FIELDS

MARKED = """<View><Text name="t" value="$t"/><Labels name="l" toName="t"><Label value="A"/></Labels>
  <Number name="n" toName="t" perRegion="true"/><Rating name="r" toName="t" perRegion="true"/></View>"""
REPEATED = """<View><Text name="t" value="$t"/><Repeater on="$l"><Number name="n_{{idx}}" toName="t"/>
  <Rating name="r_{{idx}}" toName="t"/></Repeater></View>"""


def names(fields: tuple[Control, ...]) -> list[str]:
    return [field.name for field in fields]


def test_all_that_hangs_on_an_unknown_kind_is_gone_with_it() -> None:
    assert names(of_kinds(FIELDS, ["Choices"])) == ["other"]
    assert names(of_kinds(FIELDS, ["Choices", "Taxonomy"])) == ["kind", "why", "other", "tree"]


def test_a_repeater_keeps_the_kinds_that_are_known() -> None:
    fields = read_config(REPEATED).fields
    assert [field.kinds for field in fields] == [("Repeater", "Number"), ("Repeater", "Rating")]
    assert names(of_kinds(fields, ["Repeater", "Rating"])) == ["r"]
    assert of_kinds(fields, ["Rating", "Number"]) == ()


def test_so_do_spans_with_what_is_said_of_them() -> None:
    fields = read_config(MARKED).fields
    assert fields[0].kinds == ("Labels",)
    (left,) = of_kinds(fields, ["Labels", "Number"])
    assert attributes_of(left).names == ("n",)
    (bare,) = of_kinds(fields, ["Labels"])
    assert not attributes_of(bare)
