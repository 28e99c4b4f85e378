"""Sound, film and documents: told to be what the model does not get."""

import pytest

from backend.domain.labels.config import read_config
from backend.domain.labels.inputs.media import MEDIA_TAGS, MediaObject
from backend.domain.labels.schema import LabelSchema
from backend.domain.prompts.caveats import caveats
from backend.domain.task import Task
from backend.errors import LabelConfigError
from tests.scripted import builder, request

TEXT = '<Text name="text" value="$text"/>'
CHOICES = '<Choices name="mood" toName="media"><Choice value="Good"/><Choice value="Bad"/></Choices>'


def config(tag: str, text: str = TEXT) -> LabelSchema:
    return read_config(f'<View><{tag} name="media" value="$media"/>{text}{CHOICES}</View>')


@pytest.mark.parametrize("tag", MEDIA_TAGS)
def test_the_model_is_asked_about_the_text_beside_it_and_that_is_told(tag: str) -> None:
    schema = config(tag)
    assert schema.variables == ("text",)
    assert caveats("{text}", ("text", "media"), schema) == [
        f"The model does not get what <{tag}> shows: it is asked about the other texts and files of the task."
    ]
    asked = builder(schema=schema).request(Task(1, {"text": "I love it", "media": "https://host/x"}))
    assert asked == request("I love it", schema=schema)


def test_each_kind_is_told_once() -> None:
    two = TEXT + '<Audio name="b" value="$b"/><Video name="c" value="$c"/>'
    assert len(caveats("{text}", ("text",), config("Audio", two))) == 2
    assert caveats("{text}", ("text",), config("Image")) == []


@pytest.mark.parametrize("text", [TEXT, '<Header value="$media"/>', TEXT + '<List name="l" value="$items"/>'])
def test_versions_stay_what_they_were(text: str) -> None:
    """The digests are those of the same config without it, as releases made them that did not look at it."""
    schema, without = config("Audio", text), config("Style", text)
    assert schema.digests == without.digests
    assert MediaObject("Audio", "$media") in schema.inputs


def test_alone_there_is_nothing_to_ask_about() -> None:
    with pytest.raises(LabelConfigError, match=r"shows no text or picture of the task \(objects found: Audio"):
        config("Audio", "")
