"""Which spans a control per region belongs to, and why some belong to none."""

import pytest

from backend.domain.labels.config import read_config
from backend.domain.labels.controls.spans.marking import attributes_of
from backend.domain.labels.schema import LabelSchema
from backend.errors import LabelConfigError

TEXTS = '<Text name="text" value="$text"/><Text name="other" value="$more"/>'
PERSON, BOTH = '<Label value="Person" alias="PER"/>', '<Label value="a,b"/>'
NER = f'<Labels name="ner" toName="text">{PERSON}{BOTH}<Label value="c"/></Labels>'
POS = '<Labels name="pos" toName="text"><Label value="NOUN"/><Label value="c"/></Labels>'
KIND = '<Choices name="kind" toName="text"><Choice value="x"/></Choices>'


def rating(attributes: str = "", name: str = "sure", to: str = "text") -> str:
    return f'<Rating name="{name}" toName="{to}" perRegion="true" {attributes}/>'


def note(attributes: str) -> str:
    return f'<TextArea name="note" toName="text" perRegion="true" {attributes}/>'


def schema(*parts: str) -> LabelSchema:
    return read_config(f"<View>{TEXTS}{''.join(parts)}</View>")


def parts(config: LabelSchema) -> dict[str, tuple[str, ...]]:
    """Control -> the names of its attributes."""
    return {field.name: attributes_of(field).names for field in config.fields}


def why(*parts: str) -> str:
    (named,) = schema(NER, *parts).unsupported
    return named


def test_it_is_a_part_of_all_that_marks_its_text_and_no_field_of_the_answer() -> None:
    found = schema(rating(), NER, KIND, POS)
    assert parts(found) == {"ner": ("sure",), "kind": (), "pos": ("sure",)}
    assert found.unsupported == ()
    assert parts(schema(NER, rating('perregion="false"').replace('perRegion="true"', ""))) == {"ner": (), "sure": ()}


@pytest.mark.parametrize(
    ("inside", "owners"),
    [
        (rating('whenLabelValue="NOUN"'), ["pos"]),
        (rating('whenLabelValue="c"'), ["ner", "pos"]),
        (rating('whenLabelValue="PER,NOUN"'), ["ner", "pos"]),
        (f'<View visibleWhen="region-selected" whenTagName="ner">{rating()}</View>', ["ner"]),
        (f'<View visibleWhen="region-selected" whenTagName="ner" whenLabelValue="c">{rating()}</View>', ["ner"]),
        (f'<View visibleWhen="region-selected">{rating()}</View>', ["ner", "pos"]),
        (rating('whenTagName="pos"'), ["ner", "pos"]),
        (note('visibleWhen="region-selected" whenTagName="pos"'), ["pos"]),
    ],
)
def test_conditions_on_the_region_choose_the_control(inside: str, owners: list[str]) -> None:
    """Without `visibleWhen`, Label Studio does not heed `whenTagName`."""
    found = schema(NER, POS, inside)
    assert [name for name, attributes in parts(found).items() if attributes] == owners
    assert found.unsupported == ()


@pytest.mark.parametrize(
    ("attributes", "taken"),
    [
        ('whenLabelValue="PER"', ["PER"]),
        ('whenLabelValue="a,b"', ["a,b"]),
        ('whenLabelValue="PER,c"', ["PER", "c"]),
        ('visibleWhen="region-selected" whenLabelValue="c"', ["c"]),
        ("", ["PER", "a,b", "c"]),
    ],
)
def test_labels_are_compared_as_they_are_stored(attributes: str, taken: list[str]) -> None:
    (field,) = schema(NER, note(attributes)).fields
    (part,) = attributes_of(field).parts
    assert [label for label in field.known_classes if part.takes([label])] == taken


def test_conditions_of_views_add_up() -> None:
    own = rating('whenLabelValue="a,b"')
    inner = f'<View visibleWhen="region-selected" whenLabelValue="PER,c">{own}</View>'
    (part,) = attributes_of(schema(NER, inner).fields[0]).parts
    assert [label for label in ("PER", "a,b", "c") if part.takes([label])] == []
    assert part.takes(["PER", "a,b"]), "a region with several labels needs one for each condition"


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        (rating(to="other"), 'perRegion="true" without spans that a prompt marks'),
        (rating('whenLabelValue="Person"'), "shown only for the label \"Person\", which 'ner' does not have"),
        (rating(name="before"), 'each span has a "before" of its own'),
        (KIND + note('visibleWhen="choice-selected" whenTagName="kind"'), "not about its region"),
        (KIND + note('visibleWhen="choice-unselected"'), "not about its region"),
        (note('visibleWhen="choice-selected" whenTagName="note"'), 'shown only when "note" has a choice'),
    ],
)
def test_what_no_span_has_is_named_and_left_alone(inside: str, reason: str) -> None:
    assert reason in why(inside)


def test_a_condition_that_the_marking_control_has_too_is_none() -> None:
    both = f'<View visibleWhen="choice-selected" whenTagName="kind">{NER}{rating()}</View>'
    found = schema(KIND, both)
    assert parts(found) == {"kind": (), "ner": ("sure",)}
    assert attributes_of(found.by_name["ner"]).parts[0].conditions == ()


def test_without_anything_that_marks_there_is_no_control() -> None:
    with pytest.raises(LabelConfigError, match="without spans that a prompt marks"):
        schema(rating())
