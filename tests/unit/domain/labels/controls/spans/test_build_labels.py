"""Which elements of a labelling config mark a text, and why the others do not."""

import pytest

from backend.domain.labels.config import read_config
from backend.domain.labels.controls.spans.labels import LabelsControl

TEXT = '<Text name="shown" value="$text"/>'
HTML = '<HyperText name="shown" value="$text"/>'
TURNS = '<Paragraphs name="shown" value="$text"/>'
OTHER = '<Text name="c" value="$c"/><Choices name="k" toName="c"><Choice value="a"/></Choices>'


def config(tag: str, shown: str, attributes: str = 'toName="shown"', labels: str = '<Label value="PER"/>') -> str:
    return f'<View><{tag} name="ner" {attributes}>{labels}</{tag}>{shown}{OTHER}</View>'


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("Labels", TEXT),
        ("Labels", HTML),
        ("Labels", TURNS),
        ("HyperTextLabels", HTML),
        ("ParagraphLabels", TURNS),
    ],
)
def test_what_marks_a_text(tag: str, shown: str) -> None:
    control = read_config(config(tag, shown)).by_name["ner"]
    assert isinstance(control, LabelsControl)
    assert (control.tag, control.source.value, control.several) == (tag, "$text", False)
    several = read_config(config(tag, shown, 'toName="shown" choice="multiple"')).by_name["ner"]
    assert isinstance(several, LabelsControl)
    assert several.several


@pytest.mark.parametrize(
    ("tag", "shown", "why"),
    [
        ("HyperTextLabels", TURNS, "it marks <HyperText> alone"),
        ("HyperTextLabels", TEXT, "it marks <HyperText> alone"),
        ("ParagraphLabels", HTML, "it marks <Paragraphs> alone"),
        ("ParagraphLabels", TEXT, "it marks <Paragraphs> alone"),
        ("Labels", "", "not supported yet"),
        ("Labels", '<Image name="shown" value="$image"/>', "not supported yet on <Image>"),
    ],
)
def test_what_is_not_marked_is_named(tag: str, shown: str, why: str) -> None:
    assert read_config(config(tag, shown)).unsupported == (f"<{tag} name='ner'> ({why})",)


@pytest.mark.parametrize(
    ("attributes", "labels", "why"),
    [
        ('toName="shown,c"', '<Label value="PER"/>', "not supported yet on several texts"),
        ('toName="shown" value="labels"', "", "it lists no labels"),
        ('toName="shown"', "", "it lists no labels"),
        ('toName="shown"', f'<Label value="{"x" * 1001}"/>', "a label of more than 1,000 characters"),
    ],
)
def test_labels_that_cannot_be_asked_for_are_named(attributes: str, labels: str, why: str) -> None:
    assert read_config(config("Labels", HTML, attributes, labels)).unsupported == (f"<Labels name='ner'> ({why})",)
