"""Which elements choose for each picture, and why others don't."""

import pytest

from backend.domain.labels.config import read_config

IMAGE = '<Image name="img" valueList="$images"/>'
CHOICES = '<Choice value="red"/><Choice value="blue"/>'
KIND = '<Choices name="kind" toName="img"><Choice value="x"/></Choices>'
LISTED = "without choices"


def named(attributes: str, choices: str = CHOICES) -> tuple[str, ...]:
    control = f'<Choices name="what" toName="img" perItem="true" {attributes}>{choices}</Choices>'
    return read_config(f'<View><Text name="t" value="$text"/>{IMAGE}{control}{KIND}</View>').unsupported


@pytest.mark.parametrize("several", ["", 'choice="multiple"'])
@pytest.mark.parametrize(
    ("attributes", "choices", "why"),
    [
        ('perRegion="true"', CHOICES, "a choice per region"),
        ('allowNested="true"', CHOICES, "a path per item"),
        ("", "", LISTED),
        ('value="list"', "", LISTED),
        ("", f'<Choice value="{"x" * 1001}"/>', "a choice of more than 1,000 characters"),
    ],
)
def test_what_is_left_alone_is_named(attributes: str, choices: str, why: str, several: str) -> None:
    (left,) = named(f"{attributes} {several}", choices)
    assert why in left


def test_a_label_may_be_called_what_a_list_calls_no_bucket() -> None:
    assert named('choice="multiple"', '<Choice value="nothing" alias="_"/>') == ()
    assert named('choice="single"', '<Choice value="nothing" alias="_"/>') == ()
