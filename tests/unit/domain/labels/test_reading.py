"""What a model reads of a task where that is not the data itself."""

import pytest

from backend.domain.labels.config import read_config
from backend.domain.labels.reading import as_read
from backend.domain.labels.schema import LabelSchema
from backend.domain.task import Task

HTML = '<HyperText name="shown" value="$text"/>'
TURNS = '<Paragraphs name="shown" value="$text"/>'
PAGE = Task(1, {"text": "<p>Anna</p><p>Berg &amp; Co</p>", "note": "<p>x</p>"})
DIALOGUE = Task(2, {"text": [{"author": "A", "text": "Hi"}, {"author": "B", "text": "Bob"}]})


def marking(tag: str, shown: str) -> LabelSchema:
    return read_config(f'<View><{tag} name="ner" toName="shown"><Label value="PER"/></{tag}>{shown}</View>')


def test_html_that_is_marked_is_read_as_it_is_shown() -> None:
    found = as_read(PAGE, marking("HyperTextLabels", HTML))
    assert found.value("text") == "Anna\nBerg & Co"
    assert found.value("note") == "<p>x</p>", "nothing is marked in that"
    assert found.data is PAGE.data


def test_a_dialogue_that_is_marked_has_the_numbers_of_its_turns() -> None:
    found = as_read(DIALOGUE, marking("ParagraphLabels", TURNS))
    assert found.value("text") == "[0] A: Hi\n[1] B: Bob"
    assert found.value("text[0].text") == "Hi"


@pytest.mark.parametrize(("shown", "task"), [(HTML, PAGE), (TURNS, DIALOGUE)])
def test_what_is_not_marked_is_read_as_it_stands_in_the_task(shown: str, task: Task) -> None:
    choices = '<Choices name="c" toName="shown"><Choice value="a"/></Choices>'
    assert as_read(task, read_config(f"<View>{shown}{choices}</View>")) is task


def test_a_text_is_read_as_it_is() -> None:
    assert as_read(PAGE, marking("Labels", '<Text name="shown" value="$text"/>')) is PAGE
