"""Which elements mark a picture, and why others are left alone."""

import pytest

from backend.domain.labels.config import read_config
from backend.domain.labels.controls.pictures.boxes import SHAPES

IMAGE = '<Image name="img" value="$image"/>'
REST = '<Text name="t" value="$t"/><Choices name="c" toName="t"><Choice value="a"/></Choices>'
LABEL = '<Label value="a"/>'


def unsupported(tag: str, inside: str = LABEL, image: str = IMAGE, attributes: str = "") -> str:
    """What the config says of its mark control; "" where it is filled."""
    control = f'<{tag} name="box" toName="img" {attributes}>{inside}</{tag}>'
    schema = read_config(f"<View>{image}{control}{REST}</View>")
    assert ("box" in schema.names) is not bool(schema.unsupported)
    return "".join(schema.unsupported)


@pytest.mark.parametrize("tag", SHAPES)
def test_marks_on_a_picture_are_asked_for(tag: str) -> None:
    assert unsupported(tag) == ""
    assert unsupported(tag, attributes='choice="multiple"') == ""


@pytest.mark.parametrize("tag", SHAPES)
@pytest.mark.parametrize(
    ("inside", "image", "attributes", "why"),
    [
        ("", IMAGE, "", "it lists no labels"),
        (LABEL, IMAGE, 'value="$labels"', "labels that the task brings"),
        (LABEL, '<Image name="img" valueList="$images"/>', "", "not supported yet on several pictures"),
        (LABEL, '<Image name="img" valuelist="$images"/>', "", "not supported yet on several pictures"),
        (LABEL, '<Text name="img" value="$image"/>', "", "it marks <Image> alone"),
        (LABEL, "", "", "it marks <Image> alone"),
        (LABEL, '<Image name="img" value="/data/a.png"/>', "", "its <Image> shows nothing of the task"),
        (LABEL, '<Image name="img" value="https://host/$file"/>', "", "the address of its <Image> is put together"),
        (f'<Label value="{"a" * 1001}"/>', IMAGE, "", "a label of more than 1,000 characters"),
    ],
)
def test_others_are_named_with_the_reason(tag: str, inside: str, image: str, attributes: str, why: str) -> None:
    assert why in unsupported(tag, inside, image, attributes)


def test_several_objects_are_several_pictures() -> None:
    both = IMAGE + '<Image name="other" value="$other"/>'
    control = f'<RectangleLabels name="box" toName="img,other">{LABEL}</RectangleLabels>'
    assert "several pictures" in "".join(read_config(f"<View>{both}{control}{REST}</View>").unsupported)


@pytest.mark.parametrize("tag", ["PolygonLabels", "BrushLabels", "Rectangle", "KeyPoint", "Ellipse"])
def test_other_marks_in_pictures_are_left_alone(tag: str) -> None:
    assert "not supported yet" in unsupported(tag)
