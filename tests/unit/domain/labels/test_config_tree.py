"""Attributes in another case, which the labelling screen reads."""

import re
from typing import Any

import pytest

from backend.domain.labels.config import read_config
from backend.domain.labels.config_tree import config_tree
from backend.domain.labels.remark_box import RemarkBox, remark_box
from backend.domain.labels.schema import LabelSchema
from backend.errors import LabelConfigError

TEXT = '<Text name="t" value="$text"/>'
SPANS = '<Labels name="l" toName="t"><Label value="P"/></Labels>'
NESTED = '<Choice value="A"><Choice value="B"/></Choice>'
PICTURES = '<Image name="i" valueList="$images"/>'
CHOICE = '<Choice value="A" alias="a" hint="why"/><Choice value="B"/>'
CONFIGS = (
    f'{TEXT}<Rating name="r" toName="t" maxRating="10" required="true"/>',
    f'{TEXT}{SPANS}<Choices name="c" toName="t" perRegion="true" whenLabelValue="P">{CHOICE}</Choices>',
    f'{TEXT}<Choices name="c" toName="t" allowNested="true" choice="multiple">{NESTED}</Choices>',
    f'{TEXT}{PICTURES}<Choices name="c" toName="i" perItem="true" choice="multiple">{CHOICE}</Choices>',
    f'{TEXT}<Taxonomy name="c" toName="t" leafsOnly="true" maxUsages="2">{NESTED}</Taxonomy>',
    f'{TEXT}<TextArea name="c" toName="t" maxSubmissions="1" placeholder="Why?"/>',
    f'{TEXT}<Number name="c" toName="t" min="1" max="9" step="2"/>',
    f'{TEXT}<DateTime name="c" toName="t" only="date" format="%d.%m.%Y" min="2020-01-01"/>',
    f'<Text name="t" value="$text" valueType="url" encoding="base64"/>{SPANS}',
    f'<HyperText name="t" value="$text" inline="true"/>{SPANS}',
    f'<Paragraphs name="t" value="$text" nameKey="who" textKey="what" contextScroll="true"/>{SPANS}',
    f'{TEXT}<Table name="b" value="$table" valueType="csv"/><Rating name="r" toName="t"/>',
    f'{TEXT}<Choices name="c" toName="t">{CHOICE}</Choices><View visibleWhen="choice-selected" whenTagName="c" '
    f'whenChoiceValue="A"><Rating name="r" toName="t"/></View>',
    f'{TEXT}<Repeater on="$items" indexFlag="#"><Text name="t_#" value="$items[#]"/><Rating name="c_#" toName="t_#"/>'
    "</Repeater>",
    f'{TEXT}<Rating name="r" toName="t"/><TextArea name="ask" toName="t" smart="true"/>'
    '<TextArea name="remark" toName="t" whenTagName="not-saved"/>',
    '<List name="t" value="$items"/><Ranker name="r" toName="t"><Bucket name="x" title="X" default="true"/></Ranker>',
)
"""With every attribute that is read."""
AS_WRITTEN = {"name", "toName", "value"}
"""Label Studio takes no config that writes these otherwise."""


def read(config: str) -> LabelSchema:
    return read_config(f"<View>{config}</View>")


@pytest.mark.parametrize("other", [str.lower, str.upper, str.title])
@pytest.mark.parametrize("config", CONFIGS, ids=range(len(CONFIGS)))
def test_names_of_attributes_are_read_in_any_case(config: str, other: Any) -> None:
    written = re.sub(r" (\w+)=", lambda m: m[0] if m[1] in AS_WRITTEN else f" {other(m[1])}=", config)
    assert read(written) == read(config)
    assert read(written).digest == read(config).digest


def test_what_attributes_hold_and_tags_stay_as_they_are_written() -> None:
    root = config_tree('<View><Header VALUE="Very Good" Size="2"/></View>').root
    assert [(element.tag, element.attrib) for element in root] == [("Header", {"value": "Very Good", "size": "2"})]


def test_of_one_attribute_in_two_cases_the_last_counts_as_on_the_screen() -> None:
    schema = read(f'{TEXT}<Rating name="r" toName="t" maxRating="3" maxrating="9"/>')
    assert schema.fields[0].known_classes[-1] == "9"


def test_the_box_for_remarks_is_found_by_them_too() -> None:
    box = '<View><TextArea name="remark" toName="t" whentagname="not-saved"/></View>'
    assert remark_box(box) == RemarkBox("remark", "t")


@pytest.mark.parametrize(("xml", "why"), [("<View>", "not valid XML"), (" " * 1_000_001, "larger than 1 MB")])
def test_what_is_no_config_is_said(xml: str, why: str) -> None:
    with pytest.raises(LabelConfigError, match=why):
        config_tree(xml)
