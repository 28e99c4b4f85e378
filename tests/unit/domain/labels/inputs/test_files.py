"""<Image>: which pictures of a task a prompt may name."""

from typing import Any

import pytest

from backend.domain.hashing import digest
from backend.domain.labels.config import read_config
from backend.domain.labels.inputs.files import FileObject, file_names
from backend.domain.labels.inputs.media import MediaObject
from backend.domain.labels.schema import LabelSchema
from backend.domain.prompts.caveats import caveats
from backend.domain.prompts.default_prompt import first_prompt

CHOICES = '<Choices name="kind" toName="shown"><Choice value="Cat"/><Choice value="Dog"/></Choices>'
IMAGE = '<Image name="shown" value="$image"/>'


def config(*parts: str) -> LabelSchema:
    return read_config(f"<View>{''.join(parts)}{CHOICES}</View>")


@pytest.mark.parametrize(
    ("element", "variable"),
    [
        (IMAGE, "image"),
        ('<Image name="shown" value="$photo.url" zoom="true"/>', "photo.url"),
        ('<Image name="shown" value="$pages[0]"/>', "pages[0]"),
        ('<Image name="shown" valueList="$pages"/>', "pages"),
        ('<Image name="shown" value="$image" valuelist="$pages"/>', "pages"),
        ('<Pdf name="shown" value="$paper"/>', "paper"),
    ],
)
def test_a_picture_is_a_variable_of_a_prompt(element: str, variable: str) -> None:
    schema = config(element)
    assert schema.variables == file_names(schema.inputs) == (variable,)
    assert first_prompt(schema).template.endswith(f"\n{{{variable}}}")


@pytest.mark.parametrize("value", ["cat.png", "", "https://host/$file", "$image{{i}}"])
def test_what_is_the_same_for_all_tasks_or_put_together_is_no_variable(value: str) -> None:
    schema = config(f'<Image name="shown" value="{value}"/><Text name="t" value="$text"/>')
    assert (schema.variables, schema.inputs) == (("text",), (MediaObject("Image", value),))
    assert "The model does not get what <Image> shows" in caveats("{text}", ("text",), schema)[0]


@pytest.mark.parametrize(
    ("data", "addresses"),
    [
        ({"image": "/data/upload/1/a.png"}, ("/data/upload/1/a.png",)),
        ({"image": ["a.png", "", None, "b.png"]}, ("a.png", "b.png")),
        ({"image": 7}, (7,)),
        ({"image": ""}, ()),
        ({"image": None}, ()),
        ({}, ()),
    ],
)
def test_its_addresses_are_in_the_order_of_the_screen(data: dict[str, Any], addresses: tuple[Any, ...]) -> None:
    assert FileObject("$image").addresses(data) == addresses
    assert FileObject("$image").read(data) == {}


def test_a_version_from_before_pictures_were_shown_is_asked_about_the_text_alone() -> None:
    now = config(IMAGE, '<Text name="t" value="$text"/>')
    before = config('<Text name="t" value="$text"/>')
    assert now.digest != before.digest
    then = now.as_of(before.digest)
    assert (then.variables, then.inputs) == (("text",), ())
    assert now.as_of(now.digest) is now


def test_what_was_the_text_of_an_address_then_stays_one() -> None:
    """The digest of such a config, as commit 85819478 made it."""
    named = '<Header value="$image"/>'
    before = digest({"fields": [one.identity for one in config(named).fields], "variables": ("image",)})
    assert config(named).digest == before
    now = config(named, IMAGE)
    assert now.variables == ("image",)
    assert now.digest != before
    assert (now.as_of(before).variables, now.as_of(before).inputs) == (("image",), ())
